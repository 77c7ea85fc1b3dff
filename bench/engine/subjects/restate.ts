import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type * as Restate from "@restatedev/restate-sdk";
import { connect, rpc } from "@restatedev/restate-sdk-clients";
import { check, type Place, type Subject, slowStepMs, type Survive, step } from "../subject.js";
import { bringWithResolvers } from "../with-resolvers.js";

async function load(): Promise<typeof Restate> {
  bringWithResolvers();
  return import("@restatedev/restate-sdk");
}

/** Serves the services and tells the server of them; on the same port again after a restart. */
async function serve({ directory, url }: Place, services: Restate.ServeOptions["services"]): Promise<string> {
  const { ingress, admin } = JSON.parse(url) as { ingress: string; admin: string };
  const kept = join(directory, "port");
  const { endpoint } = await load();
  const port = existsSync(kept) ? Number(readFileSync(kept, "utf8")) : await freePort();
  const logger = (): void => {};
  const built = services.reduce((all, one) => all.bind(one), endpoint());
  await built.setLogger(logger).listen(port);
  if (!existsSync(kept)) {
    writeFileSync(kept, String(port));
    const registered = await fetch(`${admin}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri: `http://127.0.0.1:${port}`, force: true }),
    });
    if (!registered.ok) throw new Error(`Restate refuses the service: ${await registered.text()}`);
  }
  return ingress;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export async function open(place: Place): Promise<Subject> {
  const { service } = await load();
  const five = service({
    name: "five",
    handlers: {
      run: async (context: Restate.Context, input: { n: number }): Promise<{ n: number }> => {
        let value = input;
        for (let index = 0; index < 5; index += 1)
          value = await context.run(`step ${index}`, () => step(value));
        return value;
      },
    },
  });
  const client = connect({ url: await serve(place, [five]) }).serviceClient<typeof five>(five);
  return {
    run: async (n) => check(n, await client.run({ n })),
    async close() {},
  };
}

export const survive: Survive = async (place, _resumed, began) => {
  const { service } = await load();
  const slow = service({
    name: "slow",
    handlers: {
      run: async (context: Restate.Context): Promise<void> => {
        await context.run("slow", async () => {
          began();
          await sleep(slowStepMs);
        });
      },
    },
  });
  const client = connect({ url: await serve(place, [slow]) }).serviceClient<typeof slow>(slow);
  // The same key again attaches to the invocation that is under way.
  await client.run(rpc.opts({ idempotencyKey: "slow" }));
};
