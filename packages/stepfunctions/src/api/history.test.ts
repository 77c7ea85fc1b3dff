import { expect, test } from "vitest";
import { Bench } from "./testing/bench.js";

async function eventsOf(bench: Bench, executionArn: string, request: object = {}) {
  const { events } = await bench.handle("GetExecutionHistory", { executionArn, ...request });
  return events as Record<string, unknown>[];
}

test("the first event names the version and the alias that an execution was started with", async () => {
  await using bench = await Bench.open();
  const arn = await bench.machine({ Give: { Type: "Pass", End: true } }, { publish: true });
  const stateMachineVersionArn = `${arn}:1`;
  const routingConfiguration = [{ stateMachineVersionArn, weight: 100 }];
  await bench.handle("CreateStateMachineAlias", { name: "live", routingConfiguration });
  const started = async (stateMachineArn: string, name: string) => {
    const [first] = await eventsOf(bench, await bench.start(stateMachineArn, name));
    return first?.executionStartedEventDetails;
  };
  expect(await started(`${arn}:live`, "by-alias")).toMatchObject({
    stateMachineVersionArn,
    stateMachineAliasArn: `${arn}:live`,
  });
  const byVersion = await started(`${arn}:1`, "by-version");
  expect(byVersion).toMatchObject({ stateMachineVersionArn });
  expect(byVersion).not.toHaveProperty("stateMachineAliasArn");
  expect(Object.keys((await started(arn, "plain")) as object)).toEqual(["input", "inputDetails", "roleArn"]);
});

test("without execution data an event still says what went wrong", async () => {
  await using bench = await Bench.open();
  const arn = await bench.machine({ Stop: { Type: "Fail", Error: "Broken", Cause: "by hand" } });
  const events = await eventsOf(bench, await bench.start(arn, "one"), { includeExecutionData: false });
  expect(events.map((event) => event.stateEnteredEventDetails ?? event.executionFailedEventDetails)).toEqual([
    undefined,
    { name: "Stop" },
    { error: "Broken", cause: "by hand" },
  ]);
});
