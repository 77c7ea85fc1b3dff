import { describe, expect, test, vi } from "vitest";
import { compileMachine } from "./compile.js";
import { decide } from "./decide.js";
import { nextReady, nextWake, type ExecutionState, type LogRecord } from "./state.js";
import type { Command, CoreEvent, TaskAnswer } from "./turn.js";

// Loops to the end of a history, and maps of thousands of items, are decided here.
vi.setConfig({ testTimeout: 30_000 });

const START = Date.UTC(2030, 0, 1);
const INVOKE = "arn:aws:states:::lambda:invoke";

/** Drives one execution by hand. */
async function run(
  states: Record<string, unknown>,
  options: { input?: unknown; inputText?: string; TimeoutSeconds?: number; QueryLanguage?: string } = {},
) {
  const { input = {}, inputText = JSON.stringify(input), ...rest } = options;
  const machine = compileMachine({
    QueryLanguage: "JSONata",
    ...rest,
    StartAt: Object.keys(states)[0],
    States: states,
  });
  let state: ExecutionState | null = null;
  const records: LogRecord[] = [];
  const commands: Command[] = [];
  const send = async (event: Record<string, unknown>, at = START) => {
    const decision = await decide(machine, state, { at, seed: "seed", ...event } as CoreEvent, {
      waitScale: 1,
    });
    state = decision.state;
    records.push(...decision.records);
    commands.push(...decision.commands);
    return decision;
  };
  const identity = {
    number: 1,
    arn: "arn:aws:states:us-east-1:000000000000:execution:machine:one",
    name: "one",
    input: inputText,
    startedAt: START,
    roleArn: "arn:aws:iam::000000000000:role/role",
    machineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
    machineName: "machine",
  };
  await send({ type: "start", identity });
  return {
    records,
    commands,
    send,
    state: () => state as unknown as ExecutionState,
    answer: (answer: TaskAnswer, at = START) => send(answerTo(commands, answer), at),
    /** Answers the task that was handed out as the place-th. */
    answerAt: (place: number, answer: TaskAnswer, at = START) => send(answerTo(commands, answer, place), at),
    types: () => records.filter(({ id }) => id > 0).map(({ type }) => type),
  };
}

type Invoke = Extract<Command, { type: "invoke" }>;

function invoked(commands: Command[]): Invoke[] {
  return commands.filter((command): command is Invoke => command.type === "invoke");
}

function answerTo(commands: Command[], answer: TaskAnswer, place = -1) {
  const { branch, task } = invoked(commands).at(place) as Invoke;
  return { type: "answer", branch, task: task.id, answer };
}

function lastInvoked(commands: Command[]): number {
  return (invoked(commands).at(-1) as Invoke).task.id;
}

const returned = (payload: unknown): TaskAnswer => ({
  kind: "returned",
  statusCode: 200,
  executedVersion: "$LATEST",
  payload: JSON.stringify(payload),
});
const raised = (errorType: string): TaskAnswer => ({
  ...(returned({ errorType, errorMessage: "it broke" }) as Extract<TaskAnswer, { kind: "returned" }>),
  functionError: "Unhandled",
});
const task = (rest: object) => ({
  Type: "Task",
  Resource: INVOKE,
  Arguments: { FunctionName: "work", Payload: "{% $states.input %}" },
  Output: "{% $states.result.Payload %}",
  End: true,
  ...rest,
});

describe("tasks", () => {
  test("are invoked with the payload and hand their result on", async () => {
    const one = await run({ Work: task({}) }, { input: { a: 1 } });
    expect(one.commands).toMatchObject([
      { type: "invoke", task: { call: { functionName: "work", payload: '{"a":1}' } } },
    ]);
    await one.answer(returned([1, 2]));
    expect(one.state().outcome).toMatchObject({ status: "SUCCEEDED", output: "[1,2]" });
  });

  test("hear only the answer to the try that is out", async () => {
    const one = await run({ Work: task({ Retry: [{ ErrorEquals: ["States.ALL"] }] }) });
    const first = lastInvoked(one.commands);
    await one.answer(raised("Broken"));
    await one.send({ type: "advance" }, START + 1_000);
    const late = await one.send({ type: "answer", branch: 0, task: first, answer: returned("late") });
    expect(late.records).toEqual([]);
    await one.answer(returned("second"), START + 2_000);
    expect(one.state().outcome).toMatchObject({ status: "SUCCEEDED", output: '"second"' });
  });

  test("time out at their absolute moment, and their function is told", async () => {
    const one = await run({ Work: task({ TimeoutSeconds: "{% 2 + 3 %}" }) });
    expect(nextWake(one.state())).toBe(START + 5_000);
    await one.send({ type: "advance" }, START + 4_999);
    expect(one.state().outcome).toBeNull();
    await one.send({ type: "advance" }, START + 5_000);
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    expect(one.commands.at(-1)).toMatchObject({ type: "abort", task: lastInvoked(one.commands) });
  });

  test("miss a heartbeat under both of its names", async () => {
    for (const name of ["States.Timeout", "States.HeartbeatTimeout"]) {
      const Catch = [{ ErrorEquals: [name], Next: "Caught" }];
      const one = await run({
        Work: task({ HeartbeatSeconds: 1, Catch }),
        Caught: { Type: "Pass", End: true },
      });
      await one.send({ type: "advance" }, START + 1_000);
      expect(one.state().outcome).toMatchObject({
        status: "SUCCEEDED",
        output: '{"Error":"States.Timeout","Cause":""}',
      });
    }
  });

  test("fail with States.DataLimitExceeded over 256 KiB", async () => {
    const one = await run({ Work: task({}) });
    await one.answer(returned("x".repeat(262_144)));
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });

  test("report what Lambda refuses", async () => {
    const one = await run({ Work: task({}) });
    await one.answer({
      kind: "refused",
      code: "TooManyRequestsException",
      message: "slow down",
      statusCode: 429,
    });
    expect(one.state().outcome).toMatchObject({ error: "Lambda.TooManyRequestsException" });
  });

  test("refuse arguments that are not those of lambda:invoke", async () => {
    for (const given of [
      {},
      { FunctionName: 1 },
      { FunctionName: "f", Other: 1 },
      { FunctionName: "f", InvocationType: "DryRun" },
    ]) {
      const one = await run({ Work: task({ Arguments: { ...given, x: undefined } }) });
      expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    }
  });
});

describe("Retry", () => {
  const delays = async (retrier: object, tries: number) => {
    const one = await run({
      Work: task({ Retry: [{ ErrorEquals: ["Broken"], MaxAttempts: 9, ...retrier }] }),
    });
    const found: number[] = [];
    let at = START;
    for (let count = 0; count < tries; count += 1) {
      await one.answer(raised("Broken"), at);
      const next = nextWake(one.state()) as number;
      found.push(next - at);
      at = next;
      await one.send({ type: "advance" }, at);
    }
    return found;
  };

  test("waits longer each time, up to MaxDelaySeconds", async () => {
    expect(await delays({}, 3)).toEqual([1_000, 2_000, 4_000]);
    expect(await delays({ IntervalSeconds: 3, BackoffRate: 1.5 }, 3)).toEqual([3_000, 4_500, 6_750]);
    expect(await delays({ IntervalSeconds: 2, MaxDelaySeconds: 5 }, 4)).toEqual([2_000, 4_000, 5_000, 5_000]);
  });

  test("waits a random part of it under full jitter", async () => {
    const [first] = await delays({ IntervalSeconds: 1_000, JitterStrategy: "FULL" }, 1);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThan(1_000_000);
  });

  test("counts for each retrier apart, and goes on to Catch when the one that matches is spent", async () => {
    const Retry = [
      { ErrorEquals: ["A"], MaxAttempts: 1 },
      { ErrorEquals: ["States.ALL"], MaxAttempts: 1 },
    ];
    const Catch = [{ ErrorEquals: ["A"], Next: "Caught", Output: "{% $states.errorOutput.Error %}" }];
    const one = await run({ Work: task({ Retry, Catch }), Caught: { Type: "Pass", End: true } });
    await one.answer(raised("A"));
    await one.send({ type: "advance" }, START + 10_000);
    await one.answer(raised("B"), START + 10_000);
    await one.send({ type: "advance" }, START + 20_000);
    await one.answer(raised("A"), START + 20_000);
    expect(one.state().outcome).toMatchObject({ status: "SUCCEEDED", output: '"A"' });
  });

  test("evaluates the arguments anew for each try, with its number in the context object", async () => {
    const Arguments = { FunctionName: "work", Payload: { try: "{% $states.context.State.RetryCount %}" } };
    const one = await run({ Work: task({ Arguments, Retry: [{ ErrorEquals: ["States.ALL"] }] }) });
    await one.answer(raised("A"));
    await one.send({ type: "advance" }, START + 1_000);
    const payloads = one.commands.map((command) =>
      command.type === "invoke" && command.task.call.kind === "lambda" ? command.task.call.payload : null,
    );
    expect(payloads).toEqual(['{"try":0}', '{"try":1}']);
  });

  test("with MaxAttempts 0 does not retry", async () => {
    const one = await run({ Work: task({ Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 0 }] }) });
    await one.answer(raised("A"));
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "A" });
  });
});

describe("Catch", () => {
  test.each([
    ["States.TaskFailed", "Broken", true],
    ["States.ALL", "Broken", true],
    ["Other", "Broken", false],
  ])("%s, error %s: %s", async (name, error, caught) => {
    const Catch = [
      { ErrorEquals: [name], Next: "Caught", Assign: { seen: "{% $states.errorOutput.Error %}" } },
    ];
    const Caught = { Type: "Pass", Output: "{% $seen %}", End: true };
    const one = await run({ Work: task({ Catch }), Caught });
    await one.answer(raised(error));
    expect(one.state().outcome).toMatchObject(caught ? { output: '"Broken"' } : { status: "FAILED", error });
  });

  test("catches an expression that fails, as States.QueryEvaluationError", async () => {
    const Catch = [{ ErrorEquals: ["States.QueryEvaluationError"], Next: "Caught" }];
    const one = await run({
      Work: task({ Arguments: { FunctionName: "{% $nothing %}" }, Catch }),
      Caught: { Type: "Succeed" },
    });
    expect(one.types()).toContain("EvaluationFailed");
    expect(one.state().outcome?.status).toBe("SUCCEEDED");
  });

  test("whose own Output fails ends the execution", async () => {
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Caught", Output: "{% $nothing %}" }];
    const one = await run({ Work: task({ Catch }), Caught: { Type: "Succeed" } });
    await one.answer(raised("Broken"));
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError" });
  });
});

describe("what grows", () => {
  test("a state that catches its own failure, which quotes its input, stays within bounds", async () => {
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Each" }];
    const Each = { Type: "Map", ItemProcessor: branch("Item"), Catch, End: true };
    const one = await run({ Each }, { input: { not: "a list" } });
    for (let turns = 0; turns < 5; turns += 1) await one.send({ type: "advance" });
    expect(Math.max(...one.records.map((record) => JSON.stringify(record).length))).toBeLessThan(300_000);
  });

  test.each([
    ["JSONata", "a", "b"],
    ["JSONPath", "a.$", "b.$"],
  ])(
    "the variables of one Assign together are no more than one may be, in %s",
    async (QueryLanguage, a, b) => {
      const half = QueryLanguage === "JSONata" ? "{% $states.input.half %}" : "$.half";
      const states = (Assign: object) => ({ Keep: { Type: "Pass", Assign, End: true } });
      const input = { half: "é".repeat(65_535) };
      const fits = await run(states({ [a]: half, [b]: half }), { QueryLanguage, input });
      expect(fits.state().outcome).toMatchObject({ status: "SUCCEEDED" });
      const over = await run(states({ [a]: half, [b]: half, c: 1 }), { QueryLanguage, input });
      expect(over.state().outcome).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
    },
  );

  test("the results of branches together are no more than an output may be", async () => {
    const Big = { Type: "Pass", Output: "x".repeat(200_000), End: true };
    const Branches = [1, 2].map(() => ({ StartAt: "Big", States: { Big } }));
    const one = await run({ Both: { Type: "Parallel", Branches, End: true } });
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });
});

describe("waits", () => {
  test("end at their moment, as do timestamps, and at once when it has passed", async () => {
    const one = await run(
      { Sleep: { Type: "Wait", Seconds: "{% $states.input.s %}", End: true } },
      { input: { s: 90 } },
    );
    expect(nextWake(one.state())).toBe(START + 90_000);
    await one.send({ type: "advance" }, START + 90_000);
    expect(one.state().outcome).toMatchObject({ status: "SUCCEEDED" });
    const past = await run({ Sleep: { Type: "Wait", Timestamp: "2020-01-01T00:00:00Z", End: true } });
    expect(past.state().outcome).toMatchObject({ status: "SUCCEEDED" });
  });

  test.each([
    ["JSONata", { Timestamp: "2030-01-01T00:00:09.999Z" }],
    ["JSONata", { Timestamp: "{% '2030-01-01T01:00:09.5+01:00' %}" }],
    ["JSONPath", { TimestampPath: "$.until" }],
  ])("leave out what a timestamp says below the second, in %s", async (QueryLanguage, until) => {
    const Sleep = { Type: "Wait", ...until, End: true };
    const one = await run({ Sleep }, { QueryLanguage, input: { until: "2030-01-01T00:00:09.000000001Z" } });
    expect(nextWake(one.state())).toBe(START + 9_000);
  });

  test.each([-1, 1.5, "soon", 1e9])("refuse %s seconds", async (s) => {
    const one = await run(
      { Sleep: { Type: "Wait", Seconds: "{% $states.input.s %}", End: true } },
      { input: { s } },
    );
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError" });
  });
});

describe("choices", () => {
  const choose = (input: unknown, rest = {}) =>
    run(
      {
        Choose: {
          Type: "Choice",
          Choices: [
            { Condition: "{% $states.input.n > 5 %}", Next: "Big", Assign: { size: "big" } },
            { Condition: "{% $states.input.n > 1 %}", Next: "Big", Assign: { size: "middle" } },
          ],
          ...rest,
        },
        Big: { Type: "Pass", Output: "{% $size %}", End: true },
      },
      { input },
    );

  test("take the first rule that holds", async () => {
    expect((await choose({ n: 9 })).state().outcome).toMatchObject({ output: '"big"' });
    expect((await choose({ n: 2 })).state().outcome).toMatchObject({ output: '"middle"' });
  });

  test("fail without a rule or default, and when a condition is not a boolean", async () => {
    expect((await choose({ n: 0 })).state().outcome).toMatchObject({
      error: "States.Runtime",
      cause:
        "An error occurred while executing the state 'Choose' (entered at the event id #2). Failed to transition out of the state. The state does not point to a next state.",
    });
    const odd = await choose({}, { Choices: [{ Condition: "{% 'yes' %}", Next: "Big" }] });
    expect(odd.state().outcome).toMatchObject({ error: "States.QueryEvaluationError" });
  });
});

describe("an execution", () => {
  test("times out with all that is in it", async () => {
    const one = await run({ Work: task({}) }, { TimeoutSeconds: 7 });
    await one.send({ type: "advance" }, START + 7_000);
    expect(one.state().outcome).toEqual({ status: "TIMED_OUT", at: START + 7_000 });
    const details = { error: "States.Timeout" };
    expect(one.records.at(-1)).toMatchObject({ type: "ExecutionTimedOut", previousId: 0, details });
    expect(one.commands.at(-1)?.type).toBe("abort");
  });

  test("when stopped runs no Catch, and leaves its functions running", async () => {
    const one = await run({
      Work: task({ Catch: [{ ErrorEquals: ["States.ALL"], Next: "End" }] }),
      End: { Type: "Succeed" },
    });
    await one.send({ type: "stop", error: "Enough", cause: "the user" });
    expect(one.state().outcome).toMatchObject({ status: "ABORTED", error: "Enough", cause: "the user" });
    expect(one.records.at(-1)).toMatchObject({ type: "ExecutionAborted", previousId: 0 });
    expect(one.commands.filter(({ type }) => type === "abort")).toEqual([]);
    expect((await one.answer(returned(1))).records).toEqual([]);
  });

  test("that loops for ever fails at 25,000 events, and lets others go on meanwhile", async () => {
    const one = await run({ A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "A" } });
    expect(one.records.length).toBeLessThan(200);
    while (nextReady(one.state()) !== undefined) await one.send({ type: "advance" });
    expect(one.records).toHaveLength(25_000);
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });

  test("assigns and outputs against the variables as they were", async () => {
    const one = await run({
      A: { Type: "Pass", Assign: { n: 1 }, Next: "B" },
      B: { Type: "Pass", Assign: { n: "{% $n + 1 %}" }, Output: "{% $n %}", Next: "C" },
      C: { Type: "Pass", Output: "{% [$states.input, $n] %}", End: true },
    });
    expect(one.state().outcome).toMatchObject({ output: "[1,2]" });
  });

  test("fails when an output would be enormous, however small the expression that makes it", async () => {
    const doubled = `{% $reduce([1..40], function($a, $b) {{"x": $a, "y": $a}}, 1) %}`;
    const one = await run({ A: { Type: "Pass", Output: doubled, End: true } });
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError" });
  });
});

const branch = (name: string, rest: object = {}) => ({
  StartAt: name,
  States: { [name]: task({ Output: "{% $states.result.Payload %}", ...rest }) },
});

describe("a JSONPath state", () => {
  const JSONPath = { QueryLanguage: "JSONPath", inputText: "[ 1,\n 2.0 ]" };
  const pass = (rest: object) => ({ Pass: { Type: "Pass", End: true, ...rest } });
  const timed = (limit: string) => ({
    Work: {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage",
      [`${limit}SecondsPath`]: "$.b",
      End: true,
    },
  });

  test.each([
    [
      pass({ Parameters: { "a.$": "$.b" } }),
      "'$.b' specified for the field 'a.$' could not be found in the input",
    ],
    [pass({ Parameters: { "a.$": "States.Array($.b)" } }), "'$.b' could not be found in the input"],
    [
      { Fail: { Type: "Fail", ErrorPath: "$.b" } },
      "specified for the field 'ErrorPath' could not be found in the input",
    ],
    [timed("Timeout"), "'$.b' specified for the field 'TimeoutSecondsPath' could not be found in the input"],
    [
      timed("Heartbeat"),
      "'$.b' specified for the field 'HeartbeatSecondsPath' could not be found in the input",
    ],
  ])("quotes its input as it came where a path leads to nothing: %j", async (states, words) => {
    const one = await run(states, JSONPath);
    const { cause } = one.state().outcome as { cause?: string };
    expect(cause).toContain(`${words} '${JSONPath.inputText}'`);
  });

  test.each(["InputPath", "ResultPath", "OutputPath"])(
    "with $ as %s leaves its data as it came",
    async (field) => {
      const one = await run(pass({ [field]: "$" }), JSONPath);
      expect(one.state().outcome).toMatchObject({ status: "SUCCEEDED", output: JSONPath.inputText });
    },
  );

  test("that is a Map over its input names $ where that is no list", async () => {
    const one = await run(
      { Each: { Type: "Map", ItemProcessor: branch("Item"), End: true } },
      { QueryLanguage: "JSONPath", input: {} },
    );
    expect(one.state().outcome).toMatchObject({
      error: "States.Runtime",
      cause: expect.stringContaining('Reference path "$" must point to array.') as string,
    });
  });
});

describe("Parallel", () => {
  test("gathers the outputs of its branches in their order, whichever ends first", async () => {
    const one = await run({ Both: { Type: "Parallel", Branches: [branch("A"), branch("B")], End: true } });
    expect(invoked(one.commands)).toHaveLength(2);
    await one.answerAt(1, returned("second"));
    expect(one.state().outcome).toBeNull();
    await one.answerAt(0, returned("first"));
    expect(one.state().outcome).toMatchObject({ status: "SUCCEEDED", output: '["first","second"]' });
    expect(one.state().branches.size).toBe(1);
  });

  test("gives up the other branches when one fails, and their answers come too late", async () => {
    const Catch = [{ ErrorEquals: ["Broken"], Next: "Caught" }];
    const Both = { Type: "Parallel", Branches: [branch("A"), branch("B")], Catch, End: true };
    const one = await run({ Both, Caught: { Type: "Succeed" } });
    const other = answerTo(one.commands, returned("late"), 1);
    await one.answerAt(0, raised("Broken"));
    expect(one.state().outcome).toMatchObject({ status: "SUCCEEDED" });
    expect(one.types()).toEqual(expect.arrayContaining(["TaskStateAborted", "ParallelStateFailed"]));
    expect(one.commands.filter(({ type }) => type === "abort")).toHaveLength(1);
    expect((await one.send(other)).records).toEqual([]);
  });

  test("is passed over by States.Runtime in a branch, which fails the execution; a redrive goes on there", async () => {
    const broken = {
      StartAt: "B",
      States: { B: { Type: "Pass", QueryLanguage: "JSONPath", InputPath: "$.none", End: true } },
    };
    const handlers = {
      Retry: [{ ErrorEquals: ["States.ALL"] }],
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
    };
    const one = await run({
      Both: { Type: "Parallel", Branches: [branch("A"), broken], ...handlers, End: true },
      Caught: { Type: "Succeed" },
    });
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(one.types().slice(-2)).toEqual(["PassStateEntered", "ExecutionFailed"]);
    const [entered, failed] = one.records.slice(-2);
    expect(failed?.previousId).toBe(entered?.id);
    expect(one.commands.filter(({ type }) => type === "abort")).toHaveLength(1);
    await one.send({ type: "redrive" }, START + 5_000);
    expect(one.types().slice(-4)).toEqual([
      "ExecutionRedriven",
      "TaskScheduled",
      "TaskStarted",
      "ExecutionFailed",
    ]);
  });

  test("is retried as a whole", async () => {
    const Retry = [{ ErrorEquals: ["Broken"], MaxAttempts: 1 }];
    const one = await run({
      Both: { Type: "Parallel", Branches: [branch("A"), branch("B")], Retry, End: true },
    });
    await one.answerAt(0, raised("Broken"));
    await one.send({ type: "advance" }, START + 1_000);
    expect(invoked(one.commands)).toHaveLength(4);
    await one.answerAt(2, returned(1), START + 1_000);
    await one.answerAt(3, returned(2), START + 1_000);
    expect(one.state().outcome).toMatchObject({ output: "[1,2]" });
  });

  test("lets its branches read the variables outside, and keeps theirs to themselves", async () => {
    const inner = {
      StartAt: "Inner",
      States: {
        Inner: { Type: "Pass", Assign: { inner: "{% $outer & '!' %}" }, Next: "Show" },
        Show: { Type: "Pass", Output: "{% $inner %}", End: true },
      },
    };
    const one = await run({
      Set: { Type: "Pass", Assign: { outer: "hi" }, Next: "Split" },
      Split: { Type: "Parallel", Branches: [inner], Next: "After" },
      After: {
        Type: "Pass",
        Output: { result: "{% $states.input %}", leaked: "{% $exists($inner) %}" },
        End: true,
      },
    });
    expect(one.state().outcome).toMatchObject({ output: '{"result":["hi!"],"leaked":false}' });
  });

  test("ends with its execution's timeout, whatever its branches do", async () => {
    const one = await run(
      { Both: { Type: "Parallel", Branches: [branch("A"), branch("B")], End: true } },
      { TimeoutSeconds: 5 },
    );
    await one.send({ type: "advance" }, START + 5_000);
    expect(one.state().outcome?.status).toBe("TIMED_OUT");
    expect(one.commands.filter(({ type }) => type === "abort")).toHaveLength(2);
  });
});

describe("Map", () => {
  const map = (rest: object) => ({ Type: "Map", ItemProcessor: branch("Item"), End: true, ...rest });

  test("runs no more iterations at a time than MaxConcurrency", async () => {
    const one = await run({ Each: map({ MaxConcurrency: 2 }) }, { input: ["x", "y", "z"] });
    expect(invoked(one.commands)).toHaveLength(2);
    await one.answerAt(1, returned("b"));
    expect(invoked(one.commands)).toHaveLength(3);
    await one.answerAt(0, returned("a"));
    await one.answerAt(2, returned("c"));
    expect(one.state().outcome).toMatchObject({ output: '["a","b","c"]' });
  });

  test("gives ItemSelector the item and its place", async () => {
    const one = await run(
      {
        Each: map({
          Items: "{% $states.input.list %}",
          ItemSelector: {
            i: "{% $states.context.Map.Item.Index %}",
            v: "{% $states.context.Map.Item.Value %}",
            all: "{% $count($states.input.list) %}",
          },
        }),
      },
      { input: { list: ["x", "y"] } },
    );
    const payloads = invoked(one.commands).map(({ task: { call } }) => "payload" in call && call.payload);
    expect(payloads).toEqual(['{"i":0,"v":"x","all":2}', '{"i":1,"v":"y","all":2}']);
  });

  const distributed = (bounds: object) => ({
    Each: map({
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        ...branch("Item"),
      },
      ...bounds,
    }),
  });
  const reader = (config: object) =>
    distributed({ ItemReader: { Resource: "arn:aws:states:::s3:getObject", ReaderConfig: config } });
  const batcher = (ItemBatcher: object) => distributed({ ItemBatcher, ItemsPath: "$.list" });

  test.each([
    ["MaxConcurrency", distributed({ ItemsPath: "$.list", MaxConcurrencyPath: "$.n" })],
    ["ToleratedFailureCount", distributed({ ItemsPath: "$.list", ToleratedFailureCountPath: "$.n" })],
    ["MaxItems", reader({ InputType: "JSON", MaxItemsPath: "$.n" })],
    ["MaxItemsPerBatch", batcher({ MaxItemsPerBatchPath: "$.n" })],
    ["MaxInputBytesPerBatch", batcher({ MaxInputBytesPerBatchPath: "$.n" })],
  ])("tells in the same words that %s is no whole number, or not there", async (name, states) => {
    const cause = async (input: object) => {
      const one = await run(states, { QueryLanguage: "JSONPath", input });
      return one.state().outcome as { cause?: string };
    };
    expect((await cause({ list: [], n: 1.5 })).cause).toContain(
      `The ${name}Path field refers to value "1.5" which is not a valid integer: $.n`,
    );
    expect((await cause({ list: [] })).cause).toContain(
      `The JSONPath '$.n' specified for the field '${name}Path' could not be found in the input '{"list":[]}'`,
    );
  });

  test("does not take a part of an item from an expression for MaxItems", async () => {
    const one = await run(reader({ InputType: "JSON", MaxItems: "{% 1.5 %}" }));
    expect(one.state().outcome).toMatchObject({ error: "States.QueryEvaluationError" });
  });

  test("fails with a plain cause, and may be caught, where ItemsPath or ResultPath cannot be followed", async () => {
    const conflict = "States.ReferencePathConflict";
    const each = (rest: object) =>
      run({ Each: map(rest), Caught: { Type: "Succeed" } }, { QueryLanguage: "JSONPath" });
    const missing = await each({ ItemsPath: "$.list" });
    const cause = 'Unable to apply step "list" to input {}';
    expect(missing.state().outcome).toMatchObject({ error: conflict, cause });
    expect(missing.types().slice(-2)).toEqual(["MapStateFailed", "ExecutionFailed"]);
    const caught = await each({ ItemsPath: "$.list", Catch: [{ ErrorEquals: [conflict], Next: "Caught" }] });
    expect(caught.state().outcome).toMatchObject({ status: "SUCCEEDED" });
    const placed = await run(
      { Pass: { Type: "Pass", ResultPath: "$.a", End: true } },
      { QueryLanguage: "JSONPath", input: "text" },
    );
    const unplaced = 'Unable to apply ReferencePath $.a to input "text"';
    expect(placed.state().outcome).toMatchObject({ error: conflict, cause: unplaced });
    const long = await run(
      { Each: map({ ItemsPath: "$.list" }) },
      { QueryLanguage: "JSONPath", input: { text: "x".repeat(100_000) } },
    );
    expect((long.state().outcome as { cause?: string }).cause).toHaveLength(32_768);
  });

  test("of nothing gives nothing", async () => {
    const one = await run({ Each: map({}) }, { input: [] });
    expect(one.state().outcome).toMatchObject({ output: "[]" });
  });

  test("is passed over by States.Runtime in an iteration", async () => {
    const ItemProcessor = {
      StartAt: "I",
      States: { I: { Type: "Pass", QueryLanguage: "JSONPath", InputPath: "$.ok", End: true } },
    };
    const one = await run({ Each: map({ ItemProcessor, MaxConcurrency: 1 }) }, { input: [{ ok: 1 }, {}] });
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(one.types().slice(-3)).toEqual(["MapIterationStarted", "PassStateEntered", "ExecutionFailed"]);
  });

  test("nests, and fails from the innermost iteration outwards", async () => {
    const inner = { StartAt: "Inner", States: { Inner: map({}) } };
    const one = await run({ Outer: map({ ItemProcessor: inner }) }, { input: [["x"], ["y", "z"]] });
    expect(invoked(one.commands)).toHaveLength(3);
    await one.answerAt(2, raised("Broken"));
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "Broken" });
    expect(one.types().filter((type) => type === "MapStateFailed")).toHaveLength(2);
    expect(one.types().filter((type) => type === "MapIterationAborted").length).toBeGreaterThanOrEqual(2);
  });

  test("of 2,000 items takes no look at all of them for each answer", async () => {
    const one = await run({ Each: map({}) }, { input: Array.from({ length: 2_000 }, (_, n) => `${n}`) });
    while (nextReady(one.state()) !== undefined) await one.send({ type: "advance" });
    expect(one.state().pending).toBe(2_000);
    for (let place = 0; place < 2_000; place += 1) await one.answerAt(place, returned(place));
    const { outcome } = one.state();
    expect(outcome?.status === "SUCCEEDED" && JSON.parse(outcome.output)).toHaveLength(2_000);
  });
});

describe("tasks that somebody else ends", () => {
  const waiting = {
    Ask: {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Arguments: { MessageBody: "{% $states.context.Task.Token %}" },
      HeartbeatSeconds: 10,
      End: true,
    },
  };

  test("carry their token in what they call, and wait after that is accepted", async () => {
    const one = await run(waiting);
    const { task: asked } = invoked(one.commands)[0] as Invoke;
    expect(asked.call.kind === "service" && asked.call.parameters).toBe(
      JSON.stringify({ MessageBody: asked.token }),
    );
    await one.answer({ kind: "submitted", output: "{}" });
    await one.answer({ kind: "submitted", output: "{}" });
    expect(one.types().filter((type) => type === "TaskSubmitted")).toHaveLength(1);
    expect(one.state()).toMatchObject({ pending: 0, outcome: null });
    await one.answer({ kind: "succeeded", output: '"done"' });
    expect(one.state().outcome).toMatchObject({ output: '"done"' });
  });

  test("leave no heap of moments behind that their heartbeats have put off", async () => {
    const Sleep = { Type: "Wait", Seconds: 5, End: true };
    const branches = [
      { StartAt: "Sleep", States: { Sleep } },
      { StartAt: Object.keys(waiting)[0], States: waiting },
    ];
    const one = await run({ Both: { Type: "Parallel", Branches: branches, End: true } });
    for (let beat = 0; beat < 1_000; beat += 1) await one.answer({ kind: "heartbeat" }, START + beat);
    expect(one.state().alarms.size).toBeLessThan(200);
    await one.send({ type: "advance" }, START + 5_000);
    expect(nextWake(one.state())).toBe(START + 999 + 10_000);
  });

  test("miss their heartbeat unless one comes in time", async () => {
    const one = await run(waiting);
    await one.answer({ kind: "submitted", output: "{}" });
    await one.answer({ kind: "heartbeat" }, START + 9_000);
    await one.send({ type: "advance" }, START + 10_000);
    expect(one.state().outcome).toBeNull();
    expect(nextWake(one.state())).toBe(START + 19_000);
    await one.send({ type: "advance" }, START + 19_000);
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.Timeout" });
  });
});

describe("a redrive", () => {
  test("goes on where the execution failed, with what had ended kept and the retries counted anew", async () => {
    const Retry = [{ ErrorEquals: ["Broken"], MaxAttempts: 1, IntervalSeconds: 1 }];
    const one = await run({
      First: { Type: "Pass", Assign: { n: 1 }, Next: "Both" },
      Both: { Type: "Parallel", Branches: [branch("A"), branch("B", { Retry })], End: true },
    });
    await one.answerAt(0, returned("kept"));
    await one.answerAt(1, raised("Broken"));
    await one.send({ type: "advance" }, START + 1_000);
    await one.answerAt(2, raised("Broken"), START + 1_000);
    expect(one.state().outcome?.status).toBe("FAILED");
    await one.send({ type: "redrive" }, START + 60_000);
    expect(one.types().at(-3)).toBe("ExecutionRedriven");
    expect(invoked(one.commands)).toHaveLength(4);
    await one.answer(raised("Broken"), START + 61_000);
    await one.send({ type: "advance" }, START + 62_000);
    await one.answer(returned("mended"), START + 62_000);
    expect(one.state().outcome).toMatchObject({ output: '["kept","mended"]' });
    expect(one.state().redriveCount).toBe(1);
  });

  test("takes up the very map run that had failed, and a retry begins another", async () => {
    const ItemProcessor = {
      ...branch("Item"),
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    };
    const Retry = [{ ErrorEquals: ["TooMany"], MaxAttempts: 1 }];
    const one = await run({ Each: { Type: "Map", ItemProcessor, Retry, End: true } }, { input: [1, 2] });
    const runs = () =>
      one.commands.flatMap((command) => (command.type === "startMapRun" ? [command.run] : []));
    const ended = (answer: object, at: number) =>
      one.send({ type: "mapRunEnded", branch: 0, run: runs().at(-1)?.id, answer }, at);
    const failed = { kind: "failed", error: "TooMany" };
    await ended(failed, START);
    await one.send({ type: "advance" }, START + 1_000);
    expect(new Set(runs().map(({ id }) => id)).size).toBe(2);
    await ended(failed, START + 1_000);
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "TooMany" });
    await one.send({ type: "redrive" }, START + 2_000);
    expect(one.types().slice(-2)).toEqual(["ExecutionRedriven", "MapRunRedriven"]);
    expect(runs()[2]).toEqual(runs()[1]);
    await ended({ kind: "succeeded", output: "[1,2]" }, START + 3_000);
    expect(one.state().outcome).toMatchObject({ status: "SUCCEEDED", output: "[1,2]" });
  });

  test("takes up an execution that was stopped or timed out, and leaves one that succeeded", async () => {
    const stopped = await run({ Work: task({ TimeoutSeconds: 30 }) });
    await stopped.send({ type: "stop" });
    await stopped.send({ type: "redrive" }, START + 5_000);
    await stopped.answer(returned(1), START + 6_000);
    expect(stopped.state().outcome).toMatchObject({ status: "SUCCEEDED" });
    expect((await stopped.send({ type: "redrive" })).records).toEqual([]);
  });
});

test.each([
  ["SecondsPath", { Type: "Wait", SecondsPath: "$.n", End: true }],
  ["TimeoutSecondsPath", { Type: "Task", Resource: INVOKE, TimeoutSecondsPath: "$.n", End: true }],
])("a text that is no number is shown as it is: %s", async (name, state) => {
  const { state: after } = await run({ S: state }, { QueryLanguage: "JSONPath", input: { n: "soon" } });
  expect(after().outcome).toMatchObject({
    error: "States.Runtime",
    cause: expect.stringContaining(
      `The ${name} parameter cannot be parsed as a long value: $.n == soon`,
    ) as string,
  });
});

describe("a task is not scheduled with what its call does not take", () => {
  const START = "arn:aws:states:::states:startExecution.sync:2";
  test.each([
    [INVOKE, { FunctionName: "f", Payload: 1 }, "The value for the field 'Payload' must be a STRING"],
    [INVOKE, { FunctionName: 5 }, "The value for the field 'FunctionName' must be a STRING"],
    [INVOKE, { Payload: "p" }, "The field 'FunctionName' is required but was missing"],
    [
      INVOKE,
      { FunctionName: "f", Name: "n", LogType: {} },
      "The field \"Name\" is not supported by Step Functions, The value for the field 'LogType' must be a STRING",
    ],
    [START, { StateMachineArn: null }, "The value for the field 'StateMachineArn' must be a STRING"],
    [START, { StateMachineArn: "a", Name: 7 }, "The value for the field 'Name' must be a STRING"],
  ])("%s with %j", async (Resource, given, problem) => {
    const one = await run({ Call: { Type: "Task", Resource, Arguments: given, End: true } });
    expect(one.state().outcome).toMatchObject({
      error: "States.Runtime",
      cause: `An error occurred while executing the state 'Call' (entered at the event id #2). The Arguments '${JSON.stringify(given)}' could not be used to start the Task: [${problem}]`,
    });
    expect(one.types()).not.toContain("TaskScheduled");
  });

  test.each([
    [INVOKE, { FunctionName: "f", Payload: [1], Qualifier: null }],
    [START, { StateMachineArn: "a", Input: 5 }],
  ])("%s takes %j", async (Resource, given) => {
    const one = await run({ Call: { Type: "Task", Resource, Arguments: given, End: true } });
    expect(one.types()).toContain("TaskScheduled");
  });

  test("whose Parameters are named where the state has a JSONPath", async () => {
    const cause = async (Parameters: object) => {
      const Work = { Type: "Task", Resource: INVOKE, Parameters, End: true };
      const one = await run({ Work }, { QueryLanguage: "JSONPath", input: { n: 1 } });
      return one.state().outcome as { cause?: string };
    };
    const start =
      "An error occurred while executing the state 'Work' (entered at the event id #2). The Parameters";
    expect((await cause({ FunctionName: "add", "Payload.$": "$.n" })).cause).toBe(
      `${start} '{"FunctionName":"add","Payload":1}' could not be used to start the Task: [The value for the field 'Payload' must be a STRING]`,
    );
    expect((await cause({ "FunctionName.$": "$.n" })).cause).toBe(
      `${start} '{"FunctionName":1}' could not be used to start the Task: [The value for the field 'FunctionName' must be a STRING]`,
    );
  });
});
