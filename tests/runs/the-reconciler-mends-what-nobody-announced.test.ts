import { asCaller, asDispatcher, dispatch, runs } from "@longhaul/db";
import { cancelRun, closeRun, dispatchQueued, reconcile } from "@longhaul/runs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openRunsWorld, type RunsWorld } from "./runs-world.js";

let world: RunsWorld;
beforeAll(async () => {
  world = await openRunsWorld();
});
beforeEach(async () => {
  world.steps.reset();
  await world.admin.sql`delete from longhaul.runs`;
});
afterAll(() => world[Symbol.asyncDispose]());

async function startAndSend(): Promise<string> {
  const runId = await world.start();
  await dispatchQueued(world.deps);
  return runId;
}

/** The sentences of the repairs in a run's log. */
async function repairs(runId: string): Promise<unknown[]> {
  return (await world.log(runId))
    .filter(({ type }) => type === "run.repaired")
    .map(({ data }) => data["repair"]);
}

test("a run that was stored by an API that died before sending it", async () => {
  const runId = await world.start();
  await world.age(runId);
  expect(await reconcile(world.deps)).toMatchObject({ checked: 1, repaired: 1, dispatched: { sent: 1 } });
  expect(await world.run(runId)).toMatchObject({ status: "running" });
  expect(await repairs(runId)).toEqual(["The run was stored but nobody had sent it; it is sent now."]);
});

test("an execution whose end was never announced", async () => {
  const runId = await startAndSend();
  await world.ended(runId);
  await world.age(runId);
  expect(await reconcile(world.deps)).toMatchObject({ checked: 1, repaired: 1 });
  expect(await world.run(runId)).toMatchObject({ status: "succeeded", output: { rowsRead: 2 } });
  expect(await repairs(runId)).toEqual([
    "Its execution had ended without this run being told; the end was entered afterwards.",
  ]);
  expect(await reconcile(world.deps)).toMatchObject({ checked: 0, repaired: 0 });
});

test("where executions answer late, a run that waits to be sent does not wait for the rest of them", async () => {
  const ended = await startAndSend();
  await world.ended(ended);
  const waiting = await world.start();
  for (const runId of [ended, waiting]) await world.age(runId);
  expect(await reconcile(world.deps, { maxSeconds: 0 })).toMatchObject({
    repaired: 1,
    dispatched: { sent: 1 },
  });
  expect(await world.run(ended)).toMatchObject({ status: "running" });
  expect(await world.run(waiting)).toMatchObject({ status: "running" });
  // What it did not come to it comes to the next time.
  await world.age(ended);
  expect(await reconcile(world.deps)).toMatchObject({ repaired: 1 });
  expect(await world.run(ended)).toMatchObject({ status: "succeeded" });
});

test("an execution that is not there any more", async () => {
  world.steps.hold("ProcessData");
  const runId = await startAndSend();
  await world.admin
    .sql`update longhaul.run_attempts set execution_arn = execution_arn || 'x' where run_id = ${runId}`;
  await world.age(runId);
  expect(await reconcile(world.deps)).toMatchObject({ repaired: 1 });
  expect(await world.run(runId)).toMatchObject({ status: "failed", error: { code: "EXECUTION_LOST" } });
  expect(await repairs(runId)).toEqual(["Its execution could not be found; the run was ended."]);
});

test("a request to cancel that did not get through", async () => {
  world.steps.hold("ProcessData");
  const runId = await startAndSend();
  await cancelRun({ ...world.deps, sfn: world.unreachable }, world.caller(world.ours), { runId });
  await world.age(runId);
  expect(await reconcile(world.deps)).toMatchObject({ repaired: 1 });
  expect(await world.run(runId)).toMatchObject({ status: "cancelled" });
  expect(await repairs(runId)).toEqual(["The request to cancel had not got through; it was sent again."]);
  expect((await world.ended(runId)).status).toBe("ABORTED");
});

test("a run that was cancelled in the hands of a dispatcher that died", async () => {
  const runId = await world.start();
  await asDispatcher(world.api, (tx) => dispatch.next(tx, { limit: 1, holdSeconds: 30 }));
  await cancelRun(world.deps, world.caller(world.ours), { runId });
  expect(await world.run(runId)).toMatchObject({ status: "cancelling" });
  await world.age(runId);
  expect(await reconcile(world.deps)).toMatchObject({ repaired: 1 });
  expect(await world.run(runId)).toMatchObject({ status: "cancelled" });
  expect(await repairs(runId)).toEqual(["The run was cancelled before it began."]);
});

test("a long step is left in peace, however often it is looked at", async () => {
  const release = world.steps.hold("ProcessData");
  const runId = await startAndSend();
  for (let pass = 0; pass < 3; pass += 1) {
    await world.age(runId);
    expect(await reconcile(world.deps)).toMatchObject({ checked: 1, repaired: 0 });
  }
  expect((await world.log(runId)).map(({ type }) => type)).toEqual(["run.queued", "run.started"]);
  release();
  await closeRun(world.deps, await world.ended(runId));
  expect(await world.run(runId)).toMatchObject({ status: "succeeded" });
});

test("a run that waits its turn is not called forgotten", async () => {
  const runId = await world.start();
  await dispatchQueued({ ...world.deps, sfn: world.unreachable });
  await world.age(runId);
  expect(await reconcile(world.deps)).toMatchObject({ repaired: 0, dispatched: { sent: 1 } });
  expect(await repairs(runId)).toEqual([]);
});

test("runs that were heard of lately are not looked at", async () => {
  world.steps.hold("ProcessData");
  await startAndSend();
  expect(await reconcile(world.deps)).toMatchObject({ checked: 0, repaired: 0 });
});

test("one run's trouble does not keep the others from being mended, and waits for the next pass", async () => {
  const [first, second] = [await startAndSend(), await startAndSend()];
  await Promise.all([world.ended(first), world.ended(second)]);
  await world.age(first);
  await world.age(second);
  const sfn = world.newClient();
  sfn.middlewareStack.add((next) => async (args) => {
    const { executionArn } = args.input as { executionArn?: string };
    if (executionArn?.includes(first))
      throw Object.assign(new Error("slow down"), { name: "ThrottlingException" });
    return next(args);
  });
  expect(await reconcile({ ...world.deps, sfn })).toMatchObject({ checked: 2, repaired: 1 });
  expect(await world.run(second)).toMatchObject({ status: "succeeded" });
  await world.age(first);
  expect(await reconcile(world.deps)).toMatchObject({ checked: 1, repaired: 1 });
  expect(await world.run(first)).toMatchObject({ status: "succeeded" });
});

test("an event that comes while the reconciler is at work ends the run once", async () => {
  const runId = await startAndSend();
  const event = await world.ended(runId);
  await world.age(runId);
  await Promise.all([reconcile(world.deps), closeRun(world.deps, event), closeRun(world.deps, event)]);
  const ends = (await world.log(runId)).filter(({ type }) => type === "run.succeeded");
  expect(ends).toHaveLength(1);
  const { organisationId, people } = world.ours;
  const listed = await asCaller(world.api, people.viewer, (tx) =>
    runs.list(tx, { organisationId, statuses: ["succeeded"], limit: 10 }),
  );
  expect(listed.runs.map(({ id }) => id)).toEqual([runId]);
});
