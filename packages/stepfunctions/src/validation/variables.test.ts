import { describe, expect, test } from "vitest";
import { judge, pass, type State } from "./testing/judge.js";
import { variableReferences } from "./variables.js";

function assign(names: string[], rest: State = { End: true }): State {
  return { Type: "Pass", Assign: Object.fromEntries(names.map((name) => [name, 1])), ...rest };
}

function read(name: string): State {
  return { ...pass, InputPath: `$${name}` };
}

function inside(states: State, StartAt: string, config?: object): State {
  const ProcessorConfig = config === undefined ? {} : { ProcessorConfig: config };
  return { Type: "Map", End: true, ItemProcessor: { ...ProcessorConfig, StartAt, States: states } };
}

const DISTRIBUTED = { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" };

describe("scopes", () => {
  const A = assign(["x"], { Next: "M" });
  const repeated = (at: string) =>
    `INVALID_VARIABLE_NAME ${at}: The variable '$x' is assigned in an outer scope, so it cannot be assigned here.`;

  test.each<[string, State, string[]]>([
    ["an inner state reads outer variables", { A, M: inside({ B: read("x") }, "B") }, []],
    [
      "an inner name repeats an outer one",
      { A, M: inside({ B: assign(["y", "x"]) }, "B") },
      [repeated("/States/M/ItemProcessor/States/B/Assign/x")],
    ],
    [
      "two levels below",
      { A, M: inside({ B: inside({ C: assign(["x"]) }, "C") }, "B") },
      [repeated("/States/M/ItemProcessor/States/B/ItemProcessor/States/C/Assign/x")],
    ],
    [
      "an outer variable that gets its value later",
      { A: assign(["y"], { Next: "M" }), M: { ...inside({ B: assign(["x"]) }, "B"), Assign: { x: 1 } } },
      [],
    ],
    ["in a distributed Map, names are its own", { A, M: inside({ B: assign(["x"]) }, "B", DISTRIBUTED) }, []],
    [
      "a distributed Map reads no outer variable",
      { A, M: inside({ B: read("x") }, "B", DISTRIBUTED) },
      [
        "INVALID_VARIABLE_NAME /States/M/ItemProcessor/States/B/InputPath: The variable '$x' of an outer scope cannot be read in a distributed Map.",
      ],
    ],
    ["the Map itself does", { A, M: { ...inside({ B: pass }, "B", DISTRIBUTED), ItemsPath: "$x" } }, []],
  ])("%s", (_, States, findings) => {
    expect(judge({ StartAt: "A", States })).toEqual(findings);
  });

  test("a variable that nothing assigns is a warning", () => {
    const definition = { StartAt: "A", States: { A: read("typo") } };
    expect(judge(definition)).toEqual([]);
    expect(judge(definition, { warnings: true })).toEqual([
      "UNDEFINED_VARIABLE /States/A/InputPath: The variable '$typo' is never assigned",
    ]);
  });
});

test.each<[string, string]>([
  ["states", "RESERVED_VARIABLE_NAME /States/A/Assign/states: Cannot assign to reserved variable '$states'."],
  [
    "a-b",
    "INVALID_VARIABLE_NAME /States/A/Assign/a-b: Invalid variable name 'a-b': the variable name contains invalid characters.",
  ],
  [
    "a".repeat(81),
    `INVALID_VARIABLE_NAME /States/A/Assign/${"a".repeat(81)}: Invalid variable name '${"a".repeat(81)}': the variable name must be at most 80 characters long.`,
  ],
])("no variable is called %s", (name, finding) => {
  expect(judge({ StartAt: "A", States: { A: assign([name]) } })).toEqual([finding]);
});

describe("references", () => {
  test("of paths, intrinsic functions, rules and expressions, by state", () => {
    const definition = {
      StartAt: "A",
      States: {
        A: { Type: "Pass", Parameters: { "b.$": "States.MathAdd($one, $two.x)", c: "$three" }, Next: "C" },
        C: {
          Type: "Choice",
          Choices: [
            {
              And: [
                { Variable: "$left", StringEqualsPath: "$right" },
                { Variable: "$.a", IsNull: true },
              ],
              Next: "W",
            },
            { Variable: "$.b", IsNull: true, Assign: { "d.$": "$inRule" }, Next: "W" },
          ],
        },
        W: { Type: "Wait", SecondsPath: "$seconds", Next: "J" },
        J: {
          Type: "Pass",
          QueryLanguage: "JSONata",
          Output:
            "{% ($own := $zed + $states.input.a; $map($list, function($item) { $item & $count($own) })) %}",
          Next: "M",
        },
        M: inside({ B: { ...pass, Assign: { "Sum.$": "$outer" } } }, "B"),
      },
    };
    expect(judge(definition)).toEqual([]);
    expect(variableReferences(definition)).toEqual({
      A: ["one", "two"],
      C: ["inRule", "left", "right"],
      W: ["seconds"],
      J: ["list", "zed"],
      B: ["outer"],
    });
  });

  test("names of the author's own are no fields", () => {
    const definition = {
      QueryLanguage: "JSONata",
      StartAt: "A",
      States: {
        A: {
          ...pass,
          Output: { Comment: "{% $a %}", Next: ["{% $b %}"], Branches: { Type: "{% $c %}" } },
          Comment: "{% $d %}",
        },
      },
    };
    expect(variableReferences(definition)).toEqual({ A: ["a", "b", "c"] });
  });

  test("functions are no variables, and variables may be called like one", () => {
    const Output =
      "{% [$count($map($states.input, $string)), $type, $string($number), $states.input ~> $sum] %}";
    const States = { A: { ...pass, QueryLanguage: "JSONata", Output } };
    expect(variableReferences({ StartAt: "A", States })).toEqual({ A: ["number", "type"] });
  });
});
