import { randomUUID } from "node:crypto";
import { CreateStateMachineCommand, StartExecutionCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { cancelRun, closeRun, dispatchNext, dispatchQueued } from "@longhaul/runs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openRunsWorld, type RunsWorld } from "./runs-world.js";
import { importResult, returned, thrown } from "./scripted-steps.js";

let world: RunsWorld;
beforeAll(async () => {
  world = await openRunsWorld();
});
beforeEach(() => world.steps.reset());
afterAll(() => world[Symbol.asyncDispose]());

async function startAndSend(): Promise<string> {
  const runId = await world.start();
  await dispatchQueued(world.deps);
  return runId;
}

/** Starts a run, lets its execution end, and hands the event over as EventBridge does. */
async function runToItsEnd() {
  const runId = await startAndSend();
  const event = await world.ended(runId);
  const { closed } = await closeRun(world.deps, event);
  return { runId, event, closed };
}

/** The sender has started the execution and died before it could write that down. */
async function endBeforeItsNote() {
  const runId = await startAndSend();
  const event = await world.ended(runId);
  await world.admin
    .sql`update longhaul.run_attempts set sent_at = null, execution_arn = null, state_machine_arn = null
    where run_id = ${runId}`;
  return { runId, event };
}

const cancel = (runId: string) => cancelRun(world.deps, world.caller(world.ours), { runId });

test("succeeded, with the output as the contract has it", async () => {
  const { runId, closed } = await runToItsEnd();
  expect(closed).toBe(true);
  expect(await world.run(runId)).toMatchObject({
    status: "succeeded",
    progress: 1,
    output: { ...importResult, notification: { status: "sent", channel: "EMAIL" } },
  });
  expect((await world.log(runId)).map(({ type }) => type)).toEqual([
    "run.queued",
    "run.started",
    "run.succeeded",
  ]);
});

test("the end of a run sends the next that waits for its place, and looks at no queue where nobody waits", async () => {
  await world.setLimits(1, 1);
  try {
    const [first, second] = [await world.start(), await world.start()];
    await dispatchQueued(world.deps);
    const event = await world.ended(first);
    expect(await world.run(second)).toMatchObject({ status: "queued" });
    await closeRun(world.deps, event);
    await dispatchNext(world.deps);
    await closeRun(world.deps, await world.ended(second));
    expect(await world.run(second)).toMatchObject({ status: "succeeded" });
    // A look would take away what the last end has left for the next.
    const wakes = async () => (await world.admin.sql`select from longhaul.queue_wakes`).length;
    expect(await wakes()).toBeGreaterThan(0);
    await dispatchNext(world.deps);
    expect(await wakes()).toBeGreaterThan(0);
  } finally {
    await world.setLimits(50, 50);
  }
});

test("the same event ten times ends it once", async () => {
  const { runId, event } = await runToItsEnd();
  const again = await Promise.all(Array.from({ length: 10 }, () => closeRun(world.deps, event)));
  expect(again.every(({ closed }) => !closed)).toBe(true);
  expect((await world.run(runId)).lastSeq).toBe(3);
});

test("failed with the sentence, code and step that the step runtime threw", async () => {
  const error = {
    code: "NOT_A_TABLE",
    message: "This file is not a table.",
    step: "ProcessData",
    cause: "line 1",
  };
  world.steps.script("ProcessData", () => thrown("FatalError", JSON.stringify(error)));
  const { runId } = await runToItsEnd();
  expect(await world.run(runId)).toMatchObject({ status: "failed", error });
});

test("failed with a general sentence where a function crashed, and its own words as the cause", async () => {
  world.steps.script("SendNotification", () => thrown("FatalError", "undefined is not a function"));
  const { runId } = await runToItsEnd();
  expect(await world.run(runId)).toMatchObject({
    status: "failed",
    error: {
      code: "STEP_FAILED",
      message: "SendNotification failed unexpectedly.",
      step: "SendNotification",
      cause: expect.stringContaining("undefined is not a function"),
    },
  });
});

test("failed by the machine's own decision", async () => {
  const summary = "7 of 10 rows were rejected.";
  world.steps.script("ProcessData", () =>
    returned({ ...importResult, outcome: "too-many-rejected", summary }),
  );
  const { runId } = await runToItsEnd();
  expect(await world.run(runId)).toMatchObject({
    status: "failed",
    error: { code: "TOO_MANY_REJECTED_ROWS", message: summary, fatal: true },
  });
});

test("a result that the contract does not know is a failure that names the field", async () => {
  world.steps.script("ProcessData", () => returned({ ...importResult, rowsRead: "many" }));
  const { runId } = await runToItsEnd();
  expect(await world.run(runId)).toMatchObject({
    status: "failed",
    error: { code: "OUTPUT_INVALID", cause: expect.stringContaining("rowsRead") },
  });
});

test("an output that is too large for the event is fetched", async () => {
  const runId = await startAndSend();
  const event = await world.ended(runId);
  const cut = { ...event, output: null, outputDetails: { included: false } };
  expect(await closeRun(world.deps, cut)).toEqual({ closed: true });
  expect(await world.run(runId)).toMatchObject({ status: "succeeded", output: { rowsRead: 2 } });
});

test("timed out", async () => {
  const runId = await startAndSend();
  const event = await world.ended(runId);
  await closeRun(world.deps, { ...event, status: "TIMED_OUT", output: null, error: "States.Timeout" });
  expect(await world.run(runId)).toMatchObject({
    status: "timed_out",
    error: { code: "RUN_TIMED_OUT", message: "The run took longer than it may.", cause: "States.Timeout" },
  });
});

test("stopped from outside is cancelled", async () => {
  world.steps.hold("ProcessData");
  const runId = await startAndSend();
  await world.steps.begins("ProcessData");
  const [, started] = await world.log(runId);
  const executionArn = started!.data["executionArn"] as string;
  await world.sfn.send(new StopExecutionCommand({ executionArn }));
  await closeRun(world.deps, await world.ended(runId));
  expect(await world.run(runId)).toMatchObject({ status: "cancelled" });
});

test("what is no end, or no run's, changes nothing", async () => {
  const runId = await startAndSend();
  const event = await world.ended(runId);
  expect(await closeRun(world.deps, { ...event, status: "RUNNING" })).toEqual({ closed: false });
  expect(await closeRun(world.deps, { ...event, name: `${randomUUID()}-1` })).toEqual({ closed: false });
  await expect(closeRun(world.deps, { ...event, status: "EXPLODED" })).rejects.toThrow();
  await expect(closeRun(world.deps, null)).rejects.toThrow();
  expect(await world.run(runId)).toMatchObject({ status: "running" });
});

test("an execution of the same name on another state machine does not end the run", async () => {
  const stranger = await world.sfn.send(
    new CreateStateMachineCommand({
      name: "stranger",
      definition: JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Succeed" } } }),
      roleArn: "arn:aws:iam::000000000000:role/stranger",
    }),
  );
  const release = world.steps.hold("ProcessData");
  const runId = await startAndSend();
  await world.steps.begins("ProcessData");
  const { executionArn } = await world.sfn.send(
    new StartExecutionCommand({ stateMachineArn: stranger.stateMachineArn, name: `${runId}-1` }),
  );
  const event = await world.ended(runId);
  expect(event).toMatchObject({ executionArn, status: "SUCCEEDED" });
  expect(await closeRun(world.deps, event)).toEqual({ closed: false });
  expect(await world.run(runId)).toMatchObject({ status: "running" });
  release();
});

test("an end that comes before the note that the run was sent closes it", async () => {
  const { runId, event } = await endBeforeItsNote();
  expect(await closeRun(world.deps, event)).toEqual({ closed: true });
  expect(await world.run(runId)).toMatchObject({ status: "succeeded" });
});

test("cancelled in the middle of a step: at once, with who asked, and only once", async () => {
  const release = world.steps.hold("ProcessData");
  const runId = await startAndSend();
  await world.steps.begins("ProcessData");
  expect(await cancel(runId)).toEqual({ ended: true });
  expect(await world.run(runId)).toMatchObject({
    status: "cancelled",
    cancelRequestedAt: expect.any(String),
  });
  expect(await world.log(runId)).toMatchObject([
    { type: "run.queued" },
    { type: "run.started" },
    { type: "run.cancelling", data: { by: world.ours.people.operator.userId } },
    { type: "run.cancelled" },
  ]);
  await expect(cancel(runId)).rejects.toMatchObject({ code: "RUN_ENDED" });
  expect(await closeRun(world.deps, await world.ended(runId))).toEqual({ closed: false });
  release();
});

test("cancelled before it was sent: no execution is ever started", async () => {
  const runId = await world.start();
  expect(await cancel(runId)).toEqual({ ended: true });
  await dispatchQueued(world.deps);
  expect(await world.run(runId)).toMatchObject({ status: "cancelled" });
  expect(world.events.filter(({ name }) => name.startsWith(runId))).toEqual([]);
});

test("cancelled while Step Functions is away: it stays cancelling", async () => {
  world.steps.hold("ProcessData");
  const runId = await startAndSend();
  const away = { ...world.deps, sfn: world.unreachable };
  expect(await cancelRun(away, world.caller(world.ours), { runId })).toEqual({ ended: false });
  expect(await world.run(runId)).toMatchObject({ status: "cancelling" });
});

test("cancelled too late: an execution that had succeeded has succeeded", async () => {
  const runId = await startAndSend();
  await world.ended(runId);
  expect(await cancel(runId)).toEqual({ ended: true });
  expect(await world.run(runId)).toMatchObject({ status: "succeeded" });
});

test("nobody but an operator of its organisation cancels a run", async () => {
  world.steps.hold("ProcessData");
  const runId = await startAndSend();
  const stranger = cancelRun(world.deps, world.caller(world.theirs), { runId });
  await expect(stranger).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  const viewer = cancelRun(world.deps, world.caller(world.ours, "viewer"), { runId });
  await expect(viewer).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await world.run(runId)).toMatchObject({ status: "running" });
});
