import { describe, expect, test, vi } from "vitest";
import { validateDefinition } from "./validate.js";

// asl-validator takes its time to load on a busy computer.
vi.setConfig({ testTimeout: 30_000 });

const pass = { Type: "Pass", End: true };
const task = {
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: "f" },
  End: true,
};

function errors(state: object, rest: object = {}): string[] {
  const definition = { QueryLanguage: "JSONata", StartAt: "A", States: { A: state, Z: pass }, ...rest };
  return messages(JSON.stringify(definition));
}

function messages(text: string): string[] {
  return validateDefinition(text).diagnostics.map(({ message, location }) => `${location ?? ""}: ${message}`);
}

test("a good definition comes back parsed, without findings", () => {
  const definition = { QueryLanguage: "JSONata", StartAt: "A", States: { A: { ...task, Output: 1 } } };
  expect(validateDefinition(JSON.stringify(definition))).toEqual({ diagnostics: [], definition });
});

test("empty text is a value like any other in Arguments and Assign", () => {
  const given = {
    ...task,
    Arguments: { FunctionName: "f", Payload: { list: [""], text: "" } },
    Assign: { text: "" },
  };
  expect(errors({ ...given, End: undefined, Next: "Z" })).toEqual([]);
});

describe("what this engine does not run is named", () => {
  test.each<[string, object]>([
    [
      "/States/A/Type: The state type 'Parallel' is not supported by this engine",
      { Type: "Parallel", Branches: [], End: true },
    ],
    ["/States/A/Type: The state type 'Map' is not supported by this engine", { Type: "Map", End: true }],
    [
      "The resource provided arn:aws:states:::sqs:sendMessage is not supported by this engine",
      { ...task, Resource: "arn:aws:states:::sqs:sendMessage" },
    ],
    [
      "lambda:invoke.waitForTaskToken is not supported by this engine",
      { ...task, Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken" },
    ],
    [
      "Field 'InputPath' is not supported by this engine in a state of the query language JSONPath",
      { QueryLanguage: "JSONPath", Type: "Pass", InputPath: "$.a", End: true },
    ],
    [
      "JSONPath is not supported by this engine in a Choice",
      { QueryLanguage: "JSONPath", Type: "Choice", Choices: [] },
    ],
  ])("%s", (expected, state) => {
    expect(errors(state, { QueryLanguage: undefined }).join("\n")).toContain(expected);
  });
});

describe("what no engine runs", () => {
  test.each<[string, object]>([
    ["/States/A: A state must have either 'Next' or 'End'", { Type: "Pass" }],
    ["/States/A/Next: Missing 'Next' target: Nowhere", { Type: "Pass", Next: "Nowhere" }],
    ["/States/A: Field 'Outptu' is not supported", { ...pass, Outptu: 1 }],
    ["/States/A/Type: 'constructor' is not a state type", { Type: "constructor" }],
    ["/States/A/Output: Invalid JSONata expression", { ...pass, Output: "{% 1 + %}" }],
    ["/States/A/Assign: 'states' is not a valid variable name", { ...pass, Assign: { states: 1 } }],
    [
      "/States/A/Assign: '__proto__' is not a valid variable name",
      { ...pass, Assign: JSON.parse('{"__proto__": 1}') as object },
    ],
    [
      "/States/A/Timestamp: String does not match RFC3339 timestamp",
      { Type: "Wait", Timestamp: "tomorrow", End: true },
    ],
    ["/States/A: A Wait state must have either 'Seconds' or 'Timestamp'", { Type: "Wait", End: true }],
    [
      "/States/A/Choices[0]: These fields are required: [Next]",
      { Type: "Choice", Choices: [{ Condition: true }] },
    ],
    [
      "/States/A/Retry[0]/ErrorEquals: 'States.ALL' must stand in the last place",
      { ...task, Retry: [{ ErrorEquals: ["States.ALL"] }, { ErrorEquals: ["A"] }] },
    ],
    [
      "/States/A/Catch[0]/ErrorEquals: 'States.ALL' must stand alone",
      { ...task, Catch: [{ ErrorEquals: ["States.ALL", "A"], Next: "Z" }] },
    ],
    [
      "/States/A/Retry[0]/BackoffRate: Expected a number of at least 1.0",
      { ...task, Retry: [{ ErrorEquals: ["A"], BackoffRate: 0.5 }] },
    ],
    ["/States/A/Arguments: The field 'FunctionName' is required but was missing", { ...task, Arguments: {} }],
    ["/States/A/TimeoutSeconds: Expected a whole number from 1 to 99999999", { ...task, TimeoutSeconds: 0 }],
  ])("%s", (expected, state) => {
    expect(errors(state).join("\n")).toContain(expected);
  });

  test.each([
    ["", "Definition must be a valid JSON object"],
    ["[]", "Definition must be a valid JSON object"],
    ["{", "JSON"],
    ["{}", "These fields are required: [StartAt, States]"],
    [`{"StartAt":"A","States":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, "nests deeper"],
  ])("the text %.20s", (text, expected) => {
    expect(messages(text).join("\n")).toContain(expected);
  });
});

test("a variable that nothing assigns is a warning", () => {
  const { diagnostics, definition } = validateDefinition(
    JSON.stringify({
      QueryLanguage: "JSONata",
      StartAt: "A",
      States: { A: { ...pass, Output: "{% $typo %}" } },
    }),
  );
  expect(definition).toBeDefined();
  expect(diagnostics).toEqual([
    {
      severity: "WARNING",
      code: "UNDEFINED_VARIABLE",
      message: "The variable '$typo' is never assigned",
      location: "/States/A/Output",
    },
  ]);
});
