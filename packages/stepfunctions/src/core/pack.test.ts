import fc from "fast-check";
import { expect, test } from "vitest";
import { Json } from "../json-text.js";
import { functionOf } from "./function-name.js";
import { lambdaCall } from "./lambda.js";
import { pack, unpack } from "./pack.js";
import type { ExecutionIdentity, LogRecord, TaskCall, Then } from "./state.js";
import { Words } from "./words.js";

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

const definition = {
  States: {
    "a state of it": { Resource: "arn:aws:lambda:us-east-1:000000000000:function:work" },
    B: { Parameters: { FunctionName: "arn:aws:lambda:us-east-1:000000000000:function:work:1" } },
  },
};
const words = Words.of(definition);

// Few texts, so that they come again; some too short for a reference, some that look like one.
const text = fc.constantFrom(
  "",
  "a",
  "0",
  '{"some":"input"}',
  "a longer text",
  "another text",
  '{"$":1}',
  "__proto__",
  "ünïcödé \u2028",
);
const name = fc.constantFrom("a state of it", "B", "C", "");
const arn = fc.constantFrom(
  "arn:aws:lambda:us-east-1:000000000000:function:work",
  "arn:aws:lambda:us-east-1:000000000000:function:other:live",
);
const limit = fc.option(fc.integer({ min: 1, max: 99 }));
const moment = fc.option(fc.nat());
type Body = Pick<LogRecord, "type" | "details" | "then" | "response">;

/** A record that has a form: what the core writes, and nothing else. */
function formed(at: number): fc.Arbitrary<Body> {
  const own = fc.constantFrom(
    { resource: "invoke", resourceType: "lambda" },
    { resource: "sendMessage.waitForTaskToken", resourceType: "sqs" },
  );
  return fc.oneof(
    fc.record({
      type: fc.constantFrom("TaskStateEntered", "MapStateEntered"),
      details: fc.record({ input: text, name }),
    }),
    fc.record({
      type: fc.constantFrom("TaskStateExited", "PassStateExited"),
      details: fc.record(
        { name, output: text, assignedVariables: fc.dictionary(text, text) },
        { requiredKeys: ["name", "output"] },
      ),
      then: fc.oneof(
        fc.constant<Then>({ kind: "end" }),
        fc.record({ kind: fc.constant("go" as const), state: name }),
      ),
    }),
    fc
      .tuple(arn, text, limit, limit, fc.boolean())
      .map(([resource, input, timeout, heartbeat, lent]): Body => {
        const call = { kind: "lambda", ...functionOf(resource), payload: input } as const;
        const details = {
          input,
          resource,
          ...(timeout === null ? {} : { timeoutInSeconds: timeout }),
          ...(lent ? { taskCredentials: { roleArn: "arn:aws:iam::000000000000:role/lent" } } : {}),
        };
        return { type: "LambdaFunctionScheduled", details, then: taskOf(call, null, timeout, heartbeat) };
      }),
    fc.constant<Body>({ type: "LambdaFunctionStarted" }),
    fc.record({
      type: fc.constantFrom("LambdaFunctionSucceeded", "ExecutionSucceeded"),
      details: fc.record({ output: text }),
    }),
    fc
      .tuple(arn, fc.constantFrom('{"some":"input"}', '"a"'), limit, limit, fc.option(text), fc.boolean())
      .map(([FunctionName, payload, timeout, heartbeat, token, invokes]): Body => {
        const parameters = `{"FunctionName":${JSON.stringify(FunctionName)},"Payload":${payload}}`;
        const resource = invokes ? "invoke" : "sendMessage";
        const resourceType = invokes ? "lambda" : "sqs";
        const details = {
          parameters,
          region: "us-east-1",
          resource,
          resourceType,
          ...(timeout === null ? {} : { timeoutInSeconds: timeout }),
          ...(heartbeat === null ? {} : { heartbeatInSeconds: heartbeat }),
        };
        const call = invokes
          ? lambdaCall(Json.text(parameters))
          : ({ kind: "service", resource: "sqs:sendMessage", parameters, name: "a-name" } as const);
        return { type: "TaskScheduled", details, then: taskOf(call, token, timeout, heartbeat) };
      }),
    fc.record({ type: fc.constant("TaskStarted"), details: own }),
    fc
      .tuple(own, text)
      .map(([details, output]): Body => ({ type: "TaskSucceeded", details: { output, ...details } })),
    fc.record({ type: fc.constant("TaskSucceeded"), details: own, response: response() }),
  );

  function taskOf(
    call: TaskCall,
    token: string | null,
    timeout: number | null,
    heartbeat: number | null,
  ): Then {
    const timeoutAt = timeout === null ? null : at + timeout * 1000;
    const heartbeatAt = heartbeat === null ? null : at + heartbeat * 1000;
    return { kind: "task", task: { call, token, timeoutAt, heartbeatAt, heartbeatSeconds: heartbeat } };
  }
}

function response() {
  return fc.record({
    payload: text,
    executedVersion: fc.constantFrom("$LATEST", "1"),
    statusCode: fc.constantFrom(200, 202),
  });
}

/** Any other record. */
const general: fc.Arbitrary<Body & { aside?: true }> = fc.record(
  {
    type: fc.constantFrom("TaskSubmitted", "ActivityScheduled", "SomethingNew"),
    details: fc.dictionary(fc.constantFrom("input", "output", "name", "cause", "error"), text),
    then: fc.oneof(
      fc.record({ kind: fc.constant("map" as const), items: fc.array(text), maxConcurrency: fc.nat() }),
      fc.record({ kind: fc.constant("accept" as const), heartbeatAt: moment }),
      fc.record({ kind: fc.constant("redrive" as const), timeoutAt: moment }),
      fc.record({
        kind: fc.constant("task" as const),
        task: fc.record({
          call: fc.record({ kind: fc.constant("activity" as const), arn: text, input: text }),
          token: fc.option(text),
          timeoutAt: moment,
          heartbeatAt: moment,
          heartbeatSeconds: moment,
        }),
      }),
    ),
    response: response(),
    aside: fc.constant(true as const),
  },
  { requiredKeys: ["type"] },
);
const place = fc.record({ branch: fc.nat(3), shown: fc.boolean(), back: fc.constantFrom(1, 1, 3) });
const moments = fc.nat().chain((at) =>
  fc.record({
    at: fc.constant(at),
    shapes: fc.array(fc.tuple(fc.oneof(formed(at), general), place), { minLength: 1 }),
  }),
);

test("the records of a turn come back as they were", () => {
  fc.assert(
    fc.property(moments, fc.boolean(), ({ at, shapes }, starting) => {
      let id = 20;
      const records = shapes.map(([body, { branch, shown, back }]): LogRecord => {
        if (shown) id += 1;
        return { ...body, branch, at, id: shown ? id : 0, previousId: shown ? id - back : back };
      });
      if (starting) records.unshift(start(at));
      // The first event of an execution has the id 1, and the next the one after it.
      const expected = starting ? records.filter(({ id: own }, at) => at === 0 || own === 0) : records;
      expect(unpack(pack(expected, words), identity, words)).toEqual(expected);
    }),
    { numRuns: 300 },
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
    details: { name: "A", output: "[1,2,3,4]", assignedVariables },
    then: { kind: "end" },
  };
  const [back] = unpack(pack([record], words), identity, words);
  expect(JSON.stringify(back)).toBe(JSON.stringify(record));
});

test("a turn says little: what is known or comes twice is not written again", () => {
  const long = JSON.stringify({ some: "x".repeat(1_000) });
  const common = { at: 1, branch: 0 };
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:work";
  const call = { kind: "lambda", functionName: "work", qualifier: null, payload: long } as const;
  const limits = { token: null, timeoutAt: null, heartbeatAt: null, heartbeatSeconds: null };
  const details = { name: "a state of it", output: long };
  const records: LogRecord[] = [
    { ...common, id: 3, previousId: 2, type: "LambdaFunctionSucceeded", details: { output: long } },
    { ...common, id: 4, previousId: 3, type: "TaskStateExited", details, then: { kind: "go", state: "B" } },
    { ...common, id: 5, previousId: 4, type: "TaskStateEntered", details: { name: "B", input: long } },
    {
      ...common,
      id: 6,
      previousId: 5,
      type: "LambdaFunctionScheduled",
      details: { input: long, resource: arn },
      then: { kind: "task", task: { call, ...limits } },
    },
    { ...common, id: 7, previousId: 6, type: "LambdaFunctionStarted" },
  ];
  expect(unpack(pack(records, words), identity, words)).toEqual(records);
  expect(pack(records, words).length).toBeLessThan(JSON.stringify(long).length + 60);
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
