import { describe, expect, test } from "vitest";
import { AwsError } from "../../aws-error.js";
import { type Answer, benched, failing, result, task, tried } from "../testing/tried.js";

describe("the context object", () => {
  const state = { ...task, Parameters: { FunctionName: "f", "Payload.$": "$$" }, End: true };

  test("is what is given, and nothing more", async () => {
    const context = { Execution: { Name: "mine" } };
    const answer = await tried(state, { ...result({}), context, inspectionLevel: "DEBUG" });
    expect(answer.inspectionData).toMatchObject({
      afterParameters: JSON.stringify({ FunctionName: "f", Payload: context }),
    });
  });

  test("may hold a token where a token is waited for", async () => {
    const waiting = { ...state, Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken" };
    const context = { Task: { Token: "abc" } };
    const answer = await tried(waiting, { ...result("done"), context, inspectionLevel: "DEBUG" });
    expect(answer).toMatchObject({ status: "SUCCEEDED", output: '"done"' });
    expect(answer.inspectionData).toMatchObject({
      afterParameters: expect.stringContaining("abc") as string,
    });
  });

  test.each([
    [{ Map: {} }, "'Map' field is not supported when mocking a Context object"],
    [{ Other: 1 }, "Field 'Other' is not allowed"],
    [{ Execution: { Name: 1 } }, "Field 'Name' must be a string"],
    [[], "Context object must be a valid JSON object"],
  ])("%j is refused", async (context, why) => {
    await expect(tried(state, { ...result({}), context })).rejects.toThrow(
      `Invalid Context object provided: ${why}`,
    );
  });
});

describe("what is refused", () => {
  const pass = { Type: "Pass", End: true };
  const StateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:child";
  const sync = {
    Type: "Task",
    Resource: "arn:aws:states:::states:startExecution.sync",
    Parameters: { StateMachineArn },
    End: true,
  };
  const machine = { StartAt: "A", States: { A: pass } };

  test.each<[string, object, Answer, string, string]>([
    [
      "a definition that is no state",
      { Type: "Nothing" },
      {},
      "InvalidDefinition",
      "Invalid State Machine Definition",
    ],
    [
      "a name that the machine does not have",
      machine,
      { stateName: "B" },
      "ValidationException",
      "State not found",
    ],
    [
      "a name that is too long",
      machine,
      { stateName: "n".repeat(81) },
      "ValidationException",
      "at 'stateName'",
    ],
    ["an unknown level", pass, { inspectionLevel: "ALL" }, "ValidationException", "[INFO, DEBUG, TRACE]"],
    ["variables that are no object", pass, { variables: [1] }, "ValidationException", "Invalid Variables"],
    [
      "a context without a mock",
      task,
      { context: {} },
      "ValidationException",
      "when a mock is not specified",
    ],
    [
      "a count of retries without a mock",
      { ...task, End: true },
      { stateConfiguration: { retrierRetryCount: 1 } },
      "ValidationException",
      "TestState does not support RetrierRetryCount when a mock is not specified.",
    ],
    [
      "an empty mock",
      { ...task, End: true },
      { mock: {} },
      "ValidationException",
      "only one of the following fields",
    ],
    [
      "a count of retries below zero",
      { ...task, End: true },
      { ...failing, stateConfiguration: { retrierRetryCount: -1 } },
      "ValidationException",
      "Value '-1' at 'stateConfiguration.retrierRetryCount' failed to satisfy constraint",
    ],
    [
      "a cause that is too long",
      { ...task, End: true },
      { mock: { errorOutput: { error: "Oops", cause: "c".repeat(32_769) } } },
      "ValidationException",
      "at 'mock.errorOutput.cause' failed to satisfy constraint",
    ],
    ["a call that somebody else ends", sync, {}, "InvalidDefinition", "when a mock is not specified"],
    [
      "an error by a state that is not there",
      { Type: "Map", ItemProcessor: { StartAt: "A", States: { A: pass } }, End: true },
      { ...failing, stateConfiguration: { errorCausedByState: "B" } },
      "ValidationException",
      "State not found",
    ],
  ])("%s", async (_what, state, request, code, message) => {
    const error: unknown = await tried(state, request).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AwsError);
    expect({ code: (error as AwsError).code, message: (error as AwsError).message }).toEqual({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  test("input that is not JSON", async () => {
    const bed = await benched();
    const request = { definition: JSON.stringify(pass), input: "{" };
    await expect(bed.handle("TestState", request)).rejects.toThrow("Invalid State Machine Execution Input");
  });
});
