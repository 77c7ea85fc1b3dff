import { describe, expect, test } from "vitest";
import { compileMachine } from "./compile.js";
import { decide } from "./decide.js";
import { hasReady, nextWake, type ExecutionState, type LogRecord } from "./state.js";
import type { Command, CoreEvent, TaskAnswer } from "./turn.js";

const START = Date.UTC(2030, 0, 1);
const INVOKE = "arn:aws:states:::lambda:invoke";

/** Drives one execution by hand. */
async function run(
  states: Record<string, unknown>,
  options: { input?: unknown; TimeoutSeconds?: number } = {},
) {
  const { input = {}, ...rest } = options;
  const machine = compileMachine({
    QueryLanguage: "JSONata",
    StartAt: Object.keys(states)[0],
    States: states,
    ...rest,
  });
  let state: ExecutionState | null = null;
  const records: LogRecord[] = [];
  const commands: Command[] = [];
  const send = async (event: Record<string, unknown>, at = START) => {
    const decision = await decide(machine, state, { at, seed: "seed", ...event } as CoreEvent);
    state = decision.state;
    records.push(...decision.records);
    commands.push(...decision.commands);
    return decision;
  };
  const identity = {
    arn: "arn:aws:states:us-east-1:000000000000:execution:machine:one",
    name: "one",
    input: JSON.stringify(input),
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
    answer: (answer: TaskAnswer, at = START) =>
      send({ type: "answer", branch: 0, task: lastInvoked(commands), answer }, at),
    types: () => records.filter(({ id }) => id > 0).map(({ type }) => type),
  };
}

function lastInvoked(commands: Command[]): number {
  return commands.flatMap((command) => (command.type === "invoke" ? [command.task.id] : [])).at(-1) as number;
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
      { type: "invoke", task: { functionName: "work", payload: '{"a":1}' } },
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
      { FunctionName: "f", InvocationType: "Event" },
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
    const payloads = one.commands.map((command) => (command.type === "invoke" ? command.task.payload : null));
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
    expect((await choose({ n: 0 })).state().outcome).toMatchObject({ error: "States.NoChoiceMatched" });
    const odd = await choose({}, { Choices: [{ Condition: "{% 'yes' %}", Next: "Big" }] });
    expect(odd.state().outcome).toMatchObject({ error: "States.QueryEvaluationError" });
  });
});

describe("an execution", () => {
  test("times out with all that is in it", async () => {
    const one = await run({ Work: task({}) }, { TimeoutSeconds: 7 });
    await one.send({ type: "advance" }, START + 7_000);
    expect(one.state().outcome?.status).toBe("TIMED_OUT");
    expect(one.commands.at(-1)?.type).toBe("abort");
  });

  test("when stopped runs no Catch, and leaves its functions running", async () => {
    const one = await run({
      Work: task({ Catch: [{ ErrorEquals: ["States.ALL"], Next: "End" }] }),
      End: { Type: "Succeed" },
    });
    await one.send({ type: "stop", error: "Enough", cause: "the user" });
    expect(one.state().outcome).toMatchObject({ status: "ABORTED", error: "Enough", cause: "the user" });
    expect(one.commands.filter(({ type }) => type === "abort")).toEqual([]);
    expect((await one.answer(returned(1))).records).toEqual([]);
  });

  test("that loops for ever fails at 25,000 events, and lets others go on meanwhile", async () => {
    const one = await run({ A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "A" } });
    expect(one.records.length).toBeLessThan(200);
    while (hasReady(one.state())) await one.send({ type: "advance" });
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

  test("fails when an output is over 256 KiB, however small the expression that makes it", async () => {
    const doubled = `{% $reduce([1..40], function($a, $b) {{"x": $a, "y": $a}}, 1) %}`;
    const one = await run({ A: { Type: "Pass", Output: doubled, End: true } });
    expect(one.state().outcome).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });
});
