import fc from "fast-check";
import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import { runErrorOf } from "./failure.js";
import { caughtError, caughtWithin } from "./machine/caught.js";
import { fromVariables } from "./machine/expression.js";
import { failure, failureOf, thrownAs, withRetryAfter } from "./runtime/failures.js";
import { FatalError, RetryableError } from "./step/errors.js";

const expression = jsonata(caughtError("MixDough").render(fromVariables));
const caught = async (errorOutput: { Error: string; Cause?: string }) => {
  const error: unknown = await expression.evaluate(undefined, { states: { errorOutput }, parse: JSON.parse });
  return JSON.parse(JSON.stringify(error));
};
const asLambdaSays = (error: Error) => ({
  Error: error.name,
  Cause: JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: [] }),
});

describe("what a step threw", () => {
  it(
    "comes back whole, in a Catch and at the end of a run",
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.string({ minLength: 1 }),
          fc.string({ unit: "binary" }),
          fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
          async (code, message, cause) => {
            const { kind, error } = failure("fatal", code, "MixDough", message, cause);
            const output = asLambdaSays(thrownAs({ kind, error }));
            const wellFormed = JSON.parse(JSON.stringify(error));
            expect(await caught(output)).toEqual(wellFormed);
            expect(runErrorOf({ error: output.Error, cause: output.Cause })).toEqual(wellFormed);
          },
        ),
      ),
    30_000,
  );
});

describe("that nothing is helped by trying again", () => {
  it.each([
    ["FatalError", new FatalError("The dough is poor."), true],
    ["a FatalError where another attempt helps", new FatalError("Burnt.", { attemptHelps: true }), undefined],
    ["RetryableError", new RetryableError("The oven is cold."), undefined],
    ["another error", new Error("Out of memory."), undefined],
  ])("is %s's to say, in a Catch and at the end of a run", async (_, thrown, fatal) => {
    const output = asLambdaSays(thrownAs(failureOf(thrown, "MixDough", null)));
    expect((await caught(output)).fatal).toBe(fatal);
    expect(runErrorOf({ error: output.Error, cause: output.Cause }).fatal).toBe(fatal);
  });

  it("is not said of an error whose tries are used up", () => {
    const thrown = new RetryableError("The oven is cold.", { retryAfter: 5 });
    const policy = { maxAttempts: 1, intervalSeconds: 1, backoffRate: 2, maxDelaySeconds: 5 };
    const failed = withRetryAfter(
      failureOf(thrown, "MixDough", null),
      thrown,
      { retry: policy, retryAfter: { maxSeconds: 60 } },
      2,
      0,
    );
    const { name, message } = thrownAs(failed);
    expect(name).toBe("FatalError");
    expect(JSON.parse(message)).not.toHaveProperty("fatal");
  });
});

describe("what Step Functions and Lambda say of themselves", () => {
  it.each([
    ["States.Timeout", undefined, "STEP_TIMED_OUT"],
    ["Lambda.TooManyRequestsException", "Rate Exceeded.", "STEP_FAILED"],
    ["Runtime.ExitError", '{"errorType":"Runtime.ExitError","errorMessage":"Runtime exited"}', "STEP_FAILED"],
    ["TypeError", '{"errorType":"TypeError","errorMessage":"{ is not JSON","trace":[]}', "STEP_FAILED"],
  ])("%s becomes a general sentence with its own words as the cause", async (Error, Cause, code) => {
    const inCatch = await caught({ Error, ...(Cause && { Cause }) });
    expect(inCatch).toEqual({
      code,
      message: "MixDough failed unexpectedly.",
      cause: Cause ? `${Error}: ${Cause}` : Error,
      step: "MixDough",
    });
    expect(runErrorOf({ error: Error, cause: Cause })).toEqual({
      code,
      message: "A step failed unexpectedly.",
      cause: inCatch.cause,
    });
  });
});

describe("a map whose items failed more often than it tolerates", () => {
  const Error = "States.ExceedToleratedFailureThreshold";
  const Cause = "The specified tolerated failure threshold was exceeded";

  it("says so, in a Catch and at the end of a run", async () => {
    const told = { code: "STEP_FAILED", cause: `${Error}: ${Cause}` };
    const states = { errorOutput: { Error, Cause } };
    const within = jsonata(caughtWithin("Bake").render(fromVariables));
    expect(await within.evaluate(undefined, { states, parse: JSON.parse })).toEqual({
      ...told,
      message: "More items of Bake failed than it tolerates.",
      step: "Bake",
    });
    expect(runErrorOf({ error: Error, cause: Cause })).toEqual({
      ...told,
      message: "More items of a map failed than it tolerates.",
    });
  });
});

describe("what a Fail state says", () => {
  it("is its code and its sentence", () =>
    expect(runErrorOf({ error: "POOR_DOUGH", cause: "The dough is poor." })).toEqual({
      code: "POOR_DOUGH",
      message: "The dough is poor.",
    }));

  it("may be a whole error", () => {
    const error = { code: "POOR_DOUGH", message: "The dough is poor.", cause: "wet", step: "MixDough" };
    expect(runErrorOf({ error: error.code, cause: JSON.stringify(error) })).toEqual(error);
    const fatal = { ...error, fatal: true };
    expect(runErrorOf({ error: error.code, cause: JSON.stringify(fatal) })).toEqual(fatal);
  });

  it("is never nothing, and never throws", () =>
    fc.assert(
      fc.property(
        fc.option(fc.string(), { nil: undefined }),
        fc.option(fc.string(), { nil: undefined }),
        (error, cause) => {
          const read = runErrorOf({ error, cause });
          expect(read.code).not.toBe("");
          expect(typeof read.message).toBe("string");
        },
      ),
    ));
});
