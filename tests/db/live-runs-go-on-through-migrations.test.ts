import { asCaller, history, runs } from "@longhaul/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTenant } from "../support/tenants.js";
import { byTurns, type DeployedCode, earlierCode, stepOf, todaysCode } from "./deployed-code.js";
import { migrations, openEarlierDatabase } from "./earlier-database.js";

/** A run as it was when the migrations came, and how it goes on after them to its end. */
interface Life {
  /** What the log says of it at its end. */
  readonly events: readonly string[];
  readonly attempt?: number;
  /** What there is to see of it then, where it is not that it has succeeded. */
  readonly end?: object;
  /** Of both stages: steps that are known, have succeeded, have failed, and how far the others are. */
  readonly tallies?: string;
  before(code: DeployedCode, run: string): Promise<void>;
  after(code: DeployedCode, run: string): Promise<void>;
}

const done = { status: "succeeded", output: { rows: 3 } } as const;

async function send(code: DeployedCode, run: string, attempt = 1) {
  expect(await code.take()).toEqual([run]);
  await code.noteSent(run, attempt);
}
async function hold(code: DeployedCode, ...of: Parameters<typeof stepOf>): Promise<number> {
  const answer = await code.lease(stepOf(...of));
  if (answer.kind !== "acquired") throw new Error(`lease: ${JSON.stringify(answer)}`);
  return answer.fence;
}
async function work(code: DeployedCode, ...of: Parameters<typeof stepOf>) {
  expect(await code.succeed(stepOf(...of), await hold(code, ...of))).toBe(true);
}
async function finish(code: DeployedCode, run: string, attempt = 1) {
  await work(code, run, "TellPerson", attempt);
  await code.close(run, attempt, done);
}

/** Events: of a step that nothing comes between, and of an approval. */
const step = ["step.started", "step.succeeded"];
const asked = ["approval.requested", "run.waiting", "approval.decided", "run.started"];
/** In the order in which they are begun: what is queued is taken by whoever looks next. They go on in the opposite order. */
const lives: Readonly<Record<string, Life>> = {
  "that has ended": {
    events: ["run.queued", "run.started", ...step, ...step, "run.succeeded"],
    async before(code, run) {
      await send(code, run);
      await work(code, run, "ReadFile");
      await finish(code, run);
    },
    after: (code, run) => expect(code.retry(run)).rejects.toMatchObject({ code: "RUN_SUCCEEDED" }),
  },
  "that has failed and is tried again": {
    events: [
      ...["run.queued", "run.started", ...step, "step.started", "step.failed", "run.failed"],
      ...["run.retried", "run.queued", "run.started", ...step, "run.succeeded"],
    ],
    attempt: 2,
    async before(code, run) {
      await send(code, run);
      await work(code, run, "ReadFile");
      const fence = await hold(code, run, "TellPerson");
      expect(await code.fail(stepOf(run, "TellPerson"), fence)).toBe(true);
      await code.close(run, 1, { status: "failed", error: { code: "NO", message: "It did not work." } });
    },
    async after(code, run) {
      expect(await code.retry(run)).toBe(2);
      await send(code, run, 2);
      expect(await code.lease(stepOf(run, "ReadFile", 2))).toMatchObject({
        kind: "done",
        output: { rows: 3 },
      });
      await finish(code, run, 2);
    },
  },
  "that waits for a person": {
    events: ["run.queued", "run.started", ...step, ...asked, ...step, "run.succeeded"],
    tallies: "{1,1,0,0,2,2,0,0}",
    async before(code, run) {
      await send(code, run);
      await work(code, run, "ReadFile");
      await code.ask(run);
    },
    async after(code, run) {
      await code.decide(run);
      await finish(code, run);
    },
  },
  "that is asked to end": {
    events: [
      ...["run.queued", "run.started", "step.started", "run.cancelling", "step.progress", "step.failed"],
      "run.cancelled",
    ],
    end: { status: "cancelled", progress: 0.375, stages: [{ status: "failed" }, { status: "pending" }] },
    tallies: "{1,0,1,500000000,0,0,0,0}",
    async before(code, run) {
      await send(code, run);
      await hold(code, run, "ReadFile");
      await code.cancel(run);
    },
    async after(code, run) {
      const held = stepOf(run, "ReadFile");
      expect(await code.say(held, 1, 0.5)).toEqual({ held: true, cancelRequested: true });
      expect(await code.lease(stepOf(run, "TellPerson"))).toEqual({ kind: "ended", reason: "cancelled" });
      expect(await code.fail(held, 1)).toBe(true);
      await code.close(run, 1, { status: "cancelled" });
    },
  },
  "with a step at work": {
    events: [
      ...["run.queued", "run.started", "step.started", "step.progress", "step.progress", "step.succeeded"],
      ...[...step, "run.succeeded"],
    ],
    async before(code, run) {
      await send(code, run);
      expect(await hold(code, run, "ReadFile")).toBe(1);
      await code.say(stepOf(run, "ReadFile"), 1, 0.25);
    },
    async after(code, run) {
      const held = stepOf(run, "ReadFile");
      expect(await code.lease({ ...held, owner: "another" })).toMatchObject({ kind: "busy" });
      await code.say(held, 1, 0.75);
      expect(await code.succeed(held, 1)).toBe(true);
      expect(await code.succeed(held, 1)).toBe(false);
      await finish(code, run);
    },
  },
  "that is being sent": {
    events: ["run.queued", "run.started", ...step, ...step, "run.succeeded"],
    before: async (code, run) => expect(await code.take()).toEqual([run]),
    async after(code, run) {
      expect(await code.take()).toEqual([]);
      await code.noteSent(run, 1);
      await work(code, run, "ReadFile");
      await finish(code, run);
    },
  },
  "that is queued": {
    events: ["run.queued", "run.started", ...step, ...step, "run.succeeded"],
    before: () => Promise.resolve(),
    async after(code, run) {
      await send(code, run);
      await work(code, run, "ReadFile");
      await finish(code, run);
    },
  },
};

/** A database with all these lives in it, to which the rest of the migrations came then. */
async function openMigrated(last: string) {
  const database = await openEarlierDatabase(last);
  const tenant = await createTenant(database.admin.sql, "ours");
  const earlier = earlierCode(database, tenant);
  const begun = new Map<string, string>();
  for (const [name, { before }] of Object.entries(lives)) {
    const run = await earlier.start(`A run ${name}`);
    await before(earlier, run);
    begun.set(name, run);
  }
  expect(await database.migrate()).toBe(migrations.length - 1 - migrations.indexOf(last));
  const today = todaysCode(database, tenant);
  return { database, tenant, begun, earlier, today, both: byTurns(earlier, today) };
}
type Migrated = Awaited<ReturnType<typeof openMigrated>>;

/** What the run's stages have counted, and what they would have if every step were counted anew. */
async function talliesOf({ database }: Migrated, run: string) {
  const [row] = await database.admin.sql<{ kept: string; counted: string }[]>`
    select r.tallies::text as kept, c.tallies::text as counted
    from longhaul.runs r cross join lateral longhaul.stages_counted(r.id, r.stage_keys) c where r.id = ${run}`;
  return row!;
}

const succeeded = {
  ...done,
  progress: 1,
  stages: [
    { fraction: 1, status: "done" },
    { fraction: 1, status: "done" },
  ],
};

async function expectEnd(world: Migrated, run: string, life: Life) {
  const { events, attempt = 1, end = succeeded, tallies = "{1,1,0,0,1,1,0,0}" } = life;
  const { organisationId, people } = world.tenant;
  await asCaller(world.database.api, people.viewer, async (tx) => {
    const log = await history.eventsAfter(tx, { organisationId, runId: run, after: 0, limit: 1000 });
    expect(log.map(({ type }) => type)).toEqual(events);
    expect(log.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const seen = await runs.get(tx, { organisationId, runId: run });
    expect(seen).toMatchObject({ ...end, attempt, lastSeq: events.length });
    // Words that it is looked for by: its name.
    const { runs: found } = await runs.list(tx, { organisationId, search: seen!.name, limit: 10 });
    expect(found.map(({ id }) => id)).toEqual([run]);
  });
  expect(await talliesOf(world, run)).toEqual({ kept: tallies, counted: tallies });
}

const states = [
  // Progress was a column of its own, and searched words stood in no slices of time.
  "20261122003900_records_of_steps.sql",
  // Whatever comes next meets runs under way.
  migrations.at(-2)!,
];

describe.each(states)("after %s", (last) => {
  describe.each(["earlier", "today", "both"] as const)("with the code of: %s", (code) => {
    let world: Migrated;
    beforeAll(async () => {
      world = await openMigrated(last);
    });
    afterAll(() => world.database[Symbol.asyncDispose]());

    test.each(Object.keys(lives).reverse())("a run %s goes on to its end", async (name) => {
      const [life, run] = [lives[name]!, world.begun.get(name)!];
      await life.after(world[code], run);
      await expectEnd(world, run, life);
    });

    test("a run that begins after them goes its whole way", async () => {
      const life = lives["that is queued"]!;
      const run = await world[code].start("A run of the new time");
      await life.after(world[code], run);
      await expectEnd(world, run, life);
    });
  });
});
