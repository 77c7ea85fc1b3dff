import fc from "fast-check";
import { expect, test } from "vitest";
import { replay } from "./apply.js";
import { compileMachine } from "./compile.js";
import { decide } from "./decide.js";
import { pack, unpack } from "./pack.js";
import { type ExecutionState, type LogRecord, nextReady, nextWake } from "./state.js";
import type { CoreEvent } from "./turn.js";
import { Words } from "./words.js";

const NAMES = ["A", "B", "C", "D", "E"];
const START = Date.UTC(2030, 0, 1);

const name = fc.constantFrom(...NAMES);
const expression = fc.constantFrom(
  "{% $states.input %}",
  "{% $random() %}",
  "{% $uuid() %}",
  "{% $millis() %}",
  "{% $states.context.State %}",
  "{% $count %}",
  "{% $nothing %}",
  "{% $string($states.input) & 'x' %}",
  { deep: ["{% $states.input %}", 1] },
  "plain",
);
const result = { Output: expression, Assign: fc.record({ count: expression }, { requiredKeys: [] }) };
const onward = fc.oneof(fc.record({ Next: name }), fc.constant({ End: true }));
const errors = fc.constantFrom(["States.ALL"], ["Broken"], ["States.Timeout"], ["States.TaskFailed"]);

function stateOf(type: string, fields: Record<string, fc.Arbitrary<unknown>>, withNext: boolean) {
  const record = fc.record(
    { Type: fc.constant(type), ...fields },
    { requiredKeys: ["Type", ...(required(type) as "Type"[])] },
  );
  return withNext ? fc.tuple(record, onward).map(([state, next]) => ({ ...state, ...next })) : record;
}

function required(type: string): string[] {
  const fields = {
    Task: ["Resource"],
    Wait: ["Seconds"],
    Choice: ["Choices"],
    Parallel: ["Branches"],
    Map: ["ItemProcessor"],
  };
  return fields[type as keyof typeof fields] ?? [];
}

const state = fc.oneof(
  stateOf("Pass", result, true),
  stateOf("Wait", { Seconds: fc.constantFrom(0, 5, "{% $random() > 0.5 ? 1 : 30 %}"), ...result }, true),
  stateOf(
    "Task",
    {
      Resource: fc.constantFrom(
        "arn:aws:states:::lambda:invoke",
        "arn:aws:lambda:us-east-1:000000000000:function:work",
      ),
      Arguments: fc.constantFrom(
        { FunctionName: "work", Payload: "{% $states.input %}" },
        { FunctionName: "{% $uuid() %}" },
      ),
      TimeoutSeconds: fc.constantFrom(3, "{% 10 %}"),
      HeartbeatSeconds: fc.constantFrom(2),
      Retry: fc.array(
        fc.record({ ErrorEquals: errors, MaxAttempts: fc.nat(2), JitterStrategy: fc.constant("FULL") }),
        { maxLength: 2 },
      ),
      Catch: fc.array(fc.record({ ErrorEquals: errors, Next: name, Output: expression }), { maxLength: 2 }),
      ...result,
    },
    true,
  ),
  stateOf(
    "Choice",
    {
      Choices: fc.array(
        fc.record({ Condition: fc.constantFrom("{% $random() > 0.5 %}", true, "{% 1 %}"), Next: name }),
        { minLength: 1, maxLength: 2 },
      ),
      Default: name,
      ...result,
    },
    false,
  ),
  stateOf("Succeed", { Output: expression }, false),
  stateOf("Fail", { Error: fc.constantFrom("Mine", "{% $uuid() %}"), Cause: fc.constant("because") }, false),
);
const errorFields = {
  Retry: fc.array(
    fc.record({ ErrorEquals: errors, MaxAttempts: fc.nat(2), JitterStrategy: fc.constant("FULL") }),
    {
      maxLength: 2,
    },
  ),
  Catch: fc.array(fc.record({ ErrorEquals: errors, Next: name }), { maxLength: 2 }),
};

/** A part of a machine: nested ones are smaller. */
function region(depth: number): fc.Arbitrary<Record<string, unknown>> {
  const below = depth === 0 ? [] : [parallel(depth - 1), map(depth - 1)];
  const names = depth === 0 ? ["A", "B"] : NAMES;
  const any = fc.oneof(state, ...below, ...jsonPath);
  const states = fc.tuple(...NAMES.map(() => any));
  return fc.record({ StartAt: fc.constantFrom(...names), States: states }).map(({ StartAt, States }) => ({
    StartAt,
    States: Object.fromEntries(NAMES.map((key, i) => [key, States[i]])),
  }));
}

function parallel(depth: number): fc.Arbitrary<unknown> {
  const branches = fc.array(region(depth), { minLength: 1, maxLength: 3 });
  return stateOf("Parallel", { Branches: branches, ...errorFields, ...result }, true);
}

function map(depth: number): fc.Arbitrary<unknown> {
  return stateOf(
    "Map",
    {
      Items: fc.constantFrom([1, 2, 3], [], "{% [1..5] %}", "{% $states.input %}"),
      ItemProcessor: region(depth),
      ItemSelector: fc.constantFrom({ item: "{% $states.context.Map.Item %}" }, "{% $uuid() %}"),
      MaxConcurrency: fc.constantFrom(0, 1, 2),
      ...errorFields,
      ...result,
    },
    true,
  );
}

const WAITING = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
const jsonPath = [
  fc.record({
    QueryLanguage: fc.constant("JSONPath"),
    Type: fc.constant("Task"),
    Resource: fc.constantFrom(WAITING, "arn:aws:states:us-east-1:000000000000:activity:work"),
    Parameters: fc.constantFrom({ "t.$": "$$.State.Name" }, { "all.$": "$" }),
    ResultPath: fc.constantFrom("$.result", null),
    HeartbeatSeconds: fc.constantFrom(2, 10),
    Next: name,
    ...errorFields,
  }),
  fc.record({
    QueryLanguage: fc.constant("JSONPath"),
    Type: fc.constant("Pass"),
    Parameters: fc.constantFrom(
      { "r.$": "States.MathRandom(1, 100)" },
      { "u.$": "States.UUID()" },
      { "x.$": "$.x" },
    ),
    Assign: fc.constantFrom({ "count.$": "$" }, { count: 1 }),
    Next: name,
  }),
];
const machine = fc
  .tuple(region(1), fc.constantFrom(60, 10_000))
  .map(([root, TimeoutSeconds]) => ({ QueryLanguage: "JSONata", TimeoutSeconds, ...root }));
const happening = fc.record({
  kind: fc.constantFrom(
    "answer",
    "answer",
    "answer",
    "raise",
    "refuse",
    "time",
    "time",
    "stale",
    "stop",
    "redrive",
    "submit",
    "take",
    "beat",
    "end",
    "fail",
  ),
  which: fc.nat(5),
  seed: fc.string({ minLength: 1 }),
  wait: fc.nat(20_000),
});

type Happening = { kind: string; which: number; seed: string; wait: number };

/** The event that a happening is for a state; the same happening gives the same event. */
function eventFor(state: ExecutionState, { kind, which, seed }: Happening, at: number): CoreEvent {
  const waiting = [...state.branches.values()].flatMap(({ id, position }) =>
    position.kind === "task" ? [{ branch: id, task: position.task.id }] : [],
  );
  const one = waiting[which % Math.max(1, waiting.length)] ?? { branch: 0, task: 0 };
  const answer = (given: object) => ({ type: "answer", ...one, answer: given });
  const reply = { kind: "returned", statusCode: 200, executedVersion: "1", payload: '{"ok":true}' };
  const failed = { ...reply, payload: '{"errorType":"Broken"}', functionError: "Unhandled" };
  const refusal = { kind: "refused", code: "ServiceException", message: "no", statusCode: 500 };
  const body = {
    answer: answer(reply),
    raise: answer(failed),
    refuse: answer(refusal),
    stale: { ...answer(reply), task: 1 },
    stop: { type: "stop", error: "Enough" },
    time: { type: "advance" },
    redrive: { type: "redrive" },
    submit: answer({ kind: "submitted", output: "{}" }),
    take: answer({ kind: "taken", workerName: "me" }),
    beat: answer({ kind: "heartbeat" }),
    end: answer({ kind: "succeeded", output: '[1,2,{"x":3}]' }),
    fail: answer({ kind: "failed", error: "Broken", cause: "by itself" }),
  }[kind];
  return { at, seed, ...body } as CoreEvent;
}

const identity = {
  number: 1,
  arn: "arn:aws:states:us-east-1:000000000000:execution:machine:one",
  name: "one",
  input: '{"n": 1}',
  startedAt: START,
  roleArn: "arn:aws:iam::000000000000:role/role",
  machineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
  machineName: "machine",
};

test("a log read back gives exactly the state that wrote it, and each event decided again the same records", async () => {
  await fc.assert(
    fc.asyncProperty(machine, fc.array(happening, { maxLength: 20 }), async (definition, happenings) => {
      const compiled = compileMachine(definition);
      const words = Words.of(definition);
      const log: LogRecord[] = [];
      const events: [CoreEvent, number][] = [];
      let at = START;
      let live: ExecutionState | null = null;
      const send = async (event: CoreEvent): Promise<ExecutionState> => {
        events.push([event, log.length]);
        const decision = await decide(compiled, live, event, settings);
        if (decision.records.length > 0) log.push(...unpack(pack(decision.records, words), identity, words));
        expect(decision.fault).toBeUndefined();
        live = decision.state;
        return live;
      };
      let now = await send({ at, seed: "start", type: "start", identity });
      for (const one of happenings) {
        // Maps in loops grow without end, and each event is decided again below from all that came before it.
        if (log.length > MOST_RECORDS) break;
        if (one.kind === "time") at = Math.max(at, Math.min(nextWake(now) ?? at, at + one.wait));
        now = await send(eventFor(now, one, at));
        for (
          let turns = 0;
          nextReady(now) !== undefined && turns < 3 && log.length <= MOST_RECORDS;
          turns += 1
        )
          now = await send({ at, seed: `${one.seed}${turns}`, type: "advance" });
      }
      expect(essence(replay(log))).toEqual(essence(now));
      wellFormed(log);
      for (const [event, length] of events) {
        const before = length === 0 ? null : replay(log.slice(0, length));
        const again = await decide(compiled, before, event, settings);
        const expected = log.slice(length, length + again.records.length);
        expect(again.records.length === 0 ? [] : unpack(pack(again.records, words), identity, words)).toEqual(
          expected,
        );
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);

const MOST_RECORDS = 1_000;
const settings = { waitScale: 1 };

/** A state without what is put in order only when it is looked at. */
function essence(state: ExecutionState): unknown {
  const { ready, alarms, ...rest } = state;
  void [ready, alarms];
  return { ...rest, wake: nextWake(state), ready: nextReady(state)?.id };
}

/** Ids count up from 1 without a gap, each event follows an earlier one, and nothing follows the end. */
function wellFormed(log: LogRecord[]): void {
  const events = log.filter(({ id }) => id > 0);
  expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
  expect(events.every(({ id, previousId }) => previousId < id)).toBe(true);
  const end = log.findIndex(({ type }) => /^Execution(Succeeded|Failed|TimedOut|Aborted)$/.test(type));
  if (end >= 0 && end < log.length - 1) expect(log[end + 1]?.type).toBe("ExecutionRedriven");
}
