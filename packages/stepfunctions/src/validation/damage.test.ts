import fc from "fast-check";
import { expect, test } from "vitest";
import { pass, task } from "./testing/judge.js";
import { validateDefinition } from "./validate.js";
import { variableReferences } from "./variables.js";

const B = { Type: "Succeed" };
const processor = {
  ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
  StartAt: "I",
  States: { I: { ...pass, Assign: { "x.$": "$.a" }, Parameters: { "b.$": "States.Format('{}', $v)" } } },
};
const handlers = {
  Retry: [{ ErrorEquals: ["A"], MaxAttempts: 2 }, { ErrorEquals: ["States.ALL"] }],
  Catch: [{ ErrorEquals: ["States.ALL"], Next: "B", ResultPath: "$.e", Assign: { e: 1 } }],
};

/** Good states of every type. */
const STATES = [
  { ...pass, Parameters: { "a.$": "$.a" }, ResultPath: "$.a", End: undefined, Next: "B" },
  { ...task, ...handlers, TimeoutSeconds: 9, HeartbeatSeconds: 5, End: undefined, Next: "B" },
  {
    Type: "Choice",
    Choices: [
      { Variable: "$.a", IsNull: true, Next: "B" },
      { Not: { And: [{ Variable: "$v", StringEquals: "x" }] }, Next: "B" },
    ],
    Default: "B",
  },
  {
    Type: "Choice",
    QueryLanguage: "JSONata",
    Choices: [{ Condition: "{% $v > 1 %}", Output: {}, Next: "B" }],
    Default: "B",
  },
  { Type: "Wait", TimestampPath: "$.t", Next: "B" },
  {
    Type: "Parallel",
    ...handlers,
    Branches: [{ StartAt: "I", States: { I: { Type: "Fail", Error: "e" } } }],
    Next: "B",
  },
  {
    Type: "Map",
    ...handlers,
    ItemReader: {
      Resource: "arn:aws:states:::s3:getObject",
      Parameters: { Bucket: "b", Key: "k" },
      ReaderConfig: { InputType: "JSON" },
    },
    ItemBatcher: { MaxItemsPerBatch: 1, BatchInput: { a: 1 } },
    ResultWriter: { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "b" } },
    ItemProcessor: processor,
    Label: "l",
    Next: "B",
  },
].map((state) => JSON.parse(JSON.stringify({ StartAt: "A", States: { A: state, B } })) as Node);

type Node = Record<string, unknown> | unknown[];

/** Every place of a value below an object. */
function placesOf(node: unknown): [Node, string][] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, part]) => [
    [node as Node, key] as [Node, string],
    ...placesOf(part),
  ]);
}

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    "$",
    "$.a[",
    "{% %}",
    "{% $x := %}",
    "{%",
    "States.ALL",
    "B",
    "A",
    "__proto__",
    -1,
    1e99,
    "",
    null,
    [],
    {},
  ),
);

test("the good ones are good", () => {
  for (const definition of STATES)
    expect(validateDefinition(JSON.stringify(definition)).definition).toEqual(definition);
});

test("whatever stands in whatever place, there is a judgement and not a crash", () => {
  const damaged = fc.tuple(fc.constantFrom(...STATES), fc.nat(), odd, fc.boolean());
  fc.assert(
    fc.property(damaged, ([good, nth, value, rename]) => {
      const definition = structuredClone(good);
      const places = placesOf(definition);
      const [node, key] = places[nth % places.length] as [Record<string, unknown>, string];
      if (rename) delete node[key];
      node[rename && typeof value === "string" ? value : key] = value;
      const judged = validateDefinition(JSON.stringify(definition));
      const failed = judged.diagnostics.some(({ severity }) => severity === "ERROR");
      expect(judged.definition === undefined).toBe(failed);
      if (judged.definition !== undefined) variableReferences(judged.definition);
    }),
    { numRuns: 500 },
  );
});
