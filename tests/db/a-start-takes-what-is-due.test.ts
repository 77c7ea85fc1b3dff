import { asDispatcher, dispatch, runs, type StartRun, type Taken } from "@longhaul/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eventsOf, newRun, openWorld, startRun, type World } from "../support/database.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  await world.admin.sql`delete from longhaul.runs`;
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** Starts runs together; with what each of their transactions found to be sent. */
async function startTogether(overs: Partial<StartRun>[], { limit = 10 } = {}) {
  const found: (Taken | null)[] = [];
  const taking = { limit, holdSeconds: 30, taken: (taken: Taken | null) => void found.push(taken) };
  const answers = await Promise.allSettled(
    overs.map((over) =>
      runs.startAlone(world.api, world.ours.people.operator, newRun(world.ours.organisationId, over), taking),
    ),
  );
  return { answers, found, ids: answers.flatMap((one) => ("value" in one ? [one.value.runId] : [])) };
}
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

  const { organisationId } = world.ours;
  await world.admin.sql`
    insert into longhaul.organisation_limits (organisation_id, max_running, max_running_per_user, retention_days) values (${organisationId}, 3, 3, 7)`;
  try {
    const more = await startTogether([{ name: "third" }, { name: "fourth" }]);
    expect(more.found[0]?.due).toHaveLength(1);
    expect(more.found[0]?.someWait).toBe(true);
  } finally {
    await world.admin.sql`delete from longhaul.organisation_limits where organisation_id = ${organisationId}`;
  }
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

test("a start holds where its look at the queue fails", async () => {
  const { answers, found, ids } = await startTogether([{}], { limit: -1 });
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
