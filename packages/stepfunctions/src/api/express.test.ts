import { expect, test } from "vitest";
import { Bench } from "./testing/bench.js";

const type = "EXPRESS";

test("StartSyncExecution answers with how it ended", async () => {
  await using bench = await Bench.open();
  const stateMachineArn = await bench.machine(
    { Double: { Type: "Pass", Output: "{% $states.input.n * 2 %}", End: true } },
    { type },
  );
  const sync = (rest: object) =>
    bench.handle("StartSyncExecution", { stateMachineArn, name: "one", input: '{"n":21}', ...rest });
  const whole = await sync({});
  expect(whole).toMatchObject({
    stateMachineArn,
    name: "one",
    status: "SUCCEEDED",
    input: '{"n":21}',
    inputDetails: { included: true },
    output: "42",
    outputDetails: { included: true },
    billingDetails: { billedDurationInMilliseconds: 0, billedMemoryUsedInMB: 64 },
  });
  expect(whole.executionArn).toMatch(
    /^arn:aws:states:us-east-1:000000000000:express:machine:one:[0-9a-f-]{36}$/,
  );
  const bare = await sync({ includedData: "METADATA_ONLY" });
  expect(bare).toMatchObject({ inputDetails: { included: false }, outputDetails: { included: false } });
  expect(bare).not.toHaveProperty("input");
  expect(bare).not.toHaveProperty("output");
  const failing = await bench.machine(
    { No: { Type: "Fail", Error: "No", Cause: "why" } },
    { type, name: "no" },
  );
  const failed = await bench.handle("StartSyncExecution", { stateMachineArn: failing });
  expect(failed).toMatchObject({ status: "FAILED", error: "No", cause: "why", input: "{}" });
});

test("nobody can ask for an EXPRESS execution", async () => {
  await using bench = await Bench.open();
  const stateMachineArn = await bench.machine({ Done: { Type: "Succeed" } }, { type });
  const executionArn = await bench.start(stateMachineArn, "one");
  for (const operation of [
    "DescribeExecution",
    "StopExecution",
    "GetExecutionHistory",
    "DescribeStateMachineForExecution",
    "RedriveExecution",
  ])
    await expect(bench.handle(operation, { executionArn }), operation).rejects.toMatchObject({
      code: "InvalidArn",
      message: "Invalid Arn: 'Resource type not valid in this context: express'",
    });
  await expect(bench.handle("ListExecutions", { stateMachineArn })).rejects.toMatchObject({
    code: "StateMachineTypeNotSupported",
    message: "This operation is not supported by this type of state machine",
  });
});

test("a STANDARD machine is not run while the caller waits", async () => {
  await using bench = await Bench.open();
  const stateMachineArn = await bench.machine({ Done: { Type: "Succeed" } });
  await expect(bench.handle("StartSyncExecution", { stateMachineArn })).rejects.toMatchObject({
    code: "StateMachineTypeNotSupported",
  });
});

test.each([
  ["for less", 299, {}, "SUCCEEDED", 299],
  ["five minutes at most", 301, {}, "TIMED_OUT", 300],
  ["no longer than its machine's TimeoutSeconds", 301, { TimeoutSeconds: 5 }, "TIMED_OUT", 5],
  ["five minutes, although its TimeoutSeconds are more", 700, { TimeoutSeconds: 600 }, "TIMED_OUT", 300],
])("an EXPRESS execution runs %s", async (_, seconds, limit, status, lasted) => {
  await using bench = await Bench.open();
  const States = { Rest: { Type: "Wait", Seconds: seconds, End: true } };
  const definition = JSON.stringify({ StartAt: "Rest", States, ...limit });
  const stateMachineArn = await bench.machine({}, { type, definition });
  const answer = bench.handle("StartSyncExecution", { stateMachineArn });
  await bench.rest();
  await bench.clock.advance(seconds * 1000);
  const { startDate, stopDate, ...ended } = await answer;
  expect(ended).toMatchObject({ status });
  expect((stopDate as number) - (startDate as number)).toBe(lasted);
});

test("EXPRESS items of a Map run five minutes at most", async () => {
  await using bench = await Bench.open();
  const stateMachineArn = await bench.machine({
    Each: {
      Type: "Map",
      Items: [299, 301],
      ToleratedFailureCount: 1,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: type },
        StartAt: "Rest",
        States: { Rest: { Type: "Wait", Seconds: "{% $states.input %}", End: true } },
      },
      End: true,
    },
  });
  const executionArn = await bench.start(stateMachineArn, "one");
  await bench.rest();
  await bench.clock.advance(301_000);
  const { mapRuns } = await bench.handle("ListMapRuns", { executionArn });
  const [{ mapRunArn }] = mapRuns as [{ mapRunArn: string }];
  const { executions } = await bench.handle("ListExecutions", { mapRunArn });
  const statuses = (executions as { status: string }[]).map(({ status }) => status);
  expect(statuses.sort()).toEqual(["SUCCEEDED", "TIMED_OUT"]);
  expect(await bench.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "[299]" });
});
