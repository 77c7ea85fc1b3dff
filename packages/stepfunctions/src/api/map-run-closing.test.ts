import { expect, test } from "vitest";
import type { ObjectStore } from "../ports.js";
import { Bench } from "./testing/bench.js";

/** A bucket whose one object, a list of two, comes when it is let go. */
function heldBack(): { objects: ObjectStore; asked: Promise<void>; letGo: () => void } {
  let ask = (): void => {};
  let letGo = (): void => {};
  const asked = new Promise<void>((resolve) => (ask = resolve));
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const objects: ObjectStore = {
    async get() {
      ask();
      await gate;
      return (async function* () {
        yield Buffer.from("[1,2]");
      })();
    },
    async *list() {},
    put: async () => {},
  };
  return { objects, asked, letGo: () => letGo() };
}

const Map = {
  Type: "Map",
  ItemReader: {
    Resource: "arn:aws:states:::s3:getObject",
    ReaderConfig: { InputType: "JSON" },
    Arguments: { Bucket: "bucket", Key: "key" },
  },
  ItemProcessor: {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    StartAt: "Sleep",
    States: { Sleep: { Type: "Wait", Seconds: 10, End: true } },
  },
  End: true,
};

// What a closed engine still does would be an unhandled rejection here, and the end of the process elsewhere.
test("an engine that is closed while items are read does nothing more, and the next one reads them again", async () => {
  const { objects, asked, letGo } = heldBack();
  await using bench = await Bench.open({ objects });
  const executionArn = await bench.start(await bench.machine({ Map }), "one");
  await asked;
  await bench.reopen();
  letGo();
  await bench.clock.advance(10_000);
  expect(await bench.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "[1,2]" });
});

test("a map run that is stopped while its items are read starts none of them", async () => {
  const { objects, asked, letGo } = heldBack();
  await using bench = await Bench.open({ objects });
  const executionArn = await bench.start(await bench.machine({ Map }), "one");
  await asked;
  await bench.handle("StopExecution", { executionArn });
  letGo();
  await bench.rest();
  const { mapRuns } = (await bench.handle("ListMapRuns", { executionArn })) as {
    mapRuns: { mapRunArn: string }[];
  };
  const mapRunArn = mapRuns[0]?.mapRunArn;
  expect(await bench.handle("DescribeMapRun", { mapRunArn })).toMatchObject({ status: "ABORTED" });
  expect(await bench.handle("ListExecutions", { mapRunArn })).toMatchObject({ executions: [] });
});

test("a redrive that is stopped before its map run goes on leaves the map run ended", async () => {
  await using bench = await Bench.open();
  const { ItemReader: _, ...inline } = Map;
  const executionArn = await bench.start(await bench.machine({ Map: { ...inline, Items: [1, 2] } }), "one");
  await bench.rest();
  await bench.handle("StopExecution", { executionArn });
  await Promise.all([
    bench.handle("RedriveExecution", { executionArn }),
    Promise.resolve().then(() => bench.handle("StopExecution", { executionArn })),
  ]);
  await bench.handle("StopExecution", { executionArn });
  await bench.rest();
  expect(await bench.describe(executionArn)).toMatchObject({ status: "ABORTED" });
  const { mapRuns } = (await bench.handle("ListMapRuns", { executionArn })) as {
    mapRuns: { mapRunArn: string }[];
  };
  expect(await bench.handle("DescribeMapRun", { mapRunArn: mapRuns[0]?.mapRunArn })).toMatchObject({
    status: "ABORTED",
    executionCounts: { running: 0, aborted: 2 },
  });
});
