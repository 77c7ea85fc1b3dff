import { expect, test } from "vitest";
import { AwsError } from "../aws-error.js";
import type { ObjectStore } from "../ports.js";
import { Bench } from "./testing/bench.js";

type Row = Record<string, unknown>;

/** A distributed Map, each of whose items waits for as many seconds as it says, and fails where it says so. */
function distributed(rest: object = {}, executionType = "STANDARD") {
  return {
    Each: {
      Type: "Map",
      Items: "{% $states.input %}",
      Label: "Items",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: executionType },
        StartAt: "Sleep",
        States: {
          Sleep: { Type: "Wait", Seconds: "{% $states.input.seconds %}", Next: "Judge" },
          Judge: {
            Type: "Choice",
            Choices: [{ Condition: "{% $states.input.fails = true %}", Next: "Fail" }],
            Default: "Done",
          },
          Fail: { Type: "Fail", Error: "Asked" },
          Done: { Type: "Succeed" },
        },
      },
      End: true,
      ...rest,
    },
  };
}

const items = [
  { seconds: 10 },
  { seconds: 20 },
  { seconds: 10, fails: true },
  { seconds: 100 },
  { seconds: 100 },
];

async function started(bench: Bench, rest: object = {}, given: unknown = items, executionType?: string) {
  const arn = await bench.machine(distributed(rest, executionType));
  const executionArn = await bench.start(arn, "one", { input: JSON.stringify(given) });
  await bench.rest();
  const { mapRuns } = await bench.handle("ListMapRuns", { executionArn });
  const [{ mapRunArn = "" } = {}] = mapRuns as { mapRunArn: string }[];
  return { executionArn, mapRunArn, mapRuns: mapRuns as Row[] };
}

const counts = { failuresNotRedrivable: 0, pendingRedrive: 0, resultsWritten: 0, timedOut: 0, aborted: 0 };

test("a map run tells what has become of its items, while it is on its way and afterwards", async () => {
  await using bench = await Bench.open();
  const given = { MaxConcurrency: 3, ToleratedFailurePercentage: 50 };
  const { executionArn, mapRunArn, mapRuns } = await started(bench, given);
  const startDate = bench.clock.now() / 1000;
  expect(mapRunArn).toMatch(/^arn:aws:states:us-east-1:000000000000:mapRun:machine\/Items:[0-9a-f-]{36}$/);
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:machine/Items";
  expect(mapRuns).toEqual([{ executionArn, mapRunArn, stateMachineArn, startDate }]);
  const describe = () => bench.handle("DescribeMapRun", { mapRunArn });
  const first = { ...counts, pending: 2, running: 3, succeeded: 0, failed: 0, total: 5 };
  expect(await describe()).toEqual({
    mapRunArn,
    executionArn,
    status: "RUNNING",
    startDate,
    maxConcurrency: 3,
    toleratedFailureCount: 0,
    toleratedFailurePercentage: 50,
    itemCounts: first,
    executionCounts: first,
    redriveCount: 0,
  });
  await bench.clock.advance(15_000);
  const second = { ...counts, pending: 0, running: 3, succeeded: 1, failed: 1, total: 5 };
  expect(await describe()).toMatchObject({ itemCounts: second, executionCounts: second });
  await bench.reopen();
  await bench.rest();
  expect(await describe()).toMatchObject({ itemCounts: second, executionCounts: second });
  await bench.clock.advance(200_000);
  const last = { ...counts, pending: 0, running: 0, succeeded: 4, failed: 1, total: 5 };
  const ended = { status: "SUCCEEDED", itemCounts: last, executionCounts: last };
  expect(await describe()).toMatchObject(ended);
  await bench.reopen();
  expect(await describe()).toMatchObject({ ...ended, stopDate: expect.any(Number) });
});

test("items in batches are counted apart from their executions", async () => {
  await using bench = await Bench.open();
  const { mapRunArn } = await started(bench, {
    ItemBatcher: { MaxItemsPerBatch: 2 },
    MaxConcurrency: 1,
    ItemSelector: { seconds: 10 },
    ItemProcessor: {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
      StartAt: "Sleep",
      States: { Sleep: { Type: "Wait", Seconds: 10, End: true } },
    },
  });
  await bench.clock.advance(15_000);
  expect(await bench.handle("DescribeMapRun", { mapRunArn })).toMatchObject({
    executionCounts: { pending: 1, running: 1, succeeded: 1, total: 3 },
    itemCounts: { pending: 1, running: 2, succeeded: 2, total: 5 },
  });
  const { executions } = await bench.handle("ListExecutions", { mapRunArn });
  expect((executions as Row[]).map(({ itemCount }) => itemCount)).toEqual([2, 2]);
});

test.each(["STANDARD", "EXPRESS"])(
  "the %s executions of the items can be looked at",
  async (executionType) => {
    await using bench = await Bench.open();
    const { mapRunArn } = await started(bench, { ToleratedFailureCount: 1 }, items, executionType);
    await bench.clock.advance(200_000);
    const list = async (request: object) => {
      const answer = await bench.handle("ListExecutions", { mapRunArn, ...request });
      return { executions: answer.executions as Row[], nextToken: answer.nextToken };
    };
    const { executions, nextToken } = await list({ maxResults: 3 });
    const rest = await list({ maxResults: 3, nextToken });
    const all = [...executions, ...rest.executions];
    expect(all).toHaveLength(5);
    expect(rest.nextToken).toBeUndefined();
    expect(all.map(({ status }) => status)).toEqual([
      "SUCCEEDED",
      "SUCCEEDED",
      "FAILED",
      "SUCCEEDED",
      "SUCCEEDED",
    ]);
    const failed = (await list({ statusFilter: "FAILED" })).executions;
    expect(failed).toEqual([all[2]]);
    const [{ executionArn } = {}] = failed;
    const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:machine/Items";
    expect(all[2]).toMatchObject({ mapRunArn, itemCount: 1, stateMachineArn, redriveCount: 0 });
    const kind = executionType === "EXPRESS" ? "express" : "execution";
    expect(executionArn).toContain(`:${kind}:machine/Items:`);
    expect(await bench.describe(executionArn as string)).toMatchObject({
      mapRunArn,
      stateMachineArn,
      status: "FAILED",
      error: "Asked",
      redriveStatus: "REDRIVABLE_BY_MAP_RUN",
    });
    const { events } = await bench.handle("GetExecutionHistory", { executionArn });
    expect((events as Row[]).map(({ type }) => type)).toEqual([
      "ExecutionStarted",
      "WaitStateEntered",
      "WaitStateExited",
      "ChoiceStateEntered",
      "ChoiceStateExited",
      "FailStateEntered",
      "ExecutionFailed",
    ]);
    const machine = await bench.handle("DescribeStateMachineForExecution", { executionArn });
    expect(machine).toMatchObject({ stateMachineArn, name: "machine/Items", mapRunArn, label: "Items" });
    expect(JSON.parse(machine.definition as string)).toMatchObject({ StartAt: "Sleep" });
    await expect(bench.handle("RedriveExecution", { executionArn })).rejects.toMatchObject({
      code: "ExecutionNotRedrivable",
    });
    const stateMachineOnly = await bench.handle("ListExecutions", {
      stateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
    });
    expect(stateMachineOnly.executions).toHaveLength(1);
  },
);

test("a map run that is on its way can be changed, and stays changed over a restart", async () => {
  await using bench = await Bench.open();
  const { executionArn, mapRunArn } = await started(bench, { MaxConcurrency: 1, ToleratedFailureCount: 0 });
  const update = (request: object) => bench.handle("UpdateMapRun", { mapRunArn, ...request });
  await update({ maxConcurrency: 4, toleratedFailureCount: 3 });
  await bench.reopen();
  await bench.rest();
  expect(await bench.handle("DescribeMapRun", { mapRunArn })).toMatchObject({
    maxConcurrency: 4,
    toleratedFailureCount: 3,
    toleratedFailurePercentage: 0,
    executionCounts: { running: 4 },
  });
  await expect(update({})).rejects.toMatchObject({ members: { reason: "MISSING_REQUIRED_PARAMETER" } });
  await expect(update({ toleratedFailurePercentage: 101 })).rejects.toMatchObject({
    code: "ValidationException",
  });
  await expect(update({ maxConcurrency: -1 })).rejects.toMatchObject({ code: "ValidationException" });
  await bench.clock.advance(200_000);
  expect(await bench.describe(executionArn)).toMatchObject({ status: "SUCCEEDED" });
  await expect(update({ maxConcurrency: 1 })).rejects.toMatchObject({
    code: "ValidationException",
    members: { reason: "CANNOT_UPDATE_COMPLETED_MAP_RUN" },
  });
});

test("a stopped execution takes its map run with it, and a redrive goes on with what was left", async () => {
  await using bench = await Bench.open();
  const given = [{ seconds: 10 }, { seconds: 50 }, { seconds: 50 }];
  const { executionArn, mapRunArn } = await started(bench, {}, given);
  await bench.clock.advance(20_000);
  await bench.handle("StopExecution", { executionArn });
  await bench.rest();
  const describe = () => bench.handle("DescribeMapRun", { mapRunArn });
  const aborted = { ...counts, pending: 0, running: 0, succeeded: 1, failed: 0, aborted: 2, total: 3 };
  expect(await describe()).toMatchObject({ status: "ABORTED", itemCounts: aborted });
  await bench.handle("RedriveExecution", { executionArn });
  await bench.rest();
  expect(await describe()).toMatchObject({
    status: "RUNNING",
    redriveCount: 1,
    redriveDate: bench.clock.now() / 1000,
    itemCounts: { running: 2, succeeded: 1, aborted: 0 },
  });
  await bench.clock.advance(60_000);
  const done = { ...counts, pending: 0, running: 0, succeeded: 3, failed: 0, total: 3 };
  expect(await describe()).toMatchObject({ status: "SUCCEEDED", itemCounts: done });
  expect(await bench.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", redriveCount: 1 });
  const { executions } = await bench.handle("ListExecutions", { mapRunArn, redriveFilter: "REDRIVEN" });
  expect(executions).toHaveLength(2);
});

test("map runs and executions that are not there are not found", async () => {
  await using bench = await Bench.open();
  const { executionArn, mapRunArn } = await started(bench);
  const gone = `${mapRunArn}0`;
  for (const operation of ["DescribeMapRun", "UpdateMapRun"])
    await expect(bench.handle(operation, { mapRunArn: gone })).rejects.toMatchObject({
      code: "ResourceNotFound",
      members: { resourceName: gone },
    });
  await expect(bench.handle("DescribeMapRun", { mapRunArn: executionArn })).rejects.toMatchObject({
    code: "InvalidArn",
  });
  await expect(bench.handle("ListMapRuns", { executionArn: `${executionArn}0` })).rejects.toMatchObject({
    code: "ExecutionDoesNotExist",
  });
});

test("a redrive that comes before the stop has been seen through waits for it", async () => {
  await using bench = await Bench.open();
  const { executionArn, mapRunArn } = await started(bench, {}, [{ seconds: 10 }, { seconds: 50 }]);
  await bench.handle("StopExecution", { executionArn });
  await bench.handle("RedriveExecution", { executionArn });
  await bench.clock.advance(60_000);
  expect(await bench.describe(executionArn)).toMatchObject({
    status: "SUCCEEDED",
    output: expect.any(String),
  });
  expect(await bench.handle("DescribeMapRun", { mapRunArn })).toMatchObject({
    status: "SUCCEEDED",
    redriveCount: 1,
    executionCounts: { succeeded: 2, total: 2 },
  });
});

/** A bucket that takes what is put into it or, if it does not work, only what is put first: the trial at the start. */
function bucket(works: boolean): { objects: ObjectStore; keys: string[] } {
  const keys: string[] = [];
  const put = ({ key }: { key: string }): Promise<void> => {
    if (!works && keys.length > 0) return Promise.reject(new AwsError("SlowDown", "not now", 503));
    keys.push(key);
    return Promise.resolve();
  };
  const objects = {
    put,
    get: () => Promise.reject(new AwsError("NoSuchKey", "there is nothing here", 404)),
    async *list() {},
  };
  return { objects, keys };
}

const written = {
  ResultWriter: {
    Resource: "arn:aws:states:::s3:putObject",
    Arguments: { Bucket: "bucket", Prefix: "results" },
  },
};

test("results that were written are counted", async () => {
  const { objects, keys } = bucket(true);
  await using bench = await Bench.open({ objects });
  const { executionArn, mapRunArn } = await started(bench, written, [{ seconds: 0 }, { seconds: 0 }]);
  await bench.clock.advance(1_000);
  expect(await bench.describe(executionArn)).toMatchObject({ status: "SUCCEEDED" });
  expect(keys).toContainEqual(expect.stringMatching(/manifest\.json$/));
  const resultsWritten = { resultsWritten: 2 };
  expect(await bench.handle("DescribeMapRun", { mapRunArn })).toMatchObject({
    itemCounts: resultsWritten,
    executionCounts: resultsWritten,
  });
});

test.each([true, false])(
  "a map run ends though its results cannot be written (items fail: %s)",
  async (fails) => {
    await using bench = await Bench.open({ objects: bucket(false).objects });
    const { executionArn, mapRunArn } = await started(bench, written, [{ seconds: 0, fails }]);
    await bench.clock.advance(1_000);
    expect(await bench.describe(executionArn)).toMatchObject({ status: "FAILED" });
    expect(await bench.handle("DescribeMapRun", { mapRunArn })).toMatchObject({
      status: "FAILED",
      itemCounts: { resultsWritten: 0 },
    });
  },
);
