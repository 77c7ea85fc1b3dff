import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { judge, pass, type State, task } from "./testing/judge.js";

// The community's schema validator is a good witness, and slow: it compiles its schemas anew for each definition.
// Here it gets the same compiler each time, which has compiled them already.
type Validator = (definition: unknown) => { isValid: boolean };
type Compiler = new (options: unknown) => { addKeyword: (keyword: unknown) => unknown };
const require = createRequire(import.meta.url);
const ajv = createRequire(require.resolve("asl-validator"))("ajv") as { default: Compiler };
ajv.default = once(ajv.default);
const isValid = require("asl-validator") as Validator;
function once(Original: Compiler): Compiler {
  let only: InstanceType<Compiler> | undefined;
  return function compilerOf(options: unknown) {
    // It knows its keywords the second time.
    if (only !== undefined) only.addKeyword = () => only;
    only ??= new Original(options);
    return only;
  } as unknown as Compiler;
}

const B = { Type: "Succeed" };
const processor = { StartAt: "I", States: { I: pass } };
const map = { Type: "Map", ItemProcessor: processor, End: true };
const wait = { Type: "Wait", End: true };

const withB = (state: unknown, rest: object = {}): State => ({
  StartAt: "A",
  States: { A: state, B },
  ...rest,
});
const rule = (fields: object) => withB({ Type: "Choice", Choices: [{ Next: "B", ...fields }] });
const retrier = (fields: object) => withB({ ...task, End: undefined, Next: "B", Retry: [fields] });
const catcher = (fields: object) => withB({ ...task, End: undefined, Next: "B", Catch: [fields] });
const next = (fields: object) => withB({ ...fields, End: undefined, Next: "B" });
const inJsonata = (fields: object) =>
  withB({ ...fields, End: undefined, Next: "B" }, { QueryLanguage: "JSONata" });

/** A definition for each kind of thing that it finds. */
const BAD: State = {
  "no start": { States: { A: pass } },
  "no states": { StartAt: "A" },
  "a field of the machine": { ...withB(pass), Extra: 1 },
  "the machine's comment": next({ ...pass, Comment: 1 }),
  "the machine's timeout": { ...next(pass), TimeoutSeconds: -1 },
  "the machine's language": { ...next(pass), QueryLanguage: "SQL" },
  "no type": withB({ Next: "B" }),
  "a type": next({ Type: "Sleep" }),
  "a field of a state": next({ ...pass, Retries: [] }),
  "a field of another type": next({ ...pass, Resource: "arn:aws:lambda:us-east-1:123456789012:function:f" }),
  "a long name": { StartAt: "x".repeat(81), States: { ["x".repeat(81)]: pass } },
  "next and end": withB({ ...pass, Next: "B" }),
  "no next and no end": withB({ Type: "Pass" }),
  "a missing target": withB({ Type: "Pass", Next: "C" }),
  "a missing start": { StartAt: "X", States: { A: pass } },
  "a missing default": withB({
    Type: "Choice",
    Choices: [{ Variable: "$.a", IsNull: true, Next: "B" }],
    Default: "X",
  }),
  "an unreachable state": withB(pass),
  "no end": { StartAt: "A", States: { A: { Type: "Pass", Next: "C" }, C: { Type: "Pass", Next: "A" } } },
  "a name twice": withB({
    ...map,
    ItemProcessor: { StartAt: "B", States: { B: pass } },
    End: undefined,
    Next: "B",
  }),
  "a path": next({ ...pass, InputPath: "$.a[" }),
  "a result path": next({ ...pass, ResultPath: "$.a[*]" }),
  "a result path in the context": next({ ...pass, ResultPath: "$$.a" }),
  "a payload path": next({ ...pass, Parameters: { "a.$": "a.b" } }),
  "a payload that is no text": next({ ...pass, Parameters: { "a.$": 1 } }),
  "a payload's name twice": next({ ...pass, Parameters: { "a.$": "$.a", a: 1 } }),
  "no resource": next({ Type: "Task" }),
  "a resource": next({ ...task, Resource: "f" }),
  "two timeouts": next({ ...task, TimeoutSeconds: 1, TimeoutSecondsPath: "$.t" }),
  "two heartbeats": next({ ...task, HeartbeatSeconds: 1, HeartbeatSecondsPath: "$.t" }),
  "a timeout": next({ ...task, TimeoutSeconds: 0 }),
  "a timeout path": next({ ...task, TimeoutSecondsPath: "$.a[*]" }),
  "a retrier's errors": retrier({}),
  "a retrier's interval": retrier({ ErrorEquals: ["A"], IntervalSeconds: "1" }),
  "a retrier's attempts": retrier({ ErrorEquals: ["A"], MaxAttempts: -1 }),
  "a retrier's rate": retrier({ ErrorEquals: ["A"], BackoffRate: 0.5 }),
  "a retrier's jitter": retrier({ ErrorEquals: ["A"], JitterStrategy: "HALF" }),
  "a retrier's field": retrier({ ErrorEquals: ["A"], Next: "B" }),
  "a catcher's target": catcher({ ErrorEquals: ["A"] }),
  "a catcher's missing target": catcher({ ErrorEquals: ["A"], Next: "X" }),
  "a catcher's path": catcher({ ErrorEquals: ["A"], Next: "B", ResultPath: "$..a" }),
  "no choices": withB({ Type: "Choice" }),
  "no rule": withB({ Type: "Choice", Choices: [] }),
  "a rule without target": rule({ Variable: "$.a", IsNull: true, Next: undefined }),
  "a rule without comparison": rule({ Variable: "$.a" }),
  "two comparisons": rule({ Variable: "$.a", IsNull: true, IsPresent: true }),
  "a comparison's type": rule({ Variable: "$.a", NumericEquals: "1" }),
  "a comparison's time": rule({ Variable: "$.a", TimestampEquals: "noon" }),
  "a comparison's path": rule({ Variable: "$.a", StringEqualsPath: "a" }),
  "a variable": rule({ Variable: "a", IsNull: true }),
  "an inner target": rule({ Not: { Variable: "$.a", IsNull: true, Next: "B" } }),
  "a JSONata rule in JSONPath": rule({ Condition: "{% true %}" }),
  "no time": next(wait),
  "two times": next({ ...wait, Seconds: 1, Timestamp: "2030-01-01T00:00:00Z" }),
  seconds: next({ ...wait, Seconds: -1 }),
  "a time": next({ ...wait, Timestamp: "noon" }),
  "two errors": { StartAt: "A", States: { A: { Type: "Fail", Error: "e", ErrorPath: "$.e" } } },
  "two causes": { StartAt: "A", States: { A: { Type: "Fail", Cause: "c", CausePath: "$.c" } } },
  "no branches": next({ Type: "Parallel" }),
  "a branch": next({ Type: "Parallel", Branches: [{ StartAt: "I" }] }),
  "a branch's target": next({
    Type: "Parallel",
    Branches: [{ StartAt: "I", States: { I: { Type: "Pass", Next: "B" } } }],
  }),
  "no processor": next({ Type: "Map" }),
  "two processors": next({ ...map, Iterator: processor }),
  "two selectors": next({ ...map, ItemSelector: { a: 1 }, Parameters: { a: 1 } }),
  "a mode": next({ ...map, ItemProcessor: { ...processor, ProcessorConfig: { Mode: "FAR" } } }),
  "no execution type": next({
    ...map,
    ItemProcessor: { ...processor, ProcessorConfig: { Mode: "DISTRIBUTED" } },
  }),
  "two concurrencies": next({ ...map, MaxConcurrency: 1, MaxConcurrencyPath: "$.m" }),
  "a concurrency": next({ ...map, MaxConcurrency: -1 }),
  "two tolerated counts": next({ ...map, ToleratedFailureCount: 1, ToleratedFailureCountPath: "$.m" }),
  "two tolerated percentages": next({
    ...map,
    ToleratedFailurePercentage: 1,
    ToleratedFailurePercentagePath: "$.m",
  }),
  "a percentage": next({ ...map, ToleratedFailurePercentage: 101 }),
  "two batch sizes": next({ ...map, ItemBatcher: { MaxItemsPerBatch: 1, MaxItemsPerBatchPath: "$.m" } }),
  "two batch weights": next({
    ...map,
    ItemBatcher: { MaxInputBytesPerBatch: 1, MaxInputBytesPerBatchPath: "$.m" },
  }),
  "two reader limits": next({
    ...map,
    ItemReader: {
      Resource: "arn:aws:states:::s3:getObject",
      ReaderConfig: { MaxItems: 1, MaxItemsPath: "$.m" },
    },
  }),
  "no reader": next({ ...map, ItemReader: {} }),
  "no writer": next({ ...map, ResultWriter: {} }),
  "a JSONata field in JSONPath": next({ ...pass, Output: 1 }),
  "a JSONPath field in JSONata": inJsonata({ ...pass, InputPath: "$" }),
  "a JSONPath state in JSONata": inJsonata({ ...pass, QueryLanguage: "JSONPath" }),
  "an expression": inJsonata({ ...pass, Output: "{% 1 + %}" }),
  "an assigned expression": inJsonata({ ...pass, Assign: { a: ["{% ( %}"] } }),
  "an argument's expression": inJsonata({ ...task, Parameters: undefined, Arguments: { a: "{% [ %}" } }),
  "a computed condition": withB(
    { Type: "Choice", Choices: [{ Condition: "yes", Next: "B" }] },
    { QueryLanguage: "JSONata" },
  ),
  "computed seconds": inJsonata({ ...wait, Seconds: "soon" }),
  "computed items": inJsonata({ ...map, Items: "all" }),
};

// It takes these, and AWS does not.
const MISSED = [
  "a result path in the context",
  "a retrier's rate",
  "a retrier's jitter",
  "a retrier's field",
  "a catcher's path",
  "a comparison's time",
  "an inner target",
  "a JSONPath state in JSONata",
];

describe("whatever asl-validator finds, we find too", () => {
  test.each(Object.entries(BAD))("%s", (name, definition) => {
    const clean = JSON.parse(JSON.stringify(definition)) as unknown;
    expect(judge(clean)).not.toEqual([]);
    expect(isValid(clean).isValid).toBe(MISSED.includes(name));
  });
});
