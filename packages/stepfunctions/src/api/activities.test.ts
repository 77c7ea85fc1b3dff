import { expect, test } from "vitest";
import { Bench } from "./testing/bench.js";

const ARN = "arn:aws:states:us-east-1:000000000000:activity:work";
const DAY = 86_400_000;

function task(rest: object = {}) {
  return { Work: { Type: "Task", Resource: ARN, Arguments: { n: 1 }, End: true, ...rest } };
}

async function openWithActivity(): Promise<Bench> {
  const bench = await Bench.open();
  await bench.handle("CreateActivity", { name: "work" });
  return bench;
}

test("an activity is made once, described, listed page by page, and deleted", async () => {
  await using bench = await Bench.open();
  const created = await bench.handle("CreateActivity", { name: "work", tags: [{ key: "a", value: "b" }] });
  expect(created).toEqual({ activityArn: ARN, creationDate: bench.clock.now() / 1000 });
  await bench.clock.advance(1_000);
  expect(await bench.handle("CreateActivity", { name: "work" })).toEqual(created);
  expect(await bench.handle("DescribeActivity", { activityArn: ARN })).toEqual({ ...created, name: "work" });
  expect(await bench.handle("ListTagsForResource", { resourceArn: ARN })).toEqual({
    tags: [{ key: "a", value: "b" }],
  });
  for (const name of ["a", "z"]) await bench.handle("CreateActivity", { name });
  const first = (await bench.handle("ListActivities", { maxResults: 2 })) as {
    activities: { name: string }[];
    nextToken: string;
  };
  const second = await bench.handle("ListActivities", { nextToken: first.nextToken });
  expect(first.activities.map(({ name }) => name)).toEqual(["a", "work"]);
  expect(second).toMatchObject({ activities: [{ name: "z" }] });
  expect(second.nextToken).toBeUndefined();
  await bench.handle("DeleteActivity", { activityArn: ARN });
  await bench.handle("DeleteActivity", { activityArn: ARN });
  for (const operation of ["DescribeActivity", "GetActivityTask"])
    await expect(bench.handle(operation, { activityArn: ARN })).rejects.toMatchObject({
      code: "ActivityDoesNotExist",
      message: `Activity Does Not Exist: '${ARN}'`,
    });
});

test.each([
  ["work", "InvalidArn"],
  ["arn:aws:states:us-east-1:000000000000:stateMachine:work", "InvalidArn"],
  ["", "ValidationException"],
])("the ARN '%s' is none of an activity", async (activityArn, code) => {
  await using bench = await Bench.open();
  for (const operation of ["DescribeActivity", "DeleteActivity", "GetActivityTask"])
    await expect(bench.handle(operation, { activityArn })).rejects.toMatchObject({ code });
});

test("workers and tasks find each other, whoever comes first, in order", async () => {
  await using bench = await openWithActivity();
  const arn = await bench.machine(task());
  const waiting = bench.handle("GetActivityTask", { activityArn: ARN, workerName: "early" });
  const one = await bench.start(arn, "one");
  const taken = await waiting;
  expect(JSON.parse(taken.input as string)).toEqual({ n: 1 });
  const two = await bench.start(arn, "two");
  const later = await bench.handle("GetActivityTask", { activityArn: ARN });
  await bench.handle("SendTaskSuccess", { taskToken: later.taskToken, output: '"second"' });
  await bench.handle("SendTaskFailure", { taskToken: taken.taskToken, error: "Broken", cause: "by hand" });
  expect(await bench.describe(one)).toMatchObject({ status: "FAILED", error: "Broken", cause: "by hand" });
  expect(await bench.describe(two)).toMatchObject({ status: "SUCCEEDED", output: '"second"' });
  const { events } = await bench.handle("GetExecutionHistory", { executionArn: one });
  expect(events).toContainEqual(
    expect.objectContaining({
      type: "ActivityStarted",
      activityStartedEventDetails: { workerName: "early" },
    }),
  );
});

test("a worker who gives up takes nothing, and the next one gets the task", async () => {
  await using bench = await openWithActivity();
  const leaving = new AbortController();
  const given = bench.handle("GetActivityTask", { activityArn: ARN }, leaving.signal);
  leaving.abort();
  expect(await given).toEqual({});
  expect(await bench.handle("GetActivityTask", { activityArn: ARN }, AbortSignal.abort())).toEqual({});
  await bench.start(await bench.machine(task()), "one");
  expect(await bench.handle("GetActivityTask", { activityArn: ARN })).toHaveProperty("taskToken");
});

test("a worker who waits goes home when the engine closes", async () => {
  await using bench = await openWithActivity();
  const given = bench.handle("GetActivityTask", { activityArn: ARN });
  await bench.reopen();
  expect(await given).toEqual({});
});

test("heartbeats keep a task alive, and without them it times out", async () => {
  await using bench = await openWithActivity();
  const executionArn = await bench.start(await bench.machine(task({ HeartbeatSeconds: 60 })), "one");
  const { taskToken } = await bench.handle("GetActivityTask", { activityArn: ARN });
  for (let beat = 0; beat < 3; beat += 1) {
    await bench.clock.advance(50_000);
    expect(await bench.handle("SendTaskHeartbeat", { taskToken })).toEqual({});
  }
  expect(await bench.describe(executionArn)).toMatchObject({ status: "RUNNING" });
  await bench.clock.advance(60_000);
  expect(await bench.describe(executionArn)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
  for (const [operation, rest] of [
    ["SendTaskHeartbeat", {}],
    ["SendTaskFailure", {}],
    ["SendTaskSuccess", { output: "{}" }],
  ] as const)
    await expect(bench.handle(operation, { taskToken, ...rest })).rejects.toMatchObject({
      code: "TaskTimedOut",
      message: "Task Timed Out: 'Provided task does not exist anymore'",
    });
});

test("a task that was taken stays its worker's over a restart, and one that was not is offered again", async () => {
  await using bench = await openWithActivity();
  const arn = await bench.machine(task());
  const one = await bench.start(arn, "one");
  const { taskToken } = await bench.handle("GetActivityTask", { activityArn: ARN });
  const two = await bench.start(arn, "two");
  await bench.reopen();
  await bench.clock.advance(30 * DAY);
  const other = await bench.handle("GetActivityTask", { activityArn: ARN });
  expect(other.taskToken).not.toBe(taskToken);
  for (const token of [taskToken, other.taskToken])
    await bench.handle("SendTaskSuccess", { taskToken: token, output: "1" });
  for (const executionArn of [one, two])
    expect(await bench.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "1" });
});

test("what is no token, no output or too much is refused", async () => {
  await using bench = await openWithActivity();
  await bench.start(await bench.machine(task()), "one");
  const { taskToken } = await bench.handle("GetActivityTask", { activityArn: ARN });
  const success = (request: object) =>
    bench.handle("SendTaskSuccess", { taskToken, output: "{}", ...request });
  await expect(success({ taskToken: "made up", output: "no JSON either" })).rejects.toMatchObject({
    code: "InvalidToken",
    message: "Invalid Token: 'Invalid token'",
  });
  await expect(success({ output: "{" })).rejects.toMatchObject({
    code: "InvalidOutput",
    message: expect.stringContaining("Unexpected end-of-input"),
  });
  await expect(success({ output: `"${"ä".repeat(131_072)}"` })).rejects.toMatchObject({
    code: "ValidationException",
    message:
      "1 validation error detected: Value at 'output' failed to satisfy constraint: Member must have length less than or equal to 262144",
  });
  await expect(success({ output: undefined })).rejects.toMatchObject({ code: "ValidationException" });
  const alien = Buffer.from(
    Buffer.from(taskToken as string, "base64")
      .toString()
      .replace(/^\d+/, "999"),
  );
  await expect(success({ taskToken: alien.toString("base64") })).rejects.toMatchObject({
    code: "TaskDoesNotExist",
  });
  await expect(bench.handle("SendTaskFailure", { taskToken, error: "e".repeat(257) })).rejects.toMatchObject({
    code: "ValidationException",
  });
  await success({});
  await expect(success({})).rejects.toMatchObject({ code: "TaskTimedOut" });
});

test("a task whose time is up before anybody took it is not handed out", async () => {
  await using bench = await openWithActivity();
  const arn = await bench.machine(task({ TimeoutSeconds: 5, Arguments: "{% $states.input %}" }));
  const late = await bench.start(arn, "late", { input: "1" });
  await bench.clock.advance(6_000);
  expect(await bench.describe(late)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
  await bench.start(arn, "fresh", { input: "2" });
  expect(await bench.handle("GetActivityTask", { activityArn: ARN })).toMatchObject({ input: "2" });
});

test("a task of an activity that does not exist fails at once, and says why", async () => {
  await using bench = await Bench.open();
  const executionArn = await bench.start(await bench.machine(task()), "one");
  await bench.rest();
  const cause = `The activity '${ARN}' does not exist.`;
  expect(await bench.describe(executionArn)).toMatchObject({
    status: "FAILED",
    error: "States.Runtime",
    cause,
  });
});

test("a heartbeat that no HeartbeatSeconds waits for is heard, until the task is answered", async () => {
  await using bench = await openWithActivity();
  await bench.start(await bench.machine(task()), "one");
  await bench.rest();
  const { taskToken } = (await bench.handle("GetActivityTask", { activityArn: ARN })) as {
    taskToken: string;
  };
  expect(await bench.handle("SendTaskHeartbeat", { taskToken })).toEqual({});
  await bench.handle("SendTaskSuccess", { taskToken, output: "1" });
  await expect(bench.handle("SendTaskHeartbeat", { taskToken })).rejects.toMatchObject({
    code: "TaskTimedOut",
  });
});
