import { ListExecutionsCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { asDispatcher, dispatch } from "@longhaul/db";
import { cancelRun, dispatchQueued, startRun } from "@longhaul/runs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openRunsWorld, requestOf, type RunsWorld } from "./runs-world.js";

let world: RunsWorld;
beforeAll(async () => {
  world = await openRunsWorld();
  await world.setLimits(100, 100);
});
beforeEach(async () => {
  world.steps.reset();
  await world.admin.sql`delete from longhaul.runs`;
});
afterAll(() => world[Symbol.asyncDispose]());

async function executionsOf(runId: string): Promise<number> {
  const stateMachineArn = world.stateMachineArn.replace(/:\d+$/, "");
  const { executions } = await world.sfn.send(
    new ListExecutionsCommand({ stateMachineArn, maxResults: 1000 }),
  );
  return executions!.filter(({ name }) => name!.startsWith(runId)).length;
}

/** Takes a run as a dispatcher does that dies before it can note what became of it. */
async function takeAndDie(runId: string): Promise<void> {
  const [taken] = await asDispatcher(world.api, (tx) => dispatch.next(tx, { limit: 1, holdSeconds: 30 }));
  expect(taken?.runId).toBe(runId);
  await world.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: world.stateMachineArn,
      name: taken!.executionName,
      input: taken!.executionInput,
    }),
  );
  await world.admin.sql`
    update longhaul.run_attempts set held_until = null, next_try_at = now() where run_id = ${runId}`;
}

/** Lets a queued run have what a contract of before took, without the name. */
async function storeOldInput(runId: string): Promise<void> {
  await world.admin.sql`
    update longhaul.run_attempts
    set execution_input = (execution_input::jsonb #- '{input,name}')::text where run_id = ${runId}`;
}

test("a run that has waited since its workflow took another input fails when no deployment takes it, and names the field", async () => {
  const [outdated, fitting] = [await world.start(), await world.start()];
  await storeOldInput(outdated);
  expect(await dispatchQueued(world.deps)).toMatchObject({ sent: 1, refused: 0, postponed: 1 });
  expect(await world.run(outdated)).toMatchObject({
    status: "queued",
    reason: expect.stringMatching(
      /^"Import a file" takes another input here than this run has, next try in \d+ s\.$/,
    ),
  });
  await world.admin.sql`
    update longhaul.run_attempts set tries = 9, held_until = null, next_try_at = now() where run_id = ${outdated}`;
  expect(await dispatchQueued(world.deps)).toMatchObject({ sent: 0, refused: 1, postponed: 0 });
  expect(await world.run(outdated)).toMatchObject({
    status: "failed",
    error: {
      code: "INPUT_OUTDATED",
      message: expect.stringMatching(
        /takes another input than when this run was queued\. "name".* Start it anew\.$/,
      ),
    },
  });
  expect(await executionsOf(outdated)).toBe(0);
  expect(await executionsOf(fitting)).toBe(1);
});

test("a run with a field that only a newer contract knows is sent by a process of before", async () => {
  const runId = await world.start();
  await world.admin.sql`
    update longhaul.run_attempts
    set execution_input = jsonb_set(execution_input::jsonb, '{input,simulation}', '{"new": true}')::text where run_id = ${runId}`;
  expect(await dispatchQueued(world.deps)).toMatchObject({ sent: 1, refused: 0 });
  expect(await executionsOf(runId)).toBe(1);
});

test("a run whose input broke a rule only since it was queued is sent: the moment that it names has passed meanwhile", async () => {
  const deps = { ...world.deps, stateMachines: { campaign: world.stateMachineArn } };
  const input = {
    ...{ name: "Spring", goal: "Sell seeds.", channels: ["EMAIL"], twinIds: [crypto.randomUUID()] },
    segments: [{ name: "Gardeners" }],
    recipients: [{ segment: "Gardeners", address: "ada@example.com" }],
    sendAt: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const request = { ...requestOf(input), workflow: "campaign" };
  const { runId } = await startRun(deps, world.caller(world.ours), request);
  await world.admin.sql`
    update longhaul.run_attempts
    set execution_input = jsonb_set(execution_input::jsonb, '{input,sendAt}', '"2026-01-01T00:00:00Z"')::text
    where run_id = ${runId}`;
  expect(await dispatchQueued(deps)).toMatchObject({ sent: 1, refused: 0 });
  expect(await executionsOf(runId)).toBe(1);
});

test("one that was sent before its workflow changed, by a dispatcher that died, goes on", async () => {
  const runId = await world.start();
  await storeOldInput(runId);
  await takeAndDie(runId);
  expect(await dispatchQueued(world.deps)).toMatchObject({ sent: 1, refused: 0 });
  expect(await executionsOf(runId)).toBe(1);
});

test("every run that is due is sent, with its id as the execution's name", async () => {
  const ids = await Promise.all(Array.from({ length: 23 }, () => world.start()));
  expect(await dispatchQueued(world.deps)).toEqual({
    sent: 23,
    postponed: 0,
    refused: 0,
    published: 0,
    retryInSeconds: null,
  });
  const run = await world.run(ids[0]!);
  expect(run).toMatchObject({ status: "running" });
  const [, started] = await world.log(run.id);
  expect(started).toMatchObject({ type: "run.started", seq: 2 });
  expect(started!.data["executionArn"]).toBe(
    `arn:aws:states:us-east-1:000000000000:execution:longhaul-data-import:${run.id}-1`,
  );
  expect(await dispatchQueued(world.deps)).toMatchObject({ sent: 0 });
});

test("two dispatchers at once start no execution twice", async () => {
  const ids = await Promise.all(Array.from({ length: 15 }, () => world.start()));
  const results = await Promise.all([1, 2, 3].map(() => dispatchQueued(world.deps)));
  expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBe(15);
  for (const id of ids) expect(await executionsOf(id)).toBe(1);
});

test("a dispatcher that died after sending leaves a run that is recognised while it runs", async () => {
  const release = world.steps.hold("ProcessData");
  const runId = await world.start();
  await takeAndDie(runId);
  expect(await dispatchQueued(world.deps)).toMatchObject({ sent: 1 });
  expect(await world.run(runId)).toMatchObject({ status: "running" });
  expect(await executionsOf(runId)).toBe(1);
  release();
  await world.ended(runId);
  expect(world.steps.calls("ProcessData")).toBe(1);
});

test("... and is closed at once when its execution has ended meanwhile", async () => {
  const runId = await world.start();
  await takeAndDie(runId);
  await world.ended(runId);
  expect(await dispatchQueued(world.deps)).toMatchObject({ sent: 1 });
  expect(await world.run(runId)).toMatchObject({ status: "succeeded" });
  expect((await world.log(runId)).map(({ type }) => type)).toEqual([
    "run.queued",
    "run.started",
    "run.succeeded",
  ]);
});

test("what cannot be reached leaves the run queued with a reason, and is tried again", async () => {
  const runId = await world.start();
  const away = { ...world.deps, sfn: world.unreachable };
  const { postponed, retryInSeconds } = await dispatchQueued(away);
  expect(postponed).toBe(1);
  expect(retryInSeconds).toBeGreaterThan(0);
  expect(retryInSeconds).toBeLessThanOrEqual(3);
  expect(await world.run(runId)).toMatchObject({
    status: "queued",
    reason: expect.stringMatching(/^The service that executes runs cannot be reached, next try in [23] s\.$/),
  });
  expect(await dispatchQueued(world.deps)).toMatchObject({ sent: 0 });
  await world.admin.sql`update longhaul.run_attempts set next_try_at = now()`;
  expect(await dispatchQueued(world.deps)).toMatchObject({ sent: 1 });
  expect(await world.run(runId)).toMatchObject({ status: "running" });
});

test("a workflow that is missing waits for its deployment, but not for ever", async () => {
  const runId = await world.start();
  const gone = {
    ...world.deps,
    stateMachines: { "data-import": world.stateMachineArn.replace("data-import", "gone") },
  };
  expect(await dispatchQueued(gone)).toMatchObject({ postponed: 1 });
  expect(await world.run(runId)).toMatchObject({
    status: "queued",
    reason: expect.stringMatching(/^This workflow is not installed at the moment, next try in [23] s\.$/),
  });
  await world.admin.sql`update longhaul.run_attempts set tries = 9, next_try_at = now()`;
  expect(await dispatchQueued(gone)).toMatchObject({ refused: 1 });
  expect(await world.run(runId)).toMatchObject({
    status: "failed",
    error: { code: "WORKFLOW_NOT_DEPLOYED", message: "This workflow is not installed at the moment." },
  });
});

test("what can never be accepted fails the run with a sentence and the cause", async () => {
  const runId = await world.start();
  expect(
    await dispatchQueued({ ...world.deps, stateMachines: { "data-import": "arn:nonsense" } }),
  ).toMatchObject({
    refused: 1,
  });
  expect(await world.run(runId)).toMatchObject({
    status: "failed",
    error: {
      code: "START_REFUSED",
      message: "The workflow's state machine has an address that is not valid.",
      cause: expect.stringContaining("InvalidArn"),
    },
  });
});

test("a name that another execution has taken fails the run instead of adopting it", async () => {
  const runId = await world.start();
  await world.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: world.stateMachineArn,
      name: `${runId}-1`,
      input: '{"other":1}',
    }),
  );
  expect(await dispatchQueued(world.deps)).toMatchObject({ refused: 1 });
  expect(await world.run(runId)).toMatchObject({ status: "failed", error: { code: "START_REFUSED" } });
});

test("a run that is cancelled while it is being sent is stopped by whoever sends it", async () => {
  world.steps.hold("ProcessData");
  const runId = await world.start();
  const sfn = world.newClient();
  let answer: unknown;
  sfn.middlewareStack.add((next, context) => async (args) => {
    if (context.commandName === "StartExecutionCommand") {
      answer = await cancelRun(world.deps, world.caller(world.ours), { runId });
    }
    return next(args);
  });
  await dispatchQueued({ ...world.deps, sfn });
  expect(answer).toEqual({ ended: false });
  expect(await world.run(runId)).toMatchObject({ status: "cancelled" });
  expect((await world.ended(runId)).status).toBe("ABORTED");
});
