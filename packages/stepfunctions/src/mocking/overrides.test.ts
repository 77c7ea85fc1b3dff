import { describe, expect, test } from "vitest";
import type { OverrideCall } from "../ports.js";
import { mockedAnswer, testCaseProblem } from "./answer.js";
import { readMockConfig } from "./config.js";
import { overridesFromMocks } from "./overrides.js";

const config = readMockConfig({
  StateMachines: { Order: { TestCases: { Retry: { Charge: "Busy" }, Bare: {} } } },
  MockedResponses: {
    Busy: { "0-1": { Throw: { Error: "Busy", Cause: "later" } }, "2": { Return: { ok: true } } },
  },
});

const call = (given: Partial<OverrideCall> = {}): OverrideCall => ({
  executionArn: "one",
  machineName: "Order",
  stateName: "Charge",
  testCase: "Retry",
  retryCount: 0,
  parameters: {},
  taskToken: null,
  ...given,
});

describe("mocked answers", () => {
  test("go by the number of the invocation, and end with the last", () => {
    const ask = (attempt: number) =>
      mockedAnswer(config, { machineName: "Order", testCase: "Retry", stateName: "Charge", attempt });
    expect(ask(0)).toEqual({ throw: { error: "Busy", cause: "later" } });
    expect(ask(1)).toEqual(ask(0));
    expect(ask(2)).toEqual({ return: { ok: true } });
    expect(ask(3)).toEqual({
      throw: {
        error: "States.Runtime",
        cause:
          'The mocked response "Busy" has no answer for invocation 3 of the state "Charge" in test case "Retry"',
      },
    });
  });

  test("say why there is no such test case", () => {
    expect(testCaseProblem(config, "Order", "Retry")).toBeUndefined();
    expect(testCaseProblem(config, "Order", "Retyr")).toBe(
      'The mock configuration has no test case "Retyr" for "Order"; it has "Retry", "Bare"',
    );
    expect(testCaseProblem(config, "Other", "Retry")).toBe(
      'The mock configuration has no state machine "Other"; it has "Order"',
    );
  });
});

describe("overrides from mocks", () => {
  test("leave alone what is not mocked: other states, and executions without a test case", () => {
    const overrides = overridesFromMocks(config);
    expect(overrides(call({ testCase: null }))).toBeUndefined();
    expect(overrides(call({ testCase: "Bare" }))).toBeUndefined();
    expect(overrides(call({ stateName: "Ship" }))).toBeUndefined();
  });

  test("call nothing for real when the test case does not exist", async () => {
    const overrides = overridesFromMocks(config);
    await expect(overrides(call({ testCase: "Retyr" }))).rejects.toMatchObject({
      error: "States.Runtime",
      cause: expect.stringContaining('no test case "Retyr"') as string,
    });
    await expect(overrides(call({ machineName: "Other" }))).rejects.toMatchObject({
      error: "States.Runtime",
    });
  });

  test("count invocations over retries, loops and items, in each execution for itself", async () => {
    const overrides = overridesFromMocks(config);
    await expect(overrides(call())).rejects.toMatchObject({ error: "Busy", cause: "later" });
    await expect(overrides(call({ retryCount: 1 }))).rejects.toMatchObject({ error: "Busy" });
    await expect(overrides(call({ executionArn: "two" }))).rejects.toMatchObject({ error: "Busy" });
    await expect(overrides(call())).resolves.toEqual({ ok: true });
    await expect(overrides(call())).rejects.toMatchObject({ error: "States.Runtime" });
  });
});
