import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createLonghaul, type Longhaul } from "@longhaul/client";
import type { StagedProduct } from "@longhaul/local/testing/product";
import postgres from "postgres";
import { WebSocket } from "ws";
import { layWire } from "../api/cuttable-wire.js";
import { type Stack, startStack } from "../support/stack.js";
import { openThirdParty } from "./third-party.js";

/** Subscriptions that share a client, as the views of one page do. */
const viewsOfClient = 10;

/** The product, who uses it, and whom its steps have effects on. */
export async function openScene(product: StagedProduct, violations: string[]) {
  const thirdParty = await openThirdParty();
  const stack = await startStack({
    programs: product,
    onDeath: (name, how) => void violations.push(`the ${name}'s process ended by itself: ${how}`),
  });
  const wire = await layWire(stack.url);
  const sql = postgres(superuserOf(stack), { max: 1, connect_timeout: 5, onnotice: () => {} });
  const token = await stack.signInDemo();
  const clients: Longhaul[] = [];
  const clientOf = (n: number): Longhaul =>
    (clients[Math.floor(n / viewsOfClient)] ??= createLonghaul({
      url: wire.url,
      token,
      WebSocket: WebSocket as never,
    }));
  await clientOf(0).api.limits.update.mutate({ maxRunning: 200, maxRunningPerUser: 200 });
  return {
    thirdParty,
    stack,
    /** A superuser's connection, that itself breaks with the database. */
    sql,
    /** Cuts the connections of all subscribers. */
    cut: () => wire.cut(),
    /** The client of the run of that number. */
    clientOf,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      await sql.end({ timeout: 1 });
      await wire.close();
      await stack[Symbol.asyncDispose]();
      await thirdParty.close();
    },
  };
}

export type Scene = Awaited<ReturnType<typeof openScene>>;

function superuserOf({ dataDir, ports }: Stack): string {
  const file = join(dataDir, "postgres", "passwords.json");
  const { supabase_admin: password } = JSON.parse(readFileSync(file, "utf8")) as { supabase_admin: string };
  return `postgres://supabase_admin:${password}@127.0.0.1:${ports.database}/postgres`;
}
