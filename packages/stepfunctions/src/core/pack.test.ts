import fc from "fast-check";
import { expect, test } from "vitest";
import { pack, unpack } from "./pack.js";
import type { ExecutionIdentity, LogRecord, Then } from "./state.js";

const identity: ExecutionIdentity = {
  number: 1,
  arn: "arn:aws:states:us-east-1:000000000000:execution:machine:name",
  name: "name",
  input: '{"some":"input"}',
  startedAt: 5,
  roleArn: "arn:aws:iam::000000000000:role/role",
  machineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
  machineName: "machine",
};

// Few texts, so that they come again; some too short for a reference, some that look like one.
const text = fc.constantFrom(
  "",
  "a",
  "short",
  "a longer text",
  "another text",
  '{"$":1}',
  "__proto__",
  "ünïcödé \u2028",
);
const moment = fc.option(fc.nat());
const details = fc.dictionary(fc.constantFrom("input", "output", "name", "cause", "error"), text);
const then: fc.Arbitrary<Then> = fc.oneof(
  fc.constant<Then>({ kind: "end" }),
  fc.record({ kind: fc.constant("go" as const), state: text }),
  fc.record({ kind: fc.constant("map" as const), items: fc.array(text), maxConcurrency: fc.nat() }),
  fc.record({ kind: fc.constant("accept" as const), heartbeatAt: moment }),
  fc.record({
    kind: fc.constant("task" as const),
    task: fc.record({
      call: fc.record({
        kind: fc.constant("lambda" as const),
        functionName: text,
        qualifier: fc.option(text),
        payload: text,
      }),
      token: fc.option(text),
      timeoutAt: moment,
      heartbeatAt: moment,
      heartbeatSeconds: moment,
    }),
  }),
);
const shape = fc.record({
  type: fc.constantFrom("TaskStateEntered", "TaskScheduled", "SomethingNew"),
  branch: fc.nat(5),
  shown: fc.boolean(),
  previousId: fc.nat(20),
  details: fc.option(details, { nil: undefined }),
  then: fc.option(then, { nil: undefined }),
  aside: fc.boolean(),
});

test("the records of a turn come back as they were", () => {
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1 }), fc.nat(), fc.boolean(), (shapes, at, starting) => {
      let id = 20;
      const records = shapes.map(({ shown, aside, details: given, then: next, ...record }): LogRecord => {
        if (shown) id += 1;
        return {
          ...record,
          at,
          id: shown ? id : 0,
          ...(given === undefined ? {} : { details: given }),
          ...(next === undefined ? {} : { then: next }),
          ...(aside ? { aside: true as const } : {}),
        };
      });
      if (starting) records.unshift(start(at));
      // The first event of an execution has the id 1, and the next the one after it.
      const expected = starting ? records.filter(({ id: own }, place) => place === 0 || own === 0) : records;
      expect(unpack(pack(expected), identity)).toEqual(expected);
    }),
  );
});

test("variables may have any name", () => {
  const assignedVariables = JSON.parse('{"__proto__":"[1,2,3,4]","constructor":"[1,2,3,4]"}') as object;
  const record: LogRecord = {
    at: 1,
    branch: 0,
    id: 7,
    previousId: 6,
    type: "PassStateExited",
    details: { assignedVariables, name: "A", output: "[1,2,3,4]" },
  };
  const [back] = unpack(pack([record]), identity);
  expect(JSON.stringify(back)).toBe(JSON.stringify(record));
});

test("a turn says little: what is known or comes twice is not written again", () => {
  const long = JSON.stringify({ some: "x".repeat(1_000) });
  const records: LogRecord[] = ["PassStateExited", "PassStateEntered"].map((type, place) => ({
    at: 1,
    branch: 0,
    id: place + 3,
    previousId: place + 2,
    type,
    details: { name: "State", [place === 0 ? "output" : "input"]: long },
  }));
  expect(pack(records).length).toBeLessThan(long.length * 1.2);
});

function start(at: number): LogRecord {
  return {
    at,
    branch: 0,
    id: 1,
    previousId: 0,
    type: "ExecutionStarted",
    details: { input: identity.input, roleArn: identity.roleArn },
    then: { kind: "start", identity, region: 0, state: "the first state", timeoutSeconds: null },
  };
}
