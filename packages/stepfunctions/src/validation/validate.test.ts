import { describe, expect, test } from "vitest";
import { invalidDefinitionMessage } from "./diagnostics.js";
import { jsonata, judge, machine, pass, type State, task } from "./testing/judge.js";
import { validateDefinition, validateState } from "./validate.js";

test("a good definition comes back parsed, without findings", () => {
  const definition = machine(task, { Comment: "c", Version: "1.0", TimeoutSeconds: 5 });
  expect(validateDefinition(JSON.stringify(definition))).toEqual({ diagnostics: [], definition });
});

test("AWS's error lists each finding with its code and place", () => {
  const { diagnostics } = validateDefinition(
    JSON.stringify(machine({ Type: "Pass", Next: "B" }, { Comment: 1, Version: "2" })),
  );
  expect(invalidDefinitionMessage(diagnostics)).toBe(
    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Expected value of type [STRING] at /Comment, " +
      "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [1.0] at /Version'",
  );
});

test("a finding without a place is told to be at null", () => {
  const { diagnostics } = validateDefinition(JSON.stringify(machine({ Type: "Pass", Next: "A" })));
  expect(invalidDefinitionMessage(diagnostics)).toBe(
    "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state at null'",
  );
});

test.each<[string, unknown, string[]]>([
  ["nothing", "", ["MISSING_DESCRIPTION null: Definition must not be empty"]],
  ["blanks", " \n", ["null: Definition must be a valid JSON object"]],
  ["an array", "[]", ["null: Definition must be a valid JSON object"]],
  ["an empty object", {}, ["/: These fields are required: [States, StartAt]"]],
  ["no states", { StartAt: "A", States: {} }, ["/States: Value cannot be empty"]],
  ["states that are a list", { StartAt: "A", States: [] }, ["/States: Expected value of type [OBJECT]"]],
  ["an unknown field", machine(pass, { Stats: 1 }), ["/: Field 'Stats' is not supported"]],
  ["a state that is none", machine(1), ["/States/A: Expected value of type [OBJECT]"]],
  ["a state without type", machine({ End: true }), ["/States/A: These fields are required: [Type]"]],
  [
    "a type of the prototype",
    machine({ Type: "constructor", End: true }),
    [
      "/States/A/Type: Value should be one of the following: [Pass, Task, Choice, Wait, Succeed, Fail, Parallel, Map]",
    ],
  ],
  [
    "a long name",
    { StartAt: "a".repeat(81), States: { ["a".repeat(81)]: pass } },
    [
      `INVALID_STATE_NAME /States/${"a".repeat(81)}: Invalid State name: State '${"a".repeat(81)}' exceeds the 80-character limit allowed by the service`,
    ],
  ],
])("%s", (_, definition, findings) => {
  expect(judge(definition)).toEqual(findings);
});

describe("fields of a state", () => {
  test.each<[State, string[]]>([
    [
      { ...pass, TimeoutSeconds: 5, Catch: [] },
      [": Field 'TimeoutSeconds' is not supported", ": Field 'Catch' is not supported"],
    ],
    [{ Type: "Pass" }, [": This object should have only one of the following fields: [Next, End]"]],
    [
      { Type: "Pass", End: false },
      [": This object should have only one of the following fields: [Next, End]"],
    ],
    [{ ...pass, Next: "A" }, [": There should only be one of the following fields: [Next, End]"]],
    [{ ...pass, End: "yes" }, ["/End: Expected value of type [BOOLEAN]"]],
    [{ Type: "Succeed", End: true }, [": Field 'End' is not supported"]],
    [
      { Type: "Fail", Error: "e", ErrorPath: "$.e" },
      [": There should only be one of the following fields: [Error, ErrorPath]"],
    ],
    [
      { Type: "Wait", End: true },
      [
        ": This object should have only one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]",
      ],
    ],
    [
      { Type: "Wait", Seconds: 1, TimestampPath: "$.t", End: true },
      [
        ": There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]",
      ],
    ],
    [
      { Type: "Wait", Timestamp: "2016-12-05 21:29:29Z", End: true },
      ["/Timestamp: String does not match RFC3339 timestamp"],
    ],
    [
      { Type: "Wait", Timestamp: "2016-12-05T21:29Z", End: true },
      ["/Timestamp: String does not match RFC3339 timestamp"],
    ],
    [{ Type: "Wait", Timestamp: "2016-02-29T21:29:29.5+01:00", End: true }, []],
    [{ Type: "Wait", Seconds: -1, End: true }, ["/Seconds: Minimum value is 0"]],
    [{ Type: "Wait", Seconds: 100_000_000, End: true }, ["/Seconds: Maximum value is 99999999"]],
    [{ Type: "Wait", Seconds: 1.5, End: true }, ["/Seconds: Expected value of type Integer"]],
    [{ Type: "Wait", Seconds: "1", End: true }, ["/Seconds: Expected value of type Integer"]],
    [{ ...task, TimeoutSeconds: 0 }, ["/TimeoutSeconds: Minimum value is 1"]],
    [
      { ...task, TimeoutSeconds: 9, TimeoutSecondsPath: "$.t" },
      [": There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath]"],
    ],
    [
      { ...task, TimeoutSeconds: 9, HeartbeatSeconds: 9 },
      ["/HeartbeatSeconds: HeartbeatSeconds must be smaller than TimeoutSeconds"],
    ],
  ])("%j", (state, findings) => {
    expect(judge(machine(state))).toEqual(findings.map((finding) => `/States/A${finding}`));
  });
});

describe("the query language", () => {
  const onlyIn = (language: string, field: string, other: string) =>
    `/States/A: The QueryLanguage is set to '${language}', but field '${field}' is only supported for the '${other}' QueryLanguage`;
  const values = "Value should be one of the following: [JSONPath, JSONata]";

  test.each<[string, State, string[]]>([
    ["Output in JSONPath", machine({ ...pass, Output: 1 }), [onlyIn("JSONPath", "Output", "JSONata")]],
    [
      "paths in JSONata",
      jsonata({ ...pass, InputPath: "$.a", Result: 1 }),
      [onlyIn("JSONata", "InputPath", "JSONPath"), onlyIn("JSONata", "Result", "JSONPath")],
    ],
    [
      "a JSONPath state in a JSONata machine",
      jsonata({ ...pass, QueryLanguage: "JSONPath", Output: 1 }),
      ["/States/A: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"],
    ],
    ["a JSONata state in a JSONPath machine", machine({ ...pass, QueryLanguage: "JSONata", Output: 1 }), []],
    [
      "a language in other letters counts as JSONata",
      machine({ ...pass, QueryLanguage: "jsonpath", InputPath: "$.a" }),
      [onlyIn("JSONata", "InputPath", "JSONPath"), `/States/A/QueryLanguage: ${values}`],
    ],
    ["the machine's", machine(pass, { QueryLanguage: "x" }), [`/QueryLanguage: ${values}`]],
    [
      "the machine's, a number",
      machine(pass, { QueryLanguage: 5 }),
      ["/QueryLanguage: Expected value of type [STRING]"],
    ],
    [
      "a Parallel hands its language down to no branch",
      machine({
        Type: "Parallel",
        QueryLanguage: "JSONata",
        End: true,
        Branches: [{ StartAt: "B", States: { B: { ...pass, Output: 1 } } }],
      }),
      [onlyIn("JSONPath", "Output", "JSONata").replace("/A:", "/A/Branches[0]/States/B:")],
    ],
    [
      "a branch has none",
      machine({
        Type: "Parallel",
        End: true,
        Branches: [{ QueryLanguage: "JSONata", StartAt: "B", States: { B: pass } }],
      }),
      ["/States/A/Branches[0]: Field 'QueryLanguage' is not supported"],
    ],
  ])("%s", (_, definition, findings) => {
    expect(judge(definition)).toEqual(findings);
  });
});

test("one state is judged by itself, wherever it leads", () => {
  expect(validateState({ Type: "Pass", Next: "Elsewhere" }, "A")).toEqual([]);
  expect(
    validateState({ Type: "Pass", Output: 1, End: true }, "A", { definition: { QueryLanguage: "JSONata" } }),
  ).toEqual([]);
  expect(validateState({ ...pass, InputPath: "a" }, "A")).toEqual([
    {
      severity: "ERROR",
      code: "SCHEMA_VALIDATION_FAILED",
      message: "Value must be a valid JSONPath.",
      location: "/States/A/InputPath",
    },
  ]);
});
