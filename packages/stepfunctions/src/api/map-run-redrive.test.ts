import { expect, test } from "vitest";
import { Bench } from "./testing/bench.js";

test("a redriven map run takes no more items up at a time than its MaxConcurrency", async () => {
  await using bench = await Bench.open();
  const Each = {
    Type: "Map",
    Items: [1, 2, 3],
    ItemProcessor: {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
      StartAt: "Sleep",
      States: { Sleep: { Type: "Wait", Seconds: 10, End: true } },
    },
    End: true,
  };
  const executionArn = await bench.start(await bench.machine({ Each }), "one");
  await bench.rest();
  const { mapRuns } = await bench.handle("ListMapRuns", { executionArn });
  const [{ mapRunArn = "" } = {}] = mapRuns as { mapRunArn: string }[];
  const executionCounts = async () =>
    (await bench.handle("DescribeMapRun", { mapRunArn })).executionCounts as object;
  expect(await executionCounts()).toMatchObject({ running: 3 });
  await bench.handle("UpdateMapRun", { mapRunArn, maxConcurrency: 1 });
  await bench.handle("StopExecution", { executionArn });
  await bench.rest();
  expect(await executionCounts()).toMatchObject({ aborted: 3 });
  await bench.handle("RedriveExecution", { executionArn });
  await bench.rest();
  expect(await executionCounts()).toMatchObject({ running: 1, pending: 2 });
  await bench.clock.advance(30_000);
  expect(await executionCounts()).toMatchObject({ running: 0, succeeded: 3 });
  expect(await bench.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", redriveCount: 1 });
});
