import type { RequestHandler } from "express";
import type { Services } from "../context.js";

/** How long a dependency may take to answer before this process calls itself not ready. */
const patienceMs = 2_000;

/** The process is there. Says nothing of what it depends on, so that an outage elsewhere restarts nobody. */
export const healthz: RequestHandler = (_request, response) => {
  response.json({ status: "ok" });
};

/** Whether requests can be served: the database answers and the keys that check tokens are there. */
export function readyz({ db, verifier, log }: Services): RequestHandler {
  return async function readiness(_request, response) {
    const [database, keys] = await Promise.all([
      answers(() => db.sql`select 1`),
      answers(() => verifier.ready()),
    ]);
    const ready = database.ok && keys.ok;
    if (!ready) log.warn({ database: database.reason, keys: keys.reason }, "not ready");
    response
      .status(ready ? 200 : 503)
      .set("cache-control", "no-store")
      .json({ status: ready ? "ready" : "not ready", checks: { database: database.ok, keys: keys.ok } });
  };
}

async function answers(ask: () => PromiseLike<unknown>): Promise<{ ok: boolean; reason?: string }> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("no answer in time")), patienceMs);
    });
    await Promise.race([ask(), late]);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
