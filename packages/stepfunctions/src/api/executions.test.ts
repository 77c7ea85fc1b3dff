import { expect, test } from "vitest";
import { Bench } from "./testing/bench.js";

const asleep = { Sleep: { Type: "Wait", Seconds: 60, End: true } };
const DAY = 86_400_000;

test("an execution starts once for a name and input, while it runs", async () => {
  await using bench = await Bench.open();
  const arn = await bench.machine(asleep);
  const start = (input: string, name = "one") =>
    bench.handle("StartExecution", { stateMachineArn: arn, name, input });
  const first = await start('{"a": 1}');
  await bench.clock.advance(1_000);
  expect(await start('{"a": 1}')).toEqual(first);
  const taken = {
    code: "ExecutionAlreadyExists",
    message: "Execution Already Exists: 'arn:aws:states:us-east-1:000000000000:execution:machine:one'",
  };
  await expect(start('{"a":1}')).rejects.toMatchObject(taken);
  await bench.clock.advance(60_000);
  await expect(start('{"a": 1}')).rejects.toMatchObject(taken);
  expect(await bench.describe(first.executionArn as string)).toMatchObject({ input: '{"a": 1}' });
  await bench.clock.advance(90 * DAY);
  expect(await start("2")).not.toEqual(first);
});

const inputs: [string, string][] = [
  ["{", "Unexpected end-of-input: expected close marker for Object"],
  ["no", "Unrecognized token 'no': was expecting"],
  ["{'a':1}", "Unexpected character (''' (code 39))"],
  ["", "Invalid State Machine Execution Input"],
];
test.each(inputs)("the input %j is refused in AWS's words", async (input, why) => {
  await using bench = await Bench.open();
  const stateMachineArn = await bench.machine(asleep);
  await expect(bench.handle("StartExecution", { stateMachineArn, input })).rejects.toMatchObject({
    code: "InvalidExecutionInput",
    message: expect.stringMatching(/^Invalid State Machine Execution Input: '/),
  });
  await expect(bench.handle("StartExecution", { stateMachineArn, input })).rejects.toThrow(why);
});

test("input is bounded, in bytes", async () => {
  await using bench = await Bench.open();
  const stateMachineArn = await bench.machine(asleep);
  const start = (input: string) => bench.handle("StartExecution", { stateMachineArn, input });
  await start(JSON.stringify("x".repeat(262_142)));
  await expect(start(JSON.stringify("ä".repeat(131_072)))).rejects.toMatchObject({
    code: "ValidationException",
    message:
      "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144",
  });
});

test("an execution is described with or without its data", async () => {
  await using bench = await Bench.open();
  const arn = await bench.machine({ Done: { Type: "Succeed", Output: 1 } });
  const executionArn = await bench.start(arn, "one", { traceHeader: "Root=1" });
  expect(await bench.describe(executionArn)).toEqual({
    executionArn,
    stateMachineArn: arn,
    name: "one",
    status: "SUCCEEDED",
    startDate: bench.clock.now() / 1000,
    stopDate: bench.clock.now() / 1000,
    input: "{}",
    inputDetails: { included: true },
    output: "1",
    outputDetails: { included: true },
    traceHeader: "Root=1",
    redriveCount: 0,
    redriveStatus: "NOT_REDRIVABLE",
    redriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
  });
  const bare = await bench.handle("DescribeExecution", { executionArn, includedData: "METADATA_ONLY" });
  expect(bare).toMatchObject({ inputDetails: { included: false }, outputDetails: { included: false } });
  expect(bare).not.toHaveProperty("input");
  expect(bare).not.toHaveProperty("output");
});

test("an execution that is stopped tells why, and one that has ended keeps its end", async () => {
  await using bench = await Bench.open();
  const executionArn = await bench.start(await bench.machine(asleep), "one");
  const stop = (rest: object) => bench.handle("StopExecution", { executionArn, ...rest });
  const { stopDate } = await stop({ error: "Enough", cause: "as asked" });
  await bench.clock.advance(1_000);
  expect(await stop({ error: "Again" })).toEqual({ stopDate });
  expect(await bench.describe(executionArn)).toMatchObject({ status: "ABORTED", error: "Enough", stopDate });
  await expect(stop({ cause: "c".repeat(32_769) })).rejects.toMatchObject({ code: "ValidationException" });
});

test("an execution outlives its machine only where nobody can ask for it", async () => {
  await using bench = await Bench.open();
  const stateMachineArn = await bench.machine(asleep);
  const executionArn = await bench.start(stateMachineArn, "one");
  await bench.handle("DeleteStateMachine", { stateMachineArn });
  await bench.handle("DeleteStateMachine", { stateMachineArn });
  const gone = { code: "ExecutionDoesNotExist", message: `Execution Does Not Exist: '${executionArn}'` };
  for (const operation of ["DescribeExecution", "GetExecutionHistory", "StopExecution", "ListMapRuns"])
    await expect(bench.handle(operation, { executionArn })).rejects.toMatchObject(gone);
});

test("a history is read page by page in both directions, with or without data", async () => {
  await using bench = await Bench.open();
  const states = Object.fromEntries(
    Array.from({ length: 120 }, (_, n) => [
      `S${n}`,
      { Type: "Pass", Output: { n }, ...(n === 119 ? { End: true } : { Next: `S${n + 1}` }) },
    ]),
  );
  const executionArn = await bench.start(await bench.machine(states), "one", { input: '{"secret":1}' });
  await bench.rest();
  const read = async (request: object, pageSize: number) => {
    const events: { id: number }[] = [];
    for (let nextToken: unknown; ; ) {
      const page = await bench.handle("GetExecutionHistory", {
        executionArn,
        nextToken,
        maxResults: pageSize,
        ...request,
      });
      events.push(...(page.events as { id: number }[]));
      nextToken = page.nextToken;
      if (nextToken === undefined) return events;
      expect(page.events).toHaveLength(pageSize === 0 ? 100 : pageSize);
    }
  };
  const all = await read({}, 1000);
  expect(all.map(({ id }) => id)).toEqual(Array.from({ length: 242 }, (_, at) => at + 1));
  for (const pageSize of [0, 1, 7, 241]) {
    expect(await read({}, pageSize)).toEqual(all);
    expect(await read({ reverseOrder: true }, pageSize)).toEqual(all.toReversed());
  }
  const bare = JSON.stringify(await read({ includeExecutionData: false }, 1000));
  expect(bare).not.toContain("secret");
  expect(bare).not.toContain('"output"');
  for (const [request, code] of [
    [{ maxResults: 1001 }, "ValidationException"],
    [{ maxResults: -1 }, "ValidationException"],
    [{ nextToken: "made up" }, "InvalidToken"],
  ] as const)
    await expect(bench.handle("GetExecutionHistory", { executionArn, ...request })).rejects.toMatchObject({
      code,
    });
});

test("a name that is too long is refused in AWS's words", async () => {
  await using bench = await Bench.open();
  const stateMachineArn = await bench.machine(asleep);
  const name = "n".repeat(81);
  await expect(bench.handle("StartExecution", { stateMachineArn, name })).rejects.toMatchObject({
    code: "ValidationException",
    message: `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80`,
  });
});
