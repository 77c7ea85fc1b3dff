import { asCaller, asDispatcher, dispatch, limits, runs, type Tx } from "@longhaul/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openWorld, startRun, type World } from "../support/database.js";
import { waitForLocks } from "../support/locks.js";
import { endRun, queueMany, takeNext } from "../support/many-runs.js";
import { readsOf } from "../support/reads.js";
import type { Tenant } from "../support/tenants.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  await world.admin.sql`delete from longhaul.runs`;
  await world.admin.sql`delete from longhaul.organisation_limits`;
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const setLimits = (tenant: Tenant, maxRunning: number, maxRunningPerUser: number) =>
  asCaller(world.api, tenant.people.admin, (tx) =>
    limits.update(tx, {
      organisationId: tenant.organisationId,
      maxRunning,
      maxRunningPerUser,
      retentionDays: 7,
    }),
  );
const next = (limit: number) => takeNext(world.api, limit);
const explain = () => asDispatcher(world.api, (tx) => dispatch.explain(tx, { limit: 200 }));
const reasonOf = async (runId: string) => {
  const { organisationId, people } = world.ours;
  const run = await asCaller(world.api, people.viewer, (tx) => runs.get(tx, { organisationId, runId }));
  return run?.status === "queued" ? run.reason : run?.status;
};
/** In which turn each run of the tenant is admitted, one admission a turn. */
async function turnsOf(tenant: Tenant, total: number): Promise<number[]> {
  const turns: number[] = [];
  for (let turn = 1; turns.length < total; turn += 1) {
    const [run] = await next(1);
    expect(run, `turn ${turn}`).toBeDefined();
    if (run!.organisationId === tenant.organisationId) turns.push(turn);
    await endRun(world.api, run!);
  }
  return turns;
}

test("a modest organisation waits at most twice as long beside a greedy one as alone", async () => {
  await queueMany(world.admin.sql, world.theirs, { count: 10 });
  const alone = await turnsOf(world.theirs, 10);
  await queueMany(world.admin.sql, world.ours, { count: 1000, priority: "urgent" });
  await next(5);
  await queueMany(world.admin.sql, world.theirs, { count: 10, priority: "low" });
  const beside = await turnsOf(world.theirs, 10);
  for (const [index, turn] of beside.entries()) expect(turn).toBeLessThanOrEqual(2 * alone[index]!);
});

test("organisations share a batch, and an organisation that was away is not repaid for it", async () => {
  await queueMany(world.admin.sql, world.ours, { count: 30 });
  await setLimits(world.ours, 100, 100);
  await setLimits(world.theirs, 100, 100);
  expect(await next(10)).toHaveLength(10);
  await queueMany(world.admin.sql, world.theirs, { count: 30 });
  const batch = await next(10);
  const ours = batch.filter((run) => run.organisationId === world.ours.organisationId);
  expect(ours).toHaveLength(5);
});

test("eight dispatchers at once never exceed a limit, and leave nothing behind", async () => {
  await setLimits(world.ours, 7, 3);
  const { operator, admin, owner } = world.ours.people;
  for (const { userId } of [operator, admin, owner])
    await queueMany(world.admin.sql, world.ours, { count: 40, userId });
  await queueMany(world.admin.sql, world.theirs, { count: 40 });
  let ended = 0;
  const dispatcher = async () => {
    while (ended < 160) {
      const taken = await next(5);
      for (const run of taken.reverse()) {
        await endRun(world.api, run);
        ended += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, dispatcher));

  // A slot is taken from admission to end: how many were taken at the moment of each admission?
  const most = await world.admin.sql<{ organisation: string; user: string | null; n: number }[]>`
    select a.organisation_id as organisation, b.user_id as user, max(b.n)::integer as n
    from longhaul.run_attempts a cross join lateral (
      select user_id, count(*) as n from longhaul.run_attempts b
      where b.organisation_id = a.organisation_id and b.admitted_at <= a.admitted_at and b.closed_at > a.admitted_at
      group by grouping sets ((), (user_id))) b
    group by 1, 2`;
  const of = (organisation: string, user: string | null) =>
    most.find((row) => row.organisation === organisation && row.user === user)?.n;
  expect(of(world.ours.organisationId, null)).toBe(7);
  for (const { userId } of [operator, admin, owner])
    expect(of(world.ours.organisationId, userId)).toBeLessThanOrEqual(3);
  expect(of(world.theirs.organisationId, null)).toBeLessThanOrEqual(10);
  const [sent] = await world.admin
    .sql`select count(*)::integer as n from longhaul.run_attempts where tries = 1`;
  expect(sent?.n).toBe(160);
});

test("no run is forgotten, whatever starts, ends and dispatches at the same moment", async () => {
  await setLimits(world.ours, 3, 3);
  // Each actor dispatches after its own commits only, as API and Lambdas do; nobody sweeps.
  const actor = async () => {
    for (let i = 0; i < 25; i += 1) {
      await startRun(world.api, world.ours);
      for (let taken = await next(2); taken.length > 0; taken = await next(2))
        for (const run of taken) await endRun(world.api, run);
    }
  };
  await Promise.all(Array.from({ length: 6 }, actor));
  const open = await world.admin.sql`select admission from longhaul.run_attempts where closed_at is null`;
  expect(open).toEqual([]);
});

test("within an organisation the most urgent goes first, then the oldest, whoever started it", async () => {
  const { operator, admin } = world.ours.people;
  const order = ["old", "new", "urgent", "high of another"];
  await startRun(world.api, world.ours, { name: "old", priority: "low" }, operator);
  await startRun(world.api, world.ours, { name: "new", priority: "low" }, admin);
  await startRun(world.api, world.ours, { name: "high of another", priority: "high" }, admin);
  await startRun(world.api, world.ours, { name: "urgent", priority: "urgent" }, operator);
  const taken: string[] = [];
  for (let run = (await next(1))[0]; run; run = (await next(1))[0]) taken.push(run.runId);
  const names = await world.admin.sql<{ id: string; name: string }[]>`select id, name from longhaul.runs`;
  expect(taken.map((id) => names.find((row) => row.id === id)?.name)).toEqual([
    "urgent",
    "high of another",
    "old",
    "new",
  ]);
  expect(taken).toHaveLength(order.length);
});

test("a user's full share does not hold up a colleague's runs", async () => {
  await setLimits(world.ours, 10, 2);
  const { operator, admin } = world.ours.people;
  await queueMany(world.admin.sql, world.ours, { count: 50, userId: operator.userId, priority: "urgent" });
  expect(await next(10)).toHaveLength(2);
  const theirs = await startRun(world.api, world.ours, { priority: "low" }, admin);
  expect((await next(10)).map((run) => run.runId)).toEqual([theirs]);
});

test("who waits reads why: for the user's own runs, for the organisation's, and nothing once it is sent", async () => {
  await setLimits(world.ours, 3, 2);
  const { operator, admin } = world.ours.people;
  const mine = [];
  for (let i = 0; i < 3; i += 1) mine.push(await startRun(world.api, world.ours, {}, operator));
  const [first] = await next(10);
  expect(await explain()).toEqual({ explained: 1, nextDueSeconds: expect.any(Number) });
  expect(await reasonOf(mine[2]!)).toBe("2 of your 2 runs are running.");
  await startRun(world.api, world.ours, {}, admin);
  const late = await startRun(world.api, world.ours, {}, admin);
  expect(await next(10)).toHaveLength(1);
  await explain();
  expect(await reasonOf(late)).toBe("3 of your organisation's 3 runs are running.");
  expect((await explain()).explained).toBe(0);

  await endRun(world.api, first!);
  expect((await next(10)).map((run) => run.runId)).toEqual([mine[2]]);
  const executionArn = "arn:aws:states:x:execution:1";
  const sent = { runId: mine[2]!, attempt: 1, executionArn, stateMachineArn: "arn:aws:states:x:machine" };
  await asDispatcher(world.api, (tx) => dispatch.sent(tx, sent));
  expect(await reasonOf(mine[2]!)).toBe("running");
});

test("a raised limit admits more at the next look, a lowered one stops nobody", async () => {
  await setLimits(world.ours, 2, 2);
  await queueMany(world.admin.sql, world.ours, { count: 10 });
  expect(await next(10)).toHaveLength(2);
  expect(await next(10)).toHaveLength(0);
  await setLimits(world.ours, 5, 5);
  expect(await next(10)).toHaveLength(3);
  await setLimits(world.ours, 1, 1);
  expect(await next(10)).toHaveLength(0);
});

test("a run that waits for a person leaves its slot to another", async () => {
  await setLimits(world.ours, 1, 1);
  const [waiting, other] = [await startRun(world.api, world.ours), await startRun(world.api, world.ours)];
  expect((await next(10)).map((run) => run.runId)).toEqual([waiting]);
  await world.admin.sql`select longhaul.append_events(${waiting},
    '[{"type": "run.started"}, {"type": "run.waiting", "data": {"waitingFor": "An operator has to approve."}}]')`;
  expect((await next(10)).map((run) => run.runId)).toEqual([other]);
  // It goes on at once when it is told to, and takes a slot again.
  await world.admin
    .sql`select longhaul.append_events(${waiting}, '[{"type": "run.started", "data": {"resumed": true}}]')`;
  await startRun(world.api, world.ours);
  const [first] = await world.admin.sql`select * from longhaul.run_attempts where run_id = ${other}`;
  await endRun(world.api, { runId: first!["run_id"], attempt: 1 } as never);
  expect(await next(10)).toEqual([]);
});

test("a delayed start says when, and is not sent before", async () => {
  const notBefore = new Date(Date.now() + 3_600_000).toISOString();
  const runId = await startRun(world.api, world.ours, { notBefore });
  expect(await next(10)).toEqual([]);
  expect(await reasonOf(runId)).toBe(`Starts at ${notBefore.slice(0, 10)} ${notBefore.slice(11, 19)} UTC.`);
  const { nextDueSeconds } = await explain();
  expect(nextDueSeconds).toBeGreaterThan(3500);
  expect(nextDueSeconds).toBeLessThanOrEqual(3600);
  await world.admin.sql`update longhaul.run_attempts set next_try_at = now()`;
  const [taken] = await next(10);
  expect(taken?.runId).toBe(runId);
  // What waits are reckoned from is the time it was to begin, not the time it was asked for.
  expect(JSON.parse(taken!.executionInput)).toMatchObject({ startedAt: notBefore });
});

test("a delayed start whose time has come and finds no room says so", async () => {
  await setLimits(world.ours, 1, 1);
  await startRun(world.api, world.ours);
  const late = await startRun(world.api, world.ours, {
    notBefore: new Date(Date.now() + 60_000).toISOString(),
  });
  expect(await next(10)).toHaveLength(1);
  await world.admin.sql`update longhaul.run_attempts set next_try_at = now() where run_id = ${late}`;
  expect(await next(10)).toEqual([]);
  await explain();
  expect(await reasonOf(late)).toBe("1 of your 1 runs is running.");
});

test("a time that has passed delays nothing, a time after more than a year is refused", async () => {
  await startRun(world.api, world.ours, { notBefore: "2020-01-01T00:00:00Z" });
  expect(await next(10)).toHaveLength(1);
  const far = new Date(Date.now() + 400 * 86_400_000).toISOString();
  await expect(startRun(world.api, world.ours, { notBefore: far })).rejects.toMatchObject({
    code: "INPUT_INVALID",
  });
});

test("a postponed run keeps its slot: where sending fails, not ever more are tried", async () => {
  await setLimits(world.ours, 2, 2);
  await queueMany(world.admin.sql, world.ours, { count: 10 });
  for (const { runId, attempt } of await next(10)) {
    const reason = "AWS is throttling, next try in 20 s.";
    await asDispatcher(world.api, (tx) =>
      dispatch.postponed(tx, { runId, attempt, reason, retrySeconds: 20 }),
    );
  }
  expect(await next(10)).toEqual([]);
  const { nextDueSeconds } = await explain();
  expect(nextDueSeconds).toBeGreaterThan(15);
  expect(nextDueSeconds).toBeLessThanOrEqual(20);
});

test("a dispatcher that dies in the middle of admitting leaves everything to the next", async () => {
  await queueMany(world.admin.sql, world.ours, { count: 5 });
  const dies = asDispatcher(world.api, async (tx) => {
    expect(await dispatch.next(tx, { limit: 10, holdSeconds: 30 })).toHaveLength(5);
    throw new Error("killed");
  });
  await expect(dies).rejects.toThrow("killed");
  expect(await next(10)).toHaveLength(5);
});

test("what admission reads does not grow with the queue", async () => {
  await queueMany(world.admin.sql, world.ours, { count: 4000, priority: "urgent" });
  const { people } = world.ours;
  await queueMany(world.admin.sql, world.ours, { count: 100, userId: people.admin.userId });
  await queueMany(world.admin.sql, world.theirs, { count: 1000 });
  await next(5);
  await world.admin.sql`analyze longhaul.run_attempts, longhaul.runs`;
  const read = await asDispatcher(world.api, (tx) =>
    readsOf(tx, "longhaul.run_attempts", async () => {
      expect(await dispatch.next(tx, { limit: 5, holdSeconds: 30 })).toHaveLength(5);
    }),
  );
  expect(read.scans).toBe(0);
  expect(read.rows).toBeGreaterThan(0);
  expect(read.rows).toBeLessThan(100);
});

test("limits are read by members and changed by admins, within bounds, for their own organisation", async () => {
  const { ours, theirs } = world;
  const of = (tenant: Tenant, role: "viewer" | "operator" | "admin", over: object = {}) =>
    asCaller(world.api, tenant.people[role], (tx) =>
      limits.update(tx, {
        organisationId: ours.organisationId,
        maxRunning: 4,
        maxRunningPerUser: 4,
        retentionDays: 30,
        ...over,
      }),
    );
  const read = (tenant: Tenant) =>
    asCaller(world.api, tenant.people.viewer, (tx) =>
      limits.get(tx, { organisationId: ours.organisationId }),
    );
  const defaults = { maxRunning: 25, maxRunningPerUser: 10, retentionDays: 7 };
  expect(await read(ours)).toEqual(defaults);
  await expect(of(ours, "operator")).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(of(theirs, "admin")).rejects.toMatchObject({ code: "ORGANISATION_NOT_FOUND" });
  for (const wrong of [{ maxRunning: 0 }, { maxRunningPerUser: 10_001 }, { retentionDays: 0 }])
    await expect(of(ours, "admin", wrong)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  await of(ours, "admin");
  expect(await read(ours)).toEqual({ maxRunning: 4, maxRunningPerUser: 4, retentionDays: 30 });
  expect(await read(theirs)).toEqual(defaults);
});

test("tags are the run's, at most ten, and another organisation's start names no run of ours", async () => {
  const { organisationId, people } = world.ours;
  const runId = await startRun(world.api, world.ours, { tags: ["nightly", "März"], lane: "queued" });
  const run = await asCaller(world.api, people.viewer, (tx) => runs.get(tx, { organisationId, runId }));
  expect(run).toMatchObject({ tags: ["nightly", "März"], lane: "queued", rerunOf: null, notBefore: null });
  const many = Array.from({ length: 11 }, (_, n) => `tag ${n}`);
  for (const tags of [many, [""], ["x".repeat(51)], ["a\nb"]])
    await expect(startRun(world.api, world.ours, { tags })).rejects.toMatchObject({ code: "INPUT_INVALID" });
  const again = await startRun(world.api, world.ours, { rerunOf: runId, rerunFrom: "ReadFile" });
  const repeated = await asCaller(world.api, people.viewer, (tx) =>
    runs.get(tx, { organisationId, runId: again }),
  );
  expect(repeated).toMatchObject({ rerunOf: runId, rerunFrom: "ReadFile" });
  await expect(startRun(world.api, world.theirs, { rerunOf: runId })).rejects.toMatchObject({
    code: "RUN_NOT_FOUND",
  });
});

test("two admins who change different limits at the same moment both get what they set", async () => {
  const { organisationId, people } = world.theirs;
  const as = <T>(work: (tx: Tx) => Promise<T>) => asCaller(world.api, people.admin, work);
  await as((tx) =>
    limits.update(tx, { organisationId, maxRunning: 9, maxRunningPerUser: 8, retentionDays: 7 }),
  );
  let hasWritten = () => {};
  const written = new Promise<void>((resolve) => (hasWritten = resolve));
  let goOn = () => {};
  const both = new Promise<void>((resolve) => (goOn = resolve));
  const first = as(async (tx) => {
    await limits.update(tx, { organisationId, maxRunning: 3 });
    hasWritten();
    await both;
  });
  await written;
  const second = as((tx) => limits.update(tx, { organisationId, retentionDays: 30 }));
  await waitForLocks(world.admin);
  goOn();
  await first;
  expect(await second).toEqual({ maxRunning: 3, maxRunningPerUser: 8, retentionDays: 30 });
});
