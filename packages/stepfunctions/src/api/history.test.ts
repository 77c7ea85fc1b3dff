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

const lent = "arn:aws:iam::000000000000:role/lent";
const work = "arn:aws:lambda:us-east-1:000000000000:function:work";
const paths = { QueryLanguage: "JSONPath", StartAt: "Call" };
const call = { Type: "Task", End: true };
test.each<[string, object, unknown]>([
  ["given", { Credentials: { RoleArn: lent } }, { roleArn: lent }],
  ["by a path", { Credentials: { "RoleArn.$": "$.role" } }, { roleArn: lent }],
  ["of its own", {}, undefined],
])("the event that schedules a task has its credentials: %s", async (_, more, taskCredentials) => {
  await using bench = await Bench.open();
  const publish = { Resource: "arn:aws:states:::sns:publish", Parameters: { Message: "m" } };
  for (const [name, called] of Object.entries({ function: { Resource: work }, service: publish })) {
    const definition = JSON.stringify({ ...paths, States: { Call: { ...call, ...called, ...more } } });
    const arn = await bench.machine({}, { name, definition });
    const events = await eventsOf(bench, await bench.start(arn, "one", { input: `{"role":"${lent}"}` }));
    const scheduled = events[2];
    const details = scheduled?.lambdaFunctionScheduledEventDetails ?? scheduled?.taskScheduledEventDetails;
    expect((details as Record<string, unknown>).taskCredentials).toEqual(taskCredentials);
  }
});

test("credentials whose role cannot be found fail the state", async () => {
  await using bench = await Bench.open();
  const task = { ...call, Resource: work, Credentials: { RoleArn: "{% $states.input.role %}" } };
  const executionArn = await bench.start(await bench.machine({ Call: task }), "one");
  await bench.rest();
  expect(await bench.describe(executionArn)).toMatchObject({ error: "States.QueryEvaluationError" });
});
