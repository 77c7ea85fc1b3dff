import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../stepfunctions/kill-drill/random.js";
import { descendantsOf, isAlive, killHard, workersOf } from "./processes.js";
import type { Scene } from "./scene.js";

/** What the drill breaks. */
export interface Target extends Pick<Scene, "stack" | "sql" | "cut"> {
  readonly random: Random;
  readonly violations: string[];
}

type Fault = (target: Target) => Promise<string>;

const restartMs = 800;

/** kill -9 of something that the runs need, which is then started again. Each tells what it did. */
export const kills: readonly Fault[] = [
  async ({ stack, random }) => {
    await stack.kill("api");
    await sleep(random.below(restartMs));
    await stack.startApi();
    return "the API";
  },
  async ({ stack, random }) => {
    await stack.kill("cloud");
    await sleep(random.below(restartMs));
    await stack.startCloud();
    return "the cloud";
  },
  async ({ stack, random }) => {
    const workers = workersOf(stack.pid("cloud") ?? 0);
    const worker = workers[random.below(workers.length)];
    if (worker !== undefined) killHard(worker);
    return `one of ${workers.length} workers`;
  },
  async ({ stack, random }) => {
    // Everything of one moment, Postgres too: what a power cut leaves of processes.
    const others = descendantsOf(stack.pid("cloud") ?? 0);
    for (const { pid } of others) killHard(pid);
    await Promise.all([stack.kill("api"), stack.kill("cloud")]);
    await sleep(random.below(restartMs));
    await stack.startCloud();
    await stack.startApi();
    return `everything, ${others.length + 2} processes`;
  },
];

/** What happens between kills, and must cost no process. */
export const troubles: readonly Fault[] = [
  async ({ sql, stack, violations }) => {
    const before = [stack.pid("api"), stack.pid("cloud"), ...workersOf(stack.pid("cloud") ?? 0)];
    const rows = await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'longhaul%' and pid <> pg_backend_pid()`;
    // A process that cannot bear it ends within this time.
    await sleep(500);
    const dead = before.filter((pid) => pid !== undefined && !isAlive(pid));
    if (dead.length > 0) violations.push(`${dead.length} processes died with their connection to Postgres`);
    return `${rows.length} connections to Postgres are cut`;
  },
  async ({ sql, random }) => {
    const rounds = 1 + random.below(5);
    let cut = 0;
    for (let round = 0; round < rounds; round += 1) {
      const rows = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity where query ilike '%listen "realtime_messages"%'
          and pid <> pg_backend_pid()`;
      cut += rows.length;
      await sleep(100);
    }
    return `the doorbell's wire is cut ${cut} times`;
  },
  async ({ sql, random }) => {
    const ms = 500 + random.below(2500);
    await sql`alter table realtime.messages disable trigger announce_message`;
    try {
      await sleep(ms);
    } finally {
      await sql`alter table realtime.messages enable trigger announce_message`;
    }
    return `doorbells are thrown away for ${ms} ms`;
  },
  async ({ cut }) => {
    cut();
    return "the subscribers' connections are cut";
  },
];
