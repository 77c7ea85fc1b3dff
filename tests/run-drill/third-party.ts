import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Something that was done for the one who holds an idempotency key. */
export interface Effect {
  readonly run: string;
  readonly step: string;
  readonly n: number;
  /** How often it was asked for. */
  asked: number;
  /** Which effect of this step of the run it is, from 1 on. */
  readonly visit: number;
}

/** The books of whom the steps have their effects on: as payment services do, it takes an idempotency key once. */
export interface ThirdParty {
  readonly url: string;
  /** By idempotency key. */
  readonly effects: ReadonlyMap<string, Effect>;
  close(): Promise<void>;
}

export async function openThirdParty(): Promise<ThirdParty> {
  const effects = new Map<string, Effect>();
  const counts = new Map<string, number>();
  const count = (of: string): number => {
    const next = (counts.get(of) ?? 0) + 1;
    counts.set(of, next);
    return next;
  };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const key = String(request.headers["idempotency-key"]);
      const { run, step, n } = JSON.parse(body) as Pick<Effect, "run" | "step" | "n">;
      const known = effects.get(key);
      // The answer to a key stays what it was at first.
      const effect = known ?? { run, step, n, asked: 0, visit: count(`${run} ${step}`) };
      effect.asked += 1;
      effects.set(key, effect);
      response.end(JSON.stringify({ visits: effect.visit }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    effects,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
