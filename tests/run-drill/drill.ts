import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createLonghaul, type Longhaul } from "@longhaul/client";
import type { StagedProduct } from "@longhaul/local/testing/product";
import postgres from "postgres";
import { WebSocket } from "ws";
import { layWire } from "../api/cuttable-wire.js";
import { randomFrom } from "../stepfunctions/kill-drill/random.js";
import { type Stack, startStack } from "../support/stack.js";
import { kills, troubles } from "./faults.js";
import { type Entry, followRun, startRun } from "./follower.js";
import { openThirdParty } from "./third-party.js";
import { longestSilences, verify } from "./verify.js";
import { expected, type KindName } from "./workflows/kinds.js";

export interface DrillOptions {
  readonly seed: number;
  readonly runs: number;
  readonly kills: number;
  /** Whose workflows are those of this folder. */
  readonly product: StagedProduct;
  /** How long everything may take to end after the last kill, in ms. */
  readonly patience: number;
  /** Which workflows are run: all unless said. */
  readonly kinds?: readonly KindName[];
  readonly log?: (line: string) => void;
}

export interface DrillReport {
  /** Runs that ended, and the events that their subscribers heard. */
  readonly ended: number;
  readonly heard: number;
  /** Effects, and how often the third party was asked for one that it had had. */
  readonly effects: number;
  readonly repeated: number;
  /** What must not have happened, in sentences. */
  readonly faults: string[];
}

const starters = 8;
/** Subscriptions that share a client, as the views of one page do. */
const viewsOfClient = 10;
const longestPauseMs = 2500;

/** Kills parts of the product while runs are started, worked on and watched, and then holds all to what must be. */
export async function drill(options: DrillOptions): Promise<DrillReport> {
  const { seed, product, kinds = Object.keys(expected), log = () => {} } = options;
  const violations: string[] = [];
  const onDeath = (name: string, how: string) =>
    void violations.push(`the ${name}'s process ended by itself: ${how}`);
  const thirdParty = await openThirdParty();
  const stack = await startStack({ programs: product, onDeath });
  const wire = await layWire(stack.url);
  const sql = postgres(superuserOf(stack), { max: 1, connect_timeout: 5, onnotice: () => {} });
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const clients: Longhaul[] = [];
  try {
    const token = await signIn(stack);
    const clientOf = (n: number): Longhaul =>
      (clients[Math.floor(n / viewsOfClient)] ??= createLonghaul({
        url: wire.url,
        token,
        WebSocket: WebSocket as never,
      }));
    await clientOf(0).api.limits.update.mutate({ maxRunning: 200, maxRunningPerUser: 200 });
    const entries: Entry[] = Array.from({ length: options.runs }, (_, n) => ({
      n,
      kind: kinds[n % kinds.length] as string,
      key: `drill ${seed} ${n}`,
      runId: null,
      heard: [],
      complete: false,
    }));
    // Runs are started all the while: at any moment some begin, some go on, and some end.
    let released = 0;
    let next = 0;
    const lives: Promise<void>[] = [];
    const starting = Array.from({ length: starters }, async () => {
      while (next < entries.length && !over.signal.aborted) {
        if (next >= released) {
          await sleep(20);
          continue;
        }
        const entry = entries[next++] as Entry;
        const input = { effects: thirdParty.url, n: entry.n, items: [1, 2, 3, 4] };
        await startRun(clientOf(entry.n), entry, input, violations, over.signal);
        lives.push(followRun(clientOf(entry.n), entry, violations, over.signal));
      }
    });
    const random = randomFrom(seed);
    const target = { stack, sql, random, cut: () => wire.cut(), violations };
    const began = performance.now();
    const since = (moment: number) => `${((performance.now() - moment) / 1000).toFixed(1)} s`;
    const tell = (what: string) =>
      log(
        `${since(began).padStart(8)}  ${what}; ${next} started, ${entries.filter(({ complete }) => complete).length} ended`,
      );
    for (let round = 0; round < options.kills; round += 1) {
      released = Math.ceil((options.runs * (round + 1)) / options.kills);
      await sleep(random.below(longestPauseMs));
      const trouble = troubles[round % troubles.length];
      if (trouble) tell(await withPatience(trouble(target)));
      await sleep(random.below(longestPauseMs));
      const kill = kills[random.below(kills.length)];
      const killedAt = performance.now();
      if (kill)
        tell(`killed ${round + 1}: ${await withPatience(kill(target))}, back after ${since(killedAt)}`);
    }
    const deadline = performance.now() + options.patience;
    const done = Promise.all(starting).then(() => Promise.all(lives));
    await Promise.race([done, sleep(deadline - performance.now(), undefined, { ref: false })]);
    tell("over");
    over.abort();
    await done;
    for (const silence of await longestSilences(sql, 5)) log(`silent for ${silence}`);
    const faults = [...violations, ...(await verify(sql, entries, thirdParty))];
    const effects = [...thirdParty.effects.values()];
    return {
      ended: entries.filter(({ complete }) => complete).length,
      heard: entries.reduce((sum, { heard }) => sum + heard.length, 0),
      effects: effects.length,
      repeated: effects.reduce((sum, { asked }) => sum + asked - 1, 0),
      faults,
    };
  } finally {
    over.abort();
    for (const client of clients) client?.close();
    await sql.end({ timeout: 1 });
    await wire.close();
    await stack[Symbol.asyncDispose]();
    await thirdParty.close();
  }
}

/** A part that does not come back is a finding, not something to wait for. */
async function withPatience<T>(work: Promise<T>): Promise<T> {
  const late = sleep(120_000, undefined, { ref: false }).then(() => {
    throw new Error("what was killed did not come back within two minutes");
  });
  return Promise.race([work, late]);
}

function superuserOf({ dataDir, ports }: Stack): string {
  const file = join(dataDir, "postgres", "passwords.json");
  const { supabase_admin: password } = JSON.parse(readFileSync(file, "utf8")) as { supabase_admin: string };
  return `postgres://supabase_admin:${password}@127.0.0.1:${ports.database}/postgres`;
}

async function signIn({ env, demo }: Stack): Promise<string> {
  const answer = await fetch(`${env["SUPABASE_URL"]}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: env["SUPABASE_ANON_KEY"] ?? "", "content-type": "application/json" },
    body: JSON.stringify(demo),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}
