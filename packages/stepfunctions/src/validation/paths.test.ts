import { describe, expect, test } from "vitest";
import { jsonata, judge, machine, pass, type State, task } from "./testing/judge.js";

const map = { Type: "Map", End: true, ItemProcessor: { StartAt: "B", States: { B: pass } } };

describe("paths", () => {
  test.each<[State, string[]]>([
    [{ ...pass, InputPath: null, OutputPath: "$..a[?(@.b > 1)]" }, []],
    [{ ...pass, InputPath: "$$.Execution.Id", OutputPath: "$variable.a" }, []],
    [{ ...pass, InputPath: "a" }, ["/InputPath: Value must be a valid JSONPath."]],
    [{ ...pass, OutputPath: "$.a[" }, ["/OutputPath: Value must be a valid JSONPath."]],
    [{ ...pass, InputPath: 1 }, ["/InputPath: Expected value of type [STRING]"]],
    [{ ...pass, ResultPath: "$.a.b[0]" }, []],
    [{ ...pass, ResultPath: "$.a[*]" }, ["/ResultPath: Value is not a Reference Path"]],
    [{ ...pass, ResultPath: "$$.a" }, ["/ResultPath: Value is not a Reference Path"]],
    [
      { ...pass, ResultPath: "a" },
      ["/ResultPath: Value is not a Reference Path: Reference path didn't start with '$'"],
    ],
    [{ ...map, ItemsPath: "$$.Execution.Input.items" }, []],
    [{ ...map, ItemsPath: "$.items[*]" }, ["/ItemsPath: Value is not a Reference Path"]],
    [{ ...map, MaxConcurrencyPath: "$$.a" }, ["/MaxConcurrencyPath: Value is not a Reference Path"]],
    [{ ...map, MaxConcurrencyPath: "$limit" }, []],
    [{ Type: "Fail", ErrorPath: "$.e", CausePath: "States.Format('{}', $.c)" }, []],
    [{ Type: "Fail", CausePath: "States.Nothing()" }, ["/CausePath: Value must be a valid JSONPath."]],
  ])("%j", (state, findings) => {
    expect(judge(machine(state))).toEqual(findings.map((finding) => `/States/A${finding}`));
  });
});

describe("payload templates", () => {
  test.each<[State, string[]]>([
    [{ "a.$": "$.a", b: { "c.$": "States.UUID()" }, d: [{ "e.$": "$$" }], "f.$": "$variable" }, []],
    [
      { b: { "a.$": "oops" } },
      ["/b: The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call"],
    ],
    [
      { "a.$": "States.Format('{}'" },
      [": The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call"],
    ],
    [
      { "a.$": { b: 1 } },
      [": The value for the field 'a.$' must be a STRING that contains a JSONPath but was OBJECT"],
    ],
    [{ "a.$": "$.a", a: 1 }, [": The field 'a' is given twice, with '.$' and without"]],
  ])("%j", (Parameters, findings) => {
    const expected = findings.map((finding) => `/States/A/Parameters${finding}`);
    expect(judge(machine({ ...pass, Parameters }))).toEqual(expected);
  });

  test("plain text that looks like a path is a warning", () => {
    const state = { ...pass, Parameters: { a: "$.a" }, Result: "$.b" };
    expect(judge(machine(state))).toEqual([]);
    expect(judge(machine(state), { warnings: true })).toEqual([
      expect.stringContaining("NO_DOLLAR /States/A/Parameters/a: "),
      "PASS_RESULT_IS_STATIC /States/A/Result: The Result of a Pass state is not read as a path",
    ]);
  });
});

describe("JSONata", () => {
  const refused = "UNSUPPORTED_JSONATA_EXPRESSION /States/A/Output";
  test.each<[string, string[]]>([
    ["$states.input.items[phone > 3].(name)", []],
    ["$map($states.input.a, function($x){ $x.phone }) ~> $count()", []],
    ["{'k': 1}.phone", []],
    ["phone + phone", [`${refused}: Reference to 'phone' at the top level is not supported.`]],
    [
      "$states.input.a ? (bbb; [aaa]) : {ccc: 1}",
      ["bbb", "aaa", "ccc"].map(
        (name) => `${refused}: Reference to '${name}' at the top level is not supported.`,
      ),
    ],
    [
      "$map($states.input.a, function($x){ $ })",
      [`${refused}: Reference to '$' at the top level is not supported.`],
    ],
    ["$$.a", [`${refused}: Reference to '$$' is not supported.`]],
    ["[$states.errorOutput.Cause]", [`${refused}: Field '$states.errorOutput' does not exist.`]],
    ["$constructor.toString", []],
    ["a[1,2)", [`INVALID_JSONATA_EXPRESSION /States/A/Output: Expected "]", got ","`]],
    ["1 +", ["INVALID_JSONATA_EXPRESSION /States/A/Output: Unexpected end of expression"]],
    ["", ["INVALID_JSONATA_EXPRESSION /States/A/Output: Unexpected end of expression"]],
  ])("%s", (source, findings) => {
    expect(judge(jsonata({ ...pass, Output: `{% ${source} %}` }))).toEqual(findings);
  });

  test("each string of a field is looked at, where it stands", () => {
    const state = { ...pass, Output: { a: { b: ["{% x %}", "plain"] }, c: "{% 1" } };
    expect(judge(jsonata(state))).toEqual([
      "UNSUPPORTED_JSONATA_EXPRESSION /States/A/Output/a/b[0]: Reference to 'x' at the top level is not supported.",
      "/States/A/Output/c: JSONata string must start with {% and end with %}",
    ]);
  });

  test("a catcher sees the error, and nothing else does", () => {
    const { Parameters, ...rest } = task;
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "A", Assign: { e: "{% $states.errorOutput %}" } }];
    expect(judge(jsonata({ ...rest, Arguments: Parameters, Catch }))).toEqual([]);
    expect(judge(jsonata({ ...rest, Arguments: { FunctionName: "{% $states.errorOutput %}" } }))).toEqual([
      "UNSUPPORTED_JSONATA_EXPRESSION /States/A/Arguments/FunctionName: Field '$states.errorOutput' does not exist.",
    ]);
  });

  test("fields that are never computed may hold anything", () => {
    expect(judge(jsonata({ ...pass, Comment: "{% phone %}" }))).toEqual([]);
  });
});
