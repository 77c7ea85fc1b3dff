import { FatalError } from "@longhaul/kit/step";
import { cancelRun, closeRun, dispatchQueued, reconcile, rerunFrom, retryRun } from "@longhaul/runs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type LivesWorld, openLivesWorld, payloadOf } from "./lives-world.js";
import { importResult } from "./scripted-steps.js";

let world: LivesWorld;
beforeAll(async () => {
  world = await openLivesWorld();
});
beforeEach(() => world.reset());
afterAll(() => world[Symbol.asyncDispose]());

const operator = () => world.caller(world.ours);
const cancel = (runId: string, deps = world.deps) => cancelRun(deps, operator(), { runId });
const undoing = (runId: string) =>
  world.until(runId, () =>
    world.called.some((name) => name === "DiscardData" || name === "RevokeNotification"),
  );

/** A handler that begins, and goes on when the test says so. */
function gated(result: unknown) {
  let begin = () => {};
  let release = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  const handler = async () => {
    begin();
    await released;
    return result;
  };
  return { handler, begun, release };
}

/** A run whose second step is at work. */
async function halfWay() {
  const second = gated({ status: "sent", channel: "EMAIL", recipient: "x" });
  world.handle("SendNotification", second.handler);
  const runId = await world.go();
  await second.begun;
  return { runId, ...second };
}

test("before it is sent, a run with nothing done ends at once", async () => {
  const runId = await world.start();
  expect(await cancel(runId)).toEqual({ ended: true });
  expect(await world.types(runId)).toEqual(["run.queued", "run.cancelling", "run.cancelled"]);
  expect(await dispatchQueued(world.deps)).toMatchObject({ sent: 0 });
});

test("while it runs, what was done is taken back, the last first", async () => {
  const { runId, release } = await halfWay();
  const given: unknown[] = [];
  for (const name of ["DiscardData", "RevokeNotification"]) {
    world.handle(name, async (input) => {
      given.push(input);
      return null;
    });
  }
  await cancel(runId);
  release();
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  // The second step was still at work when the run was cancelled, and stored what it had done.
  expect(world.called.slice(2)).toEqual(["RevokeNotification", "DiscardData"]);
  expect(given[1]).toMatchObject({ input: { maxRejectedShare: 0.05 }, output: { rowsRead: 2 } });
  expect((await world.stepsOf(runId)).map(({ step, status, undoes }) => ({ step, status, undoes }))).toEqual(
    expect.arrayContaining([
      { step: "ProcessData", status: "undone", undoes: null },
      { step: "SendNotification", status: "undone", undoes: null },
      { step: "DiscardData(ProcessData)", status: "succeeded", undoes: "ProcessData" },
      { step: "RevokeNotification(SendNotification)", status: "succeeded", undoes: "SendNotification" },
    ]),
  );
  const types = await world.types(runId);
  expect(types.filter((type) => type === "compensation.done")).toHaveLength(2);
  expect(types.at(-1)).toBe("run.cancelled");
});

test("a step that heeds the signal leaves nothing to take back", async () => {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  world.handle("SendNotification", (_, ctx) => {
    begin();
    return new Promise((__, reject) =>
      ctx.signal.addEventListener("abort", () => reject(new Error("stopped"))),
    );
  });
  const runId = await world.go();
  await begun;
  await cancel(runId);
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  expect(world.called.slice(2)).toEqual(["DiscardData"]);
});

test("a retry after that does each step anew, as another request to third parties", async () => {
  const keys: string[] = [];
  world.handle("ProcessData", async (_, ctx) => {
    keys.push(ctx.idempotencyKey);
    return importResult;
  });
  world.handle("DiscardData", async (_, ctx) => {
    keys.push(ctx.idempotencyKey);
    return null;
  });
  const { runId, release } = await halfWay();
  await cancel(runId);
  release();
  await world.ended(runId);
  world.handle("SendNotification", async () => ({ status: "sent", channel: "SMS", recipient: "x" }));
  await retryRun(world.deps, operator(), { runId });
  await world.send();
  expect(await world.ended(runId)).toMatchObject({ status: "succeeded", attempt: 2 });
  expect(world.calls("ProcessData")).toBe(2);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(3);
});

test("undone, done again and cancelled again, it is taken back again", async () => {
  const first = await halfWay();
  await cancel(first.runId);
  first.release();
  await world.ended(first.runId);
  const second = gated({ status: "sent", channel: "EMAIL", recipient: "x" });
  world.handle("SendNotification", second.handler);
  await retryRun(world.deps, operator(), first);
  await world.send();
  await second.begun;
  await cancel(first.runId);
  second.release();
  expect(await world.ended(first.runId)).toMatchObject({ status: "cancelled", attempt: 2 });
  expect(world.calls("DiscardData")).toBe(2);
  expect(world.calls("RevokeNotification")).toBe(2);
});

test("a compensation that fails once is tried again; one that always fails ends the run as failed", async () => {
  let left = 1;
  world.handle("DiscardData", async () => {
    if (left-- > 0) throw new Error("a blip");
    return null;
  });
  const blip = await halfWay();
  await cancel(blip.runId);
  blip.release();
  expect(await world.ended(blip.runId)).toMatchObject({ status: "cancelled" });

  world.reset();
  world.handle("DiscardData", async () => {
    throw new FatalError("The store is closed.", { code: "CLOSED" });
  });
  const stuck = await halfWay();
  await cancel(stuck.runId);
  stuck.release();
  expect(await world.ended(stuck.runId)).toMatchObject({
    status: "failed",
    error: { code: "COMPENSATION_FAILED", message: expect.stringContaining("The store is closed.") },
  });
  expect((await world.stepsOf(stuck.runId)).find(({ step }) => step === "ProcessData")?.status).toBe(
    "succeeded",
  );

  // It can be tried again, and cancelled again: then what is left is taken back.
  world.handle("DiscardData", async () => null);
  await retryRun(world.deps, operator(), stuck);
  expect(await cancel(stuck.runId)).toEqual({ ended: false });
  expect(await world.ended(stuck.runId)).toMatchObject({ status: "cancelled" });
});

test("cancelled again while it is being undone, it is undone once", async () => {
  const slow = gated(null);
  world.handle("RevokeNotification", slow.handler);
  const { runId, release } = await halfWay();
  await cancel(runId);
  release();
  await undoing(runId);
  await slow.begun;
  expect(await Promise.all([cancel(runId), cancel(runId)])).toEqual([{ ended: false }, { ended: false }]);
  slow.release();
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  expect(world.called.slice(2)).toEqual(["RevokeNotification", "DiscardData"]);
});

test("a compensation that is delivered twice takes back once", async () => {
  const slow = gated(null);
  world.handle("RevokeNotification", slow.handler);
  const { runId, release } = await halfWay();
  await cancel(runId);
  release();
  await undoing(runId);
  await slow.begun;
  const payload = payloadOf(runId, {
    state: "SendNotification",
    compensation: "RevokeNotification",
    input: {},
  });
  const duplicate = world.invokeStep("RevokeNotification", payload);
  slow.release();
  expect(await duplicate).toMatchObject({ output: null });
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  expect(world.calls("RevokeNotification")).toBe(1);
  await expect(world.invokeStep("RevokeNotification", payload)).rejects.toThrow("RUN_ENDED");
});

test("while it waits for its retry in the queue, what the attempts before have done is taken back", async () => {
  world.handle("SendNotification", async () => {
    throw new FatalError("On purpose.");
  });
  const runId = await world.go();
  await world.ended(runId);
  await retryRun(world.deps, operator(), { runId });
  expect(await cancel(runId)).toEqual({ ended: false });
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled", attempt: 2 });
  expect(world.calls("DiscardData")).toBe(1);
});

test("an undo that could not be sent, or whose end nobody announced, is found by the reconciler", async () => {
  const { runId, release } = await halfWay();
  await cancel(runId, { ...world.deps, sfn: world.unreachable });
  expect(await world.run(runId)).toMatchObject({ status: "cancelling" });
  await world.age(runId);
  await reconcile(world.deps);
  release();
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  const repairs = (await world.log(runId)).filter(({ type }) => type === "run.repaired");
  expect(repairs.map(({ data }) => data["repair"])).toEqual([
    "The request to cancel had not got through; it was sent again.",
  ]);

  const other = await halfWay();
  await cancel(other.runId);
  other.release();
  const name = `${other.runId}-1-undo`;
  await expect
    .poll(() => world.events.some((event) => event.name === name && event.status === "SUCCEEDED"))
    .toBe(true);
  await world.age(other.runId);
  expect(await reconcile(world.deps)).toMatchObject({ repaired: 1 });
  expect(await world.run(other.runId)).toMatchObject({ status: "cancelled" });
  expect((await world.log(other.runId)).at(-2)).toMatchObject({ type: "run.repaired" });
  const told = world.events.find((event) => event.name === name && event.status === "SUCCEEDED");
  expect(await closeRun(world.deps, told)).toEqual({ closed: false });
});

test("where no undo is deployed the run says that it could not take back what it did", async () => {
  const { "data-import": stateMachine } = world.deps.stateMachines;
  const { runId, release } = await halfWay();
  await cancel(runId, { ...world.deps, stateMachines: { "data-import": stateMachine! } });
  release();
  expect(await world.ended(runId)).toMatchObject({
    status: "failed",
    error: { code: "COMPENSATION_FAILED" },
  });
});

test("copied checkpoints are not taken back: their effects are the earlier run's", async () => {
  const first = await world.go();
  await world.ended(first);
  const second = gated({ status: "sent", channel: "EMAIL", recipient: "x" });
  world.handle("SendNotification", second.handler);
  const { runId } = await rerunFrom(world.deps, operator(), {
    ...{ runId: first, step: "SendNotification", correlationId: "c" },
    capabilities: new Set(),
  });
  await world.send();
  await second.begun;
  await cancel(runId);
  second.release();
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  expect(world.calls("DiscardData")).toBe(0);
});
