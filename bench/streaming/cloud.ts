import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asCaller, asDispatcher, connect, runs } from "@longhaul/db";
import { startCloud } from "@longhaul/local";
import { now } from "./messages.js";

/** How many runs one transaction starts or writes. */
const batch = 250;

/** The cloud on a laptop, with as many runs as are asked for, which wait for a day that never comes. */
export async function openCloud() {
  const dataDir = await mkdtemp(join(tmpdir(), "longhaul-streaming-"));
  const ports = { aws: 0, supabase: 0, database: 0 };
  const cloud = await startCloud({ dataDir, ports, host: "127.0.0.1", simulation: false });
  const { env, demo } = cloud;
  const db = connect(env["DATABASE_URL"] ?? "", { max: 4 });
  const answer = await fetch(`${env["SUPABASE_URL"]}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: env["SUPABASE_ANON_KEY"] ?? "", "content-type": "application/json" },
    body: JSON.stringify(demo),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
    sub: string;
    org_id: string;
  };
  const caller = { userId: claims.sub, claims };
  const notBefore = new Date(Date.now() + 86_400_000).toISOString();
  const start = {
    organisationId: claims.org_id,
    workflow: "data-import",
    name: "Readings of March",
    priority: "normal",
    input: { file: randomUUID(), name: "Readings of March", maxRejectedShare: 0.05, priority: "normal" },
    stages: [
      { key: "process", label: "Reading and checking your file", weight: 19, steps: 1 },
      { key: "notify", label: "Telling you", weight: 1, steps: 1 },
    ],
    definitionHash: "0".repeat(64),
    correlationId: "bench",
    idempotencyKey: null,
    artifactIds: [],
    tags: [],
    notBefore,
    lane: "direct",
    rerunOf: null,
    rerunFrom: null,
  } as const;

  return {
    env,
    token,
    async startRuns(count: number): Promise<string[]> {
      const ids: string[] = [];
      while (ids.length < count) {
        const started = await asCaller(db, caller, (tx) =>
          Promise.all(
            Array.from({ length: Math.min(batch, count - ids.length) }, () => runs.start(tx, start)),
          ),
        );
        ids.push(...started.map(({ runId }) => runId));
      }
      return ids;
    },
    /** Writes one event into each of these runs' logs, which says when. */
    async write(ids: readonly string[], together = batch): Promise<void> {
      for (let from = 0; from < ids.length; from += together) {
        await asDispatcher(
          db,
          (tx) => tx`
          select longhaul.append_events(id, jsonb_build_array(jsonb_build_object('type', 'step.log', 'step', 'ProcessData',
            'itemPath', '', 'visit', 0, 'data', jsonb_build_object('level', 'info', 'message', ${String(now())}::text))))
          from unnest(${ids.slice(from, from + together)}::uuid[]) id`,
        );
      }
    },
    /** Microseconds of CPU that Postgres has spent so far: for this application, and for all. */
    async cpuMicros(application: string): Promise<{ application: number; all: number }> {
      const backends = await db.sql<{ pid: number; name: string }[]>`
        select pid, application_name as name from pg_stat_activity where pid is not null`;
      const cpu = await Promise.all(
        backends.map(async ({ pid, name }) => ({ name, micros: await microsOf(pid) })),
      );
      const sum = (which: typeof cpu) => which.reduce((total, { micros }) => total + micros, 0);
      return { application: sum(cpu.filter(({ name }) => name === application)), all: sum(cpu) };
    },
    async close() {
      await db.close();
      await cloud.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** What the system says of a process; its ticks are hundredths of a second on every Linux. */
async function microsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13)
    .map(Number);
  return (user + system) * 10_000;
}

export type BenchCloud = Awaited<ReturnType<typeof openCloud>>;
