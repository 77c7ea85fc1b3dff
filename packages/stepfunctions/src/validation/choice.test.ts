import { describe, expect, test } from "vitest";
import { jsonata, judge, machine, type State } from "./testing/judge.js";

function rules(rule: unknown, define = machine): string[] {
  const definition = define({ Type: "Choice", Choices: [rule], Default: "Z" });
  return judge({ ...definition, States: { ...(definition.States as State), Z: { Type: "Succeed" } } });
}

describe("rules in JSONPath", () => {
  const only = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]";
  test.each<[State, string[]]>([
    [{ Variable: "$.a", StringEquals: "x" }, []],
    [{ Variable: "$$.Execution.Input.a", NumericLessThanEqualsPath: "$.b" }, []],
    [{ Variable: "$guess", IsPresent: true, Assign: { "a.$": "$.a" }, Comment: "c" }, []],
    [{ And: [{ Variable: "$.a", IsNull: false }, { Not: { Variable: "$.b", BooleanEquals: true } }] }, []],
    [{}, [`: ${only}`]],
    [{ Variable: "$.a", Not: { Variable: "$.b", IsNull: true }, IsNull: true }, [`: ${only}`]],
    [{ Or: [] }, ["/Or: Value cannot be empty"]],
    [{ And: [{ Variable: "$.a", IsNull: true, Next: "Z" }] }, ["/And[0]: Field 'Next' is not supported"]],
    [
      { Variable: "a", IsNull: true },
      ["/Variable: Value is not a Reference Path: Reference path didn't start with '$'"],
    ],
    [{ Variable: "$.a", StringEquals: 1 }, ["/StringEquals: Expected value of type [STRING]"]],
    [{ Variable: "$.a", NumericEquals: "1" }, ["/NumericEquals: Expected value of type [NUMBER]"]],
    [{ Variable: "$.a", IsNull: "true" }, ["/IsNull: Expected value of type [BOOLEAN]"]],
    [
      { Variable: "$.a", TimestampEquals: "today" },
      ["/TimestampEquals: String does not match RFC3339 timestamp"],
    ],
    [
      { Condition: "{% true %}" },
      [
        ": The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the 'JSONata' QueryLanguage",
      ],
    ],
  ])("%j", (rule, findings) => {
    expect(rules({ ...rule, Next: "Z" })).toEqual(
      findings.map((finding) => `/States/A/Choices[0]${finding}`),
    );
  });

  test("a variable is compared once", () => {
    expect(rules({ Variable: "$.a", IsNull: true, StringEquals: "a", Next: "Z" })).toEqual([
      expect.stringContaining(
        "/States/A/Choices[0]: There should only be one of the following fields: [StringEquals, ",
      ),
    ]);
    expect(rules({ Variable: "$.a", Next: "Z" })).toEqual([
      expect.stringContaining(
        "/States/A/Choices[0]: This object should have only one of the following fields: [",
      ),
    ]);
  });

  test("a rule leads somewhere, and there is one at least", () => {
    expect(rules({ Variable: "$.a", IsNull: true })).toEqual([
      "/States/A/Choices[0]: These fields are required: [Next]",
    ]);
    expect(judge(machine({ Type: "Choice", Choices: [] }))).toEqual([
      "/States/A/Choices: Value cannot be empty",
    ]);
    expect(judge(machine({ Type: "Choice" }))).toEqual(["/States/A: These fields are required: [Choices]"]);
  });
});

describe("rules in JSONata", () => {
  test.each<[State, string[]]>([
    [{ Condition: "{% $states.input.a %}", Output: "{% 1 %}", Assign: { a: 1 } }, []],
    [{ Condition: true }, []],
    [{ Condition: "true" }, ["/Condition: JSONata string must start with {% and end with %}"]],
    [{ Condition: 1 }, ["/Condition: Expected value of type [STRING]"]],
    [
      { Variable: "$.a", Condition: true },
      [
        ": The QueryLanguage is set to 'JSONata', but field 'Variable' is only supported for the 'JSONPath' QueryLanguage",
        ": The object must have only one of the following fields, [And, Or, Not, Variable, Condition]",
        expect.stringContaining(": This object should have only one of the following fields: [") as string,
      ],
    ],
  ])("%j", (rule, findings) => {
    const found = rules({ ...rule, Next: "Z" }, jsonata).map((finding) =>
      finding.replace("/States/A/Choices[0]", ""),
    );
    expect(found).toEqual(findings);
  });
});
