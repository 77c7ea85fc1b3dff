import { describe, expect, test } from "vitest";
import { MockConfigError, parseMockConfig } from "./config.js";

function problemsOf(content: unknown): readonly string[] {
  try {
    parseMockConfig(typeof content === "string" ? content : JSON.stringify(content));
  } catch (error) {
    if (error instanceof MockConfigError) return error.problems;
    throw error;
  }
  return [];
}

const withResponses = (MockedResponses: unknown) => ({ StateMachines: {}, MockedResponses });
const withMachines = (StateMachines: unknown) => ({ StateMachines, MockedResponses: { Fine: {} } });

describe("a mock configuration", () => {
  test("has answers by machine, test case and state", () => {
    const { machines } = parseMockConfig(
      JSON.stringify({
        StateMachines: { Order: { TestCases: { Happy: { Charge: "Retried" } } } },
        MockedResponses: {
          Retried: { "2": { Return: { ok: true } }, "0-1": { Throw: { Error: "Busy", Cause: "later" } } },
        },
      }),
    );
    expect(machines.get("Order")?.get("Happy")?.get("Charge")).toEqual({
      name: "Retried",
      answers: [
        { first: 0, last: 1, answer: { throw: { error: "Busy", cause: "later" } } },
        { first: 2, last: 2, answer: { return: { ok: true } } },
      ],
    });
  });

  test("may return anything, null and false among it", () => {
    expect(problemsOf(withResponses({ A: { "0": { Return: null }, "1": { Return: false } } }))).toEqual([]);
  });

  test("may have a response without answers, and a byte order mark", () => {
    expect(problemsOf(`\uFEFF${JSON.stringify(withResponses({ Empty: {} }))}`)).toEqual([]);
  });

  test("knows names that objects have of themselves only where they are written", () => {
    expect(problemsOf(withMachines({ M: { TestCases: { T: { S: "constructor" } } } }))).toEqual([
      'StateMachines.M.TestCases.T.S: MockedResponses has no "constructor"',
    ]);
  });

  test.each([
    ["{", /^It is not JSON: /],
    ["[]", /^the file: expected an object$/],
    [{ StateMachine: {} }, /^StateMachine: there are only StateMachines and MockedResponses here$/],
    [withMachines([]), /^StateMachines: expected an object$/],
    [withMachines({ M: { Cases: {} } }), /^StateMachines\.M\.Cases: there is only TestCases here$/],
    [withMachines({ M: { TestCases: { T: 1 } } }), /^StateMachines\.M\.TestCases\.T: expected an object$/],
    [withMachines({ M: { TestCases: { T: { S: 1 } } } }), /TestCases\.T\.S: expected the name/],
    [withMachines({ M: { TestCases: { T: { S: "No" } } } }), /TestCases\.T\.S: MockedResponses has no "No"$/],
    [withResponses({ R: { x: { Return: 1 } } }), /^MockedResponses\.R\.x: expected a number/],
    [withResponses({ R: { "2-1": { Return: 1 } } }), /^MockedResponses\.R\.2-1: the range ends before/],
    [withResponses({ R: { "-1": { Return: 1 } } }), /^MockedResponses\.R\.-1: expected a number/],
    [withResponses({ R: { "0": { Return: 1, Throw: {} } } }), /^MockedResponses\.R\.0: expected one field/],
    [withResponses({ R: { "0": {} } }), /^MockedResponses\.R\.0: expected one field, Return or Throw$/],
    [withResponses({ R: { "0": { Throw: { Error: 1 } } } }), /R\.0\.Throw\.Error: expected text$/],
    [
      withResponses({ R: { "0": { Throw: { Error: "E", Cause: {} } } } }),
      /R\.0\.Throw\.Cause: expected text$/,
    ],
    [withResponses({ R: { "0-2": { Return: 1 }, "2": { Return: 2 } } }), /R: invocation 2 has two answers$/],
  ])("that says %j is refused with the place", (content, problem) => {
    const problems = problemsOf(content);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.some((text) => problem.test(text))).toBe(true);
  });

  test("is refused with everything that is wrong at once", () => {
    const content = { StateMachines: { M: 1 }, MockedResponses: { R: { "0": { Throw: {} } } } };
    expect(problemsOf(content)).toHaveLength(2);
  });
});
