import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { asDispatcher, dispatch } from "@longhaul/db";
import {
  cancelRun,
  deadLetter,
  dispatchQueued,
  type QueueMessage,
  requeue,
  retryRun,
  sendRun,
  startRun,
} from "@longhaul/runs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openRunsWorld, requestOf, type RunsWorld } from "./runs-world.js";

let world: RunsWorld;
beforeAll(async () => {
  world = await openRunsWorld();
});
beforeEach(async () => {
  world.steps.reset();
  await world.admin.sql`delete from longhaul.runs`;
});
afterAll(() => world[Symbol.asyncDispose]());

/** A queue that the test reads, and fails when it is told to. */
function scriptedQueue() {
  const messages: (QueueMessage & { priority: string })[] = [];
  const script: { failure: Error | null } = { failure: null };
  return {
    messages,
    script,
    publish: async (published: readonly (QueueMessage & { priority: "standard" | "priority" })[]) => {
      if (script.failure) throw script.failure;
      messages.push(...published);
    },
  };
}

async function startQueued(priority = "normal"): Promise<string> {
  const runId = await world.start({ priority });
  await world.admin.sql`update longhaul.runs set lane = 'queued' where id = ${runId}`;
  return runId;
}

const dueNow = (runId: string) =>
  world.admin.sql`update longhaul.run_attempts set next_try_at = now() where run_id = ${runId}`;

const agreeOn = (plan: string) =>
  world.admin.sql`update longhaul.organisations set plan = ${plan} where id = ${world.ours.organisationId}`;

test.each([
  ["free", "urgent", "standard"],
  ["business", "normal", "priority"],
])("a run of the plan %s that is %s goes by the queue %s", async (plan, priority, queueName) => {
  await agreeOn(plan);
  const queue = scriptedQueue();
  const deps = { ...world.deps, queue };
  const runId = await startQueued(priority);
  await dispatchQueued(deps);
  expect(queue.messages).toEqual([{ runId, attempt: 1, priority: queueName }]);
});

const deadLetterOf = (runId: string) =>
  deadLetter(world.deps, { runId, attempt: 1, reason: "received 3 times" });
const cancelOf = (runId: string) => cancelRun(world.deps, world.caller(world.ours), { runId });

test("an admitted run is published, by its priority, and its message sends it once", async () => {
  const release = world.steps.hold("ProcessData");
  const queue = scriptedQueue();
  const deps = { ...world.deps, queue };
  await agreeOn("team");
  const [normal, urgent] = [await startQueued(), await startQueued("urgent")];
  expect(await dispatchQueued(deps)).toMatchObject({ published: 2, sent: 0 });
  expect(queue.messages).toEqual([
    { runId: urgent, attempt: 1, priority: "priority" },
    { runId: normal, attempt: 1, priority: "standard" },
  ]);
  expect(await world.run(normal)).toMatchObject({ status: "queued" });
  const [attempt] = await world.admin.sql`select * from longhaul.run_attempts where run_id = ${normal}`;
  expect(attempt).toMatchObject({ published_at: expect.any(String), held_until: null, sent_at: null });
  expect(await dispatchQueued(deps)).toMatchObject({ published: 0 });

  const message = { runId: normal, attempt: 1 };
  const answers = await Promise.all([sendRun(deps, message), sendRun(deps, message), sendRun(deps, message)]);
  expect(answers.some(({ sent }) => sent)).toBe(true);
  expect(await world.run(normal)).toMatchObject({ status: "running" });
  expect((await world.log(normal)).map(({ type }) => type)).toEqual(["run.queued", "run.started"]);
  expect(await sendRun(deps, message)).toEqual({ sent: false });
  release();
  await world.ended(normal);
  expect(world.steps.calls("ProcessData")).toBe(1);
});

test("without a queue its runs are sent directly", async () => {
  const runId = await startQueued();
  expect(await dispatchQueued(world.deps)).toMatchObject({ sent: 1, published: 0 });
  expect(await world.run(runId)).toMatchObject({ status: "running" });
});

test("a queue that is away fails no run: it waits, says why and is published later", async () => {
  const queue = scriptedQueue();
  const deps = { ...world.deps, queue };
  const runId = await startQueued();
  queue.script.failure = Object.assign(new Error("slow down"), { name: "ThrottledException" });
  expect(await dispatchQueued(deps)).toMatchObject({ postponed: 1, published: 0 });
  expect(await world.run(runId)).toMatchObject({
    status: "queued",
    reason: expect.stringMatching(/^AWS is throttling, next try in [23] s\.$/),
  });
  queue.script.failure = Object.assign(new Error("no such topic"), { name: "NotFoundException" });
  await dueNow(runId);
  await dispatchQueued(deps);
  expect(await world.run(runId)).toMatchObject({
    reason: expect.stringContaining("The queue cannot be reached"),
  });
  queue.script.failure = null;
  await dueNow(runId);
  expect(await dispatchQueued(deps)).toMatchObject({ published: 1 });
});

test("a message that was lost is published again", async () => {
  const queue = scriptedQueue();
  const deps = { ...world.deps, queue };
  const runId = await startQueued();
  const { retryInSeconds } = await dispatchQueued(deps);
  expect(retryInSeconds).toBeGreaterThan(600);
  await dueNow(runId);
  await dispatchQueued(deps);
  expect(queue.messages.map((message) => message.runId)).toEqual([runId, runId]);
});

test("passing trouble is thrown, so that the message comes again, and shown to who waits", async () => {
  const deps = { ...world.deps, queue: scriptedQueue() };
  const runId = await startQueued();
  await dispatchQueued(deps);
  const message = { runId, attempt: 1 };
  await expect(sendRun({ ...deps, sfn: world.unreachable }, message)).rejects.toThrow("cannot be reached");
  expect(await world.run(runId)).toMatchObject({
    status: "queued",
    reason: "The service that executes runs cannot be reached, its message comes again.",
  });
  expect(await sendRun(deps, message)).toEqual({ sent: true });
  expect(await world.run(runId)).toMatchObject({ status: "running" });
});

test("a dead letter fails its run; queued again it is a new attempt, whose old message changes nothing", async () => {
  const queue = scriptedQueue();
  const deps = { ...world.deps, queue };
  const runId = await startQueued();
  await dispatchQueued(deps);
  const message = { runId, attempt: 1 };
  expect(await deadLetter(deps, { ...message, reason: "received 3 times" })).toEqual({ deadLettered: true });
  expect(await deadLetter(deps, { ...message, reason: "received 3 times" })).toEqual({ deadLettered: false });
  expect(await world.run(runId)).toMatchObject({
    status: "failed",
    error: { code: "DEAD_LETTERED", cause: "received 3 times" },
  });
  expect(await sendRun(deps, message)).toEqual({ sent: false });
  expect(await dispatchQueued(deps)).toMatchObject({ published: 0, sent: 0 });

  const viewer = world.caller(world.ours, "viewer");
  await expect(requeue(deps, viewer, { runId })).rejects.toMatchObject({ code: "FORBIDDEN" });
  const stranger = world.caller(world.theirs);
  await expect(requeue(deps, stranger, { runId })).rejects.toMatchObject({ code: "RUN_NOT_DEAD_LETTERED" });
  expect(await requeue(deps, world.caller(world.ours), { runId })).toEqual({ attempt: 2 });
  await expect(requeue(deps, world.caller(world.ours), { runId })).rejects.toMatchObject({
    code: "RUN_NOT_DEAD_LETTERED",
  });
  await dispatchQueued(deps);
  expect(queue.messages.at(-1)).toMatchObject({ runId, attempt: 2 });
  expect(await sendRun(deps, message)).toEqual({ sent: false });
  expect(await deadLetter(deps, { ...message, reason: "late" })).toEqual({ deadLettered: false });
  expect(await sendRun(deps, { runId, attempt: 2 })).toEqual({ sent: true });
});

test.each([
  ["its queue gave up", deadLetterOf],
  ["was cancelled", cancelOf],
])("a delayed run that %s before its time waits for it when it is queued again", async (_how, end) => {
  const queue = scriptedQueue();
  const deps = { ...world.deps, queue };
  const caller = world.caller(world.ours);
  const { runId } = await startRun(deps, caller, {
    ...requestOf({ file: await world.upload(), name: "March" }),
    notBefore: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await world.admin.sql`update longhaul.runs set lane = 'queued' where id = ${runId}`;
  await end(runId);
  expect(await retryRun(deps, caller, { runId })).toEqual({ attempt: 2 });
  expect(await dispatchQueued(deps)).toMatchObject({ sent: 0, published: 0 });
  expect(queue.messages).toEqual([]);
  expect(await world.run(runId)).toMatchObject({
    status: "queued",
    reason: expect.stringMatching(/^Starts at .* UTC\.$/),
  });

  // Its time has come.
  await dueNow(runId);
  expect(await dispatchQueued(deps)).toMatchObject({ published: 1 });
  expect(queue.messages).toMatchObject([{ runId, attempt: 2 }]);
});

test("a dead letter whose execution did begin is no dead letter", async () => {
  const release = world.steps.hold("ProcessData");
  const deps = { ...world.deps, queue: scriptedQueue() };
  const runId = await startQueued();
  await dispatchQueued(deps);
  // As a consumer that is killed after StartExecution: the execution's name and input are the run's.
  const direct = await asDispatcher(world.api, (tx) =>
    dispatch.take(tx, { runId, attempt: 1, holdSeconds: 0 }),
  );
  await world.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: world.stateMachineArn,
      name: direct!.executionName,
      input: direct!.executionInput,
    }),
  );
  expect(await deadLetter(deps, { runId, attempt: 1, reason: "received 3 times" })).toEqual({
    deadLettered: false,
  });
  expect(await world.run(runId)).toMatchObject({ status: "running" });
  release();
});

test("messages that name no run are left alone", async () => {
  const nobody = { runId: "00000000-0000-4000-8000-000000000000", attempt: 1 };
  expect(await sendRun(world.deps, nobody)).toEqual({ sent: false });
  expect(await deadLetter(world.deps, { ...nobody, reason: "x" })).toEqual({ deadLettered: false });
});
