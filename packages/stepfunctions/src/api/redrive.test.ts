import { expect, test } from "vitest";
import { Bench } from "./testing/bench.js";

const DAY = 86_400_000;
const flaky = {
  First: { Type: "Pass", Assign: { seen: "{% $states.input.n %}" }, Next: "Work" },
  Work: {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: { FunctionName: "work" },
    Output: "{% $seen %}",
    End: true,
  },
};

/** A bench whose function fails as often as it is told to. */
async function openFlaky(failures: number) {
  let left = failures;
  const bench = await Bench.open({
    lambda: async () => {
      left -= 1;
      const payload = left < 0 ? "1" : '{"errorType":"Broken","errorMessage":"not now"}';
      return {
        statusCode: 200,
        executedVersion: "$LATEST",
        payload,
        ...(left < 0 ? {} : { functionError: "Unhandled" }),
      };
    },
  });
  const arn = await bench.machine(flaky);
  const executionArn = await bench.start(arn, "one", { input: '{"n":7}' });
  await bench.rest();
  return { bench, arn, executionArn, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
}

test("a failed execution goes on where it failed, with what it had", async () => {
  await using made = await openFlaky(2);
  const { bench, arn, executionArn } = made;
  expect(await bench.describe(executionArn)).toMatchObject({
    status: "FAILED",
    error: "Broken",
    redriveCount: 0,
    redriveStatus: "REDRIVABLE",
  });
  await bench.clock.advance(DAY);
  const { redriveDate } = await bench.handle("RedriveExecution", { executionArn });
  expect(redriveDate).toBe(bench.clock.now() / 1000);
  await bench.rest();
  expect(await bench.describe(executionArn)).toMatchObject({
    status: "FAILED",
    redriveCount: 1,
    redriveDate,
  });
  await bench.reopen();
  await bench.handle("RedriveExecution", { executionArn });
  await bench.rest();
  const described = await bench.describe(executionArn);
  expect(described).toMatchObject({ status: "SUCCEEDED", output: "7", redriveCount: 2 });
  expect(described).not.toHaveProperty("error");
  expect(described).toMatchObject({
    redriveStatus: "NOT_REDRIVABLE",
    redriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
  });
  const { events } = await bench.handle("GetExecutionHistory", { executionArn });
  const types = (events as { type: string }[]).map(({ type }) => type);
  expect(types.filter((type) => type === "ExecutionRedriven")).toHaveLength(2);
  expect(types.filter((type) => type === "PassStateEntered")).toHaveLength(1);
  await bench.start(arn, "two");
  const list = async (redriveFilter?: string) => {
    const { executions } = await bench.handle("ListExecutions", { stateMachineArn: arn, redriveFilter });
    return (executions as { name: string; redriveCount: number }[]).map((row) => [
      row.name,
      row.redriveCount,
    ]);
  };
  expect(await list()).toEqual([
    ["two", 0],
    ["one", 2],
  ]);
  expect(await list("REDRIVEN")).toEqual([["one", 2]]);
  expect(await list("NOT_REDRIVEN")).toEqual([["two", 0]]);
});

test("the same client token redrives once", async () => {
  await using made = await openFlaky(3);
  const { bench, executionArn } = made;
  const redrive = (clientToken: string) => bench.handle("RedriveExecution", { executionArn, clientToken });
  const first = await redrive("mine");
  await bench.rest();
  await bench.clock.advance(60_000);
  await bench.reopen();
  expect(await redrive("mine")).toEqual(first);
  expect(await bench.describe(executionArn)).toMatchObject({ redriveCount: 1 });
  expect(await redrive("another")).not.toEqual(first);
  await bench.clock.advance(15 * 60_000);
  await redrive("mine");
  await bench.rest();
  expect(await bench.describe(executionArn)).toMatchObject({ redriveCount: 3, status: "SUCCEEDED" });
  await expect(redrive("two words")).rejects.toMatchObject({ code: "ValidationException" });
});

test("what succeeded, runs or ended too long ago is not redriven", async () => {
  await using made = await openFlaky(1);
  const { bench, executionArn } = made;
  const refused = (reason: string) => ({
    code: "ExecutionNotRedrivable",
    message: `Execution Not Redrivable: '${reason}'`,
  });
  const redrive = (arn: string) => bench.handle("RedriveExecution", { executionArn: arn });
  await bench.clock.advance(14 * DAY + 1);
  await expect(redrive(executionArn)).rejects.toMatchObject(refused("Execution redrivable period exceeded"));
  const asleep = await bench.machine({ Sleep: { Type: "Wait", Seconds: 60, End: true } }, { name: "asleep" });
  const sleeping = await bench.start(asleep, "one");
  await expect(redrive(sleeping)).rejects.toMatchObject(
    refused("Execution is RUNNING and cannot be redriven"),
  );
  await bench.clock.advance(60_000);
  await expect(redrive(sleeping)).rejects.toMatchObject(
    refused("Execution is SUCCEEDED and cannot be redriven"),
  );
  await expect(redrive(`${sleeping}0`)).rejects.toMatchObject({ code: "ExecutionDoesNotExist" });
});

test("what was stopped or timed out in a Wait goes on", async () => {
  await using bench = await Bench.open();
  const states = { Sleep: { Type: "Wait", Seconds: 60, Next: "Done" }, Done: { Type: "Succeed" } };
  const arn = await bench.machine(states);
  const stopped = await bench.start(arn, "one");
  await bench.handle("StopExecution", { executionArn: stopped });
  expect(await bench.describe(stopped)).toMatchObject({ status: "ABORTED", redriveStatus: "REDRIVABLE" });
  await bench.handle("RedriveExecution", { executionArn: stopped });
  await bench.clock.advance(60_000);
  expect(await bench.describe(stopped)).toMatchObject({ status: "SUCCEEDED" });
});

test("the items of a failed map run that had failed are done again, and no others", async () => {
  const calls: string[] = [];
  let broken = true;
  await using bench = await Bench.open({
    lambda: async ({ payload }) => {
      calls.push(payload);
      const failed = broken && payload === "2";
      const text = failed ? '{"errorType":"Broken","errorMessage":"not now"}' : payload;
      const answer = { statusCode: 200, executedVersion: "$LATEST", payload: text };
      return failed ? { ...answer, functionError: "Unhandled" } : answer;
    },
  });
  const Work = { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:work", End: true };
  const ItemProcessor = {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    StartAt: "Work",
    States: { Work },
  };
  const arn = await bench.machine({ Each: { Type: "Map", MaxConcurrency: 1, ItemProcessor, End: true } });
  const executionArn = await bench.start(arn, "one", { input: "[1,2,3]" });
  await bench.rest();
  expect(await bench.describe(executionArn)).toMatchObject({
    error: "States.ExceedToleratedFailureThreshold",
  });
  expect(calls).toEqual(["1", "2"]);
  broken = false;
  await bench.handle("RedriveExecution", { executionArn });
  await bench.rest();
  expect(await bench.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "[1,2,3]" });
  expect(calls).toEqual(["1", "2", "2", "3"]);
  const { mapRuns } = await bench.handle("ListMapRuns", { executionArn });
  expect(mapRuns).toHaveLength(1);
});
