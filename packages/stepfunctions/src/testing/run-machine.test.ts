import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { memoryObjects, openForTest, runMachine, TaskFailure } from "./index.js";

const invoke = (name: string, rest: object) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: name, Payload: "{% $states.input %}" },
  Output: "{% $states.result.Payload %}",
  ...rest,
});

const jsonata = (States: Record<string, object>) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(States)[0],
  States,
});

const order = jsonata({
  Charge: invoke("charge-card", {
    Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 3600, MaxAttempts: 3 }],
    Catch: [{ ErrorEquals: ["Declined"], Next: "Refused" }],
    Next: "Rest",
  }),
  Rest: { Type: "Wait", Seconds: 30 * 86_400, End: true },
  Refused: { Type: "Fail", Error: "Refused", Cause: "no funds" },
});

class Busy extends Error {
  override name = "Busy";
}

describe("a machine under test", () => {
  test("runs with functions, and its waits and retries take no time", async () => {
    let calls = 0;
    const run = await runMachine(order, {
      input: { amount: 5 },
      functions: {
        "charge-card": async (event: { amount: number }) => {
          calls += 1;
          if (calls < 3) throw new Busy("later");
          return { charged: event.amount };
        },
      },
    });
    expect(run.output).toEqual({ charged: 5 });
    expect(run.states).toEqual(["Charge", "Rest"]);
    expect(run.status).toBe("SUCCEEDED");
    // Retries after one and two hours, then thirty days.
    expect(run.duration).toBe((3 + 30 * 24) * 3_600_000);
  });

  test.each(["{'status': %.StatusCode}", "{'status': %.%.result.StatusCode}"])(
    "sees all that Lambda has answered above its payload: %s",
    async (step) => {
      const Output = `{% $states.result.Payload.${step} %}`;
      const functions = { work: async () => ({ a: 1 }) };
      const run = await runMachine(jsonata({ Work: invoke("work", { Output, End: true }) }), { functions });
      expect(run.output).toEqual({ status: 200 });
    },
  );

  test("is told of states that it does not have, wherever the others are", async () => {
    const inner = { StartAt: "Inner", States: { Inner: { Type: "Pass", End: true } } };
    const machine = jsonata({
      Both: { Type: "Parallel", Branches: [inner], Next: "Each" },
      Each: {
        Type: "Map",
        Items: [1],
        ItemProcessor: { StartAt: "Item", States: { Item: { Type: "Pass", End: true } } },
        End: true,
      },
    });
    const answer = () => 1;
    await expect(runMachine(machine, { states: { Itm: answer } })).rejects.toThrow(
      '`states` has "Itm", but the machine has no such state; it has "Both", "Inner", "Each", "Item"',
    );
    await expect(runMachine(JSON.stringify(machine), { callbacks: { each: answer } })).rejects.toThrow(
      '`callbacks` has "each"',
    );
    const run = await runMachine(machine, { states: { Item: answer, Inner: answer } });
    expect(run.status).toBe("SUCCEEDED");
  });

  test("fails with the error and cause of the execution", async () => {
    const run = await runMachine(order, {
      functions: {
        "charge-card": () => {
          throw Object.assign(new Error("empty"), { name: "Declined" });
        },
      },
    });
    expect(run).toMatchObject({ status: "FAILED", error: "Refused", cause: "no funds" });
    expect(run.states).toEqual(["Charge", "Refused"]);
    expect(run.events.at(-1)).toMatchObject({ type: "ExecutionFailed", details: { error: "Refused" } });
    expect("output" in run).toBe(false);
  });

  test("has states that something stands in for", async () => {
    const seen: unknown[] = [];
    const run = await runMachine(order, {
      input: { amount: 7 },
      states: {
        Charge: (parameters) => {
          seen.push(parameters);
          return { Payload: "instead" };
        },
      },
    });
    expect(run.output).toBe("instead");
    expect(seen).toEqual([{ amount: 7 }]);
  });

  test("has states that fail as what stands in for them says", async () => {
    const run = await runMachine(order, {
      states: {
        Charge: () => {
          throw new TaskFailure("Declined", "by test");
        },
      },
    });
    expect(run.states).toEqual(["Charge", "Refused"]);
    const failed = run.events.find(({ type }) => type === "TaskFailed");
    expect(failed?.details).toMatchObject({ error: "Declined", cause: "by test" });
  });

  test("runs a test case of a mock configuration", async () => {
    const mocks = {
      StateMachines: { order: { TestCases: { Recovers: { Charge: "BusyThenFine" } } } },
      MockedResponses: {
        BusyThenFine: {
          "0-1": { Throw: { Error: "Busy", Cause: "later" } },
          "2": { Return: { Payload: { fine: true } } },
        },
      },
    };
    const run = await runMachine(order, { mocks, machineName: "order", testCase: "Recovers" });
    expect(run.output).toEqual({ fine: true });
    expect(run.events.filter(({ type }) => type === "TaskFailed")).toHaveLength(2);
  });

  test("counts mocked invocations over the items of a map", async () => {
    const each = invoke("f", { Output: "{% $states.result %}", End: true });
    const machine = jsonata({
      Each: {
        Type: "Map",
        Items: [{ n: 1 }, { n: 2 }],
        MaxConcurrency: 1,
        ItemProcessor: { StartAt: "Call", States: { Call: each } },
        End: true,
      },
    });
    const mocks = {
      StateMachines: { m: { TestCases: { Two: { Call: "Two" } } } },
      MockedResponses: { Two: { "0": { Return: "first" }, "1": { Return: "second" } } },
    };
    const run = await runMachine(machine, { mocks, machineName: "m", testCase: "Two" });
    expect(run.output).toEqual(["first", "second"]);
    expect(run.states).toEqual(["Each", "Call", "Call"]);
  });

  const ask = {
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    Arguments: { QueueUrl: "q", MessageBody: { token: "{% $states.context.Task.Token %}", what: "ship" } },
    End: true,
  };
  const approval = jsonata({ Ask: { ...ask, TimeoutSeconds: 5 * 86_400 } });

  test("waits for callbacks that come later", async () => {
    const sent: unknown[] = [];
    const run = await runMachine(approval, {
      services: {
        "sqs:sendMessage": async ({ parameters }) => {
          sent.push(parameters);
          return { MessageId: "1" };
        },
      },
      callbacks: { Ask: { afterSeconds: 3 * 86_400, answer: (message) => ({ approved: message.QueueUrl }) } },
    });
    expect(sent).toHaveLength(1);
    expect(run.output).toEqual({ approved: "q" });
    expect(run.duration).toBe(3 * 86_400_000);
  });

  test("times out when the callback comes too late", async () => {
    const run = await runMachine(approval, {
      services: { sqs: async () => ({}) },
      callbacks: { Ask: { afterSeconds: 6 * 86_400, answer: () => "late" } },
    });
    expect(run).toMatchObject({ status: "FAILED", error: "States.Timeout" });
  });

  test("that waits for nobody is told apart from one that takes long", async () => {
    const run = runMachine(jsonata({ Ask: ask }), { services: { sqs: async () => ({}) } });
    await expect(run).rejects.toThrow('it waits in "Ask", and no timer is left');
  });

  test("reads items from objects and writes results to them", async () => {
    const objects = memoryObjects({ files: { "in.json": '[{"n":1},{"n":2}]' }, results: {} });
    const machine = jsonata({
      Each: {
        Type: "Map",
        ItemReader: {
          Resource: "arn:aws:states:::s3:getObject",
          ReaderConfig: { InputType: "JSON" },
          Arguments: { Bucket: "files", Key: "in.json" },
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
          StartAt: "Double",
          States: { Double: { Type: "Pass", Output: "{% $states.input.n * 2 %}", End: true } },
        },
        ResultWriter: {
          Resource: "arn:aws:states:::s3:putObject",
          Arguments: { Bucket: "results", Prefix: "run" },
        },
        End: true,
      },
    });
    const run = await runMachine(machine, { objects });
    expect(run.status).toBe("SUCCEEDED");
    const keys = await objects.keys("results");
    const written = keys.find((key) => key.endsWith("SUCCEEDED_0.json")) ?? "";
    expect(await objects.text("results", written)).toContain('"2"');
  });

  test("gives the results of a map in the form that is asked for, also where there are objects", async () => {
    const machine = jsonata({
      Each: {
        Type: "Map",
        Items: [[1, 2], 3],
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
          StartAt: "Same",
          States: { Same: { Type: "Pass", End: true } },
        },
        ResultWriter: { WriterConfig: { Transformation: "FLATTEN", OutputType: "JSON" } },
        End: true,
      },
    });
    const objects = memoryObjects({ data: {} });
    expect(await runMachine(machine, { objects })).toMatchObject({ status: "SUCCEEDED", output: [1, 2, 3] });
    expect(await objects.keys("data")).toEqual([]);
  });

  test("may be an express machine, whose events are its log", async () => {
    const machine = jsonata({ Rest: { Type: "Wait", Seconds: 60, Next: "Done" }, Done: { Type: "Succeed" } });
    const run = await runMachine(machine, { type: "EXPRESS", input: [1] });
    expect(run).toMatchObject({ status: "SUCCEEDED", output: [1], states: ["Rest", "Done"] });
  });

  test("that is none is refused with the reason", async () => {
    await expect(runMachine({ StartAt: "A", States: {} })).rejects.toThrow(/State Machine Definition/);
  });

  test("leaves nothing behind", async () => {
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("stepfunctions-test-"));
    const before = new Set(folders());
    await runMachine(jsonata({ Done: { Type: "Succeed" } }));
    await expect(runMachine("{")).rejects.toThrow();
    const left = folders().filter((name) => !before.has(name));
    expect(left).toEqual([]);
  });
});

describe("an engine under test", () => {
  test("moves in time as far as it is told", async () => {
    await using engine = await openForTest({ startAt: new Date("2031-01-01T00:00:00Z") });
    const arn = await engine.createMachine(jsonata({ Rest: { Type: "Wait", Seconds: 60, End: true } }));
    const execution = await engine.start(arn, { name: "one" });
    await engine.advance({ seconds: 59 });
    expect(await engine.look(execution)).toMatchObject({ status: "RUNNING", duration: 0 });
    await engine.advance({ seconds: 1 });
    const run = await engine.look(execution);
    expect(run).toMatchObject({ status: "SUCCEEDED", duration: 60_000 });
    expect(run.events.at(-1)?.timestamp).toEqual(new Date("2031-01-01T00:01:00Z"));
  });

  test("runs machines that start one another", async () => {
    await using engine = await openForTest({
      functions: { add: (event: { n: number }) => ({ n: event.n + 1 }) },
    });
    const child = await engine.createMachine(jsonata({ Add: invoke("add", { End: true }) }), {
      machineName: "child",
    });
    const parent = await engine.createMachine(
      jsonata({
        Start: {
          Type: "Task",
          Resource: "arn:aws:states:::states:startExecution.sync:2",
          Arguments: { StateMachineArn: child, Input: { n: 1 } },
          Output: "{% $states.result.Output %}",
          End: true,
        },
      }),
      { machineName: "parent" },
    );
    expect((await engine.finish(await engine.start(parent))).output).toEqual({ n: 2 });
  });
});

describe("what cannot be run is refused in words", () => {
  const machine = { StartAt: "Done", States: { Done: { Type: "Succeed" } } };

  test.each([
    ["a BigInt", { n: 1n }, "The input cannot be written as JSON: "],
    ["a function", () => 1, "The input cannot be written as JSON: it is a function"],
  ])("%s as input", async (_, input, message) => {
    await expect(runMachine(machine, { input })).rejects.toThrow(message);
  });

  test("a BigInt in the definition", async () => {
    const definition = { ...machine, TimeoutSeconds: 1n };
    await expect(runMachine(definition)).rejects.toThrow("The definition cannot be written as JSON: ");
  });

  test("a start that is no date", async () => {
    await expect(runMachine(machine, { startAt: new Date("soon") })).rejects.toThrow(
      "startAt must be a valid date",
    );
  });
});
