import { asDispatcher, connect, dispatch, runs, type StartRun, type Taken } from "@longhaul/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eventsOf, leaseOf, newRun, openWorld, startRun, type World } from "../support/database.js";
import { endRun } from "../support/many-runs.js";

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

/** Starts runs together; with what each of their transactions found to be sent. */
async function startTogether(overs: Partial<StartRun>[], { limit = 10, holdSeconds = 30 } = {}) {
  const found: (Taken | null)[] = [];
  const taking = { limit, holdSeconds, taken: (taken: Taken | null) => void found.push(taken) };
  const answers = await Promise.allSettled(
    overs.map((over) =>
      runs.startAlone(world.api, world.ours.people.operator, newRun(world.ours.organisationId, over), taking),
    ),
  );
  return { answers, found, ids: answers.flatMap((one) => ("value" in one ? [one.value.runId] : [])) };
}
const allow = (most: number) =>
  world.admin.sql`
    insert into longhaul.organisation_limits (organisation_id, max_running, max_running_per_user, retention_days)
    values (${world.ours.organisationId}, ${most}, ${most}, 7)`;
const look = () => dispatch.takeDue(world.dispatcher, { limit: 10, holdSeconds: 30 });
const idsOf = (taken: Taken | null | undefined) => taken?.due.map((run) => run.runId).sort();

test("what a start has queued is taken with its commit, and nobody else gets it", async () => {
  const { found, ids } = await startTogether([{ name: "one" }, { name: "two" }]);
  expect(found).toHaveLength(1);
  expect(idsOf(found[0])).toEqual([...ids].sort());
  expect(found[0]?.due[0]).toMatchObject({ attempt: 1, workflow: "data-import", tries: 1, lane: "direct" });
  expect((await look()).due).toEqual([]);
});

test("a start takes also what others have left, and no more than there is room for", async () => {
  const left = await startRun(world.api, world.ours, { name: "left" });
  const { found, ids } = await startTogether([{ name: "new" }]);
  expect(idsOf(found[0])).toEqual([left, ...ids].sort());

  await allow(3);
  const more = await startTogether([{ name: "third" }, { name: "fourth" }]);
  expect(more.found[0]?.due).toHaveLength(1);
  expect(more.found[0]?.someWait).toBe(true);
});

test("a start that nothing stands before has its place at once, and stands in no queue", async () => {
  const [first] = (await startTogether([{}])).found;
  await endRun(world.api, first!.due[0]!);
  const turn = () => world.admin.sql`select turn from longhaul.organisation_queues order by turn`;
  const before = await turn();

  await allow(3);
  const later = new Date(Date.now() + 3600_000).toISOString();
  const { found, ids } = await startTogether([{ priority: "low" }, { priority: "urgent" }]);
  expect(found[0]?.due.map(({ runId, priority }) => [runId, priority])).toEqual([
    [ids[1], "urgent"],
    [ids[0], "low"],
  ]);
  const places = await world.admin.sql`
    select admission, tries, held_until > clock_timestamp() as held from longhaul.run_attempts where closed_at is null`;
  expect(places).toEqual(Array(2).fill({ admission: "admitted", tries: 1, held: true }));
  expect(await turn()).toEqual(before);
  expect(await world.admin.sql`select * from longhaul.queue_wakes`).toEqual([]);

  // One that is to begin later takes no place, and the last place goes to one of the next two.
  expect((await startTogether([{ notBefore: later }])).found[0]).toMatchObject({ due: [], someWait: true });
  const last = await startTogether([{}, {}]);
  expect(last.found[0]?.due).toHaveLength(1);
  expect((await startTogether([{ priority: "urgent" }])).found[0]?.due).toEqual([]);
});

test("a start goes behind one that waits for its time, once that has come", async () => {
  await allow(1);
  const delayed = await startRun(world.api, world.ours, {
    notBefore: new Date(Date.now() + 3600_000).toISOString(),
  });
  await world.admin
    .sql`update longhaul.run_attempts set next_try_at = clock_timestamp() where run_id = ${delayed}`;
  const { found, ids } = await startTogether([{}]);
  expect(idsOf(found[0])).toEqual([delayed]);
  await endRun(world.api, found[0]!.due[0]!);
  expect(idsOf(await look())).toEqual(ids);
});

test("starts of many processes at once never exceed a limit, and none is forgotten", async () => {
  await allow(3);
  const process = async (): Promise<void> => {
    const api = connect(world.database.url("longhaul_api"), { max: 1 });
    for (let round = 0; round < 25; round += 1) {
      const found: Taken[] = [];
      const taking = {
        limit: 10,
        holdSeconds: 30,
        taken: (one: Taken | null) => void (one && found.push(one)),
      };
      await Promise.all(
        [1, 2].map(() =>
          runs.startAlone(api, world.ours.people.operator, newRun(world.ours.organisationId, {}), taking),
        ),
      );
      for (let taken = found[0] ?? (await look()); taken.due.length > 0; taken = await look())
        for (const run of taken.due) await endRun(world.api, run);
    }
    await api.close();
  };
  await Promise.all(Array.from({ length: 3 }, process));
  const [most] = await world.admin.sql`
    select max(n.at_once)::integer as at_once from longhaul.run_attempts a cross join lateral (
      select count(*) as at_once from longhaul.run_attempts b
      where b.admitted_at <= a.admitted_at and b.closed_at > a.admitted_at) n`;
  expect(most).toEqual({ at_once: 3 });
  expect(await world.admin.sql`select run_id from longhaul.run_attempts where closed_at is null`).toEqual([]);
});

test("a refused start hurts none that shares its transaction, nor what that takes", async () => {
  const { answers, found, ids } = await startTogether([
    { name: "too large", input: { text: "x".repeat(200_001) } },
    { name: "good" },
  ]);
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  expect(idsOf(found[0])).toEqual(ids);
});

test("a start does not wait for a dispatcher that is at the queue, and says that somebody has to look", async () => {
  let begun: { ids: string[]; found: (Taken | null)[] } | null = null;
  await world.dispatcher.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended('longhaul.admit', 0))`;
    begun = await startTogether([{}]);
  });
  expect(begun).toMatchObject({ found: [null], ids: [expect.any(String)] });
  expect(idsOf(await look())).toEqual((begun as unknown as { ids: string[] }).ids);
});

test("a start that waits for its organisation holds up no dispatcher, and no other start of its process", async () => {
  const { ours, theirs } = world;
  const waiting = () =>
    world.admin.sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        and query like '%start_and_take%'`;
  let stuck: ReturnType<typeof startTogether> | null = null;
  await world.admin.sql.begin(async (tx) => {
    await tx`select longhaul.lock_member(${ours.organisationId}, ${ours.people.operator.userId})`;
    stuck = startTogether([{}]);
    await expect.poll(waiting).toHaveLength(1);
    const left = await startRun(world.api, theirs);
    await expect.poll(async () => idsOf(await look())).toEqual([left]);
    const found: (Taken | null)[] = [];
    const taking = { limit: 10, holdSeconds: 30, taken: (taken: Taken | null) => void found.push(taken) };
    const { runId } = await runs.startAlone(
      world.api,
      theirs.people.operator,
      newRun(theirs.organisationId),
      taking,
    );
    expect(idsOf(found[0])).toEqual([runId]);
  });
  const { ids, found } = await (stuck as unknown as ReturnType<typeof startTogether>);
  expect(ids).toHaveLength(1);
  expect(idsOf(found[0] ?? (await look()))).toEqual(ids);
});

test("a run at work whose sending nobody noted stands before no start", async () => {
  const [run] = (await startTogether([{}], { holdSeconds: 0 })).ids as [string];
  await world.store.lease(leaseOf(run));
  const turn = () => world.admin.sql`select turn from longhaul.organisation_queues order by turn`;
  const before = await turn();
  const { found, ids } = await startTogether([{}]);
  expect(idsOf(found[0])).toEqual(ids);
  expect(await turn()).toEqual(before);
});

test.each([
  ["to admit it at once", { holdSeconds: 1e300 }],
  ["at the queue", { limit: -1 }],
])("a start holds where the look %s fails", async (_, asked) => {
  const { answers, found, ids } = await startTogether([{}], asked);
  expect(answers[0]).toMatchObject({ status: "fulfilled", value: { created: true } });
  expect(found).toEqual([null]);
  expect(idsOf(await look())).toEqual(ids);
});

test("the note that an execution has begun comes after the first step without a word more", async () => {
  const { ids, found } = await startTogether([{}]);
  const [run] = ids as [string];
  const name = found[0]?.due[0]?.executionName as string;
  const arn = `arn:aws:states:us-east-1:000000000000:execution:longhaul-data-import:${name}`;
  await world.store.lease({
    ...{ run, attempt: 1, state: "ReadFile", itemPath: "", visit: 0, stage: "read", input: {} },
    ...{ owner: "worker-1", leaseSeconds: 10 },
  });
  const started = {
    runId: run,
    attempt: 1,
    executionArn: arn,
    stateMachineArn: "arn:aws:states:us-east-1:0:stateMachine:m:1",
  };
  expect(await dispatch.noteSent(world.dispatcher, started)).toEqual({ cancelRequested: false });
  expect((await eventsOf(world, run)).map(({ type }) => type)).toEqual([
    "run.queued",
    "run.started",
    "step.started",
  ]);
  const [noted] = await asDispatcher(
    world.api,
    (tx) => tx`select execution_arn from longhaul.run_attempts where run_id = ${run}`,
  );
  expect(noted?.["execution_arn"]).toBe(arn);
});
