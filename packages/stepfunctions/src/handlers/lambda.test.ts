import { describe, expect, test } from "vitest";
import { invokeHandlers, type LambdaContext, type LambdaHandler } from "./lambda.js";

const missing: string[] = [];

function invoke(handlers: Record<string, LambdaHandler>, functionName: string, payload: unknown = {}) {
  const invoker = invokeHandlers((name) => handlers[name], {
    region: "eu-west-1",
    accountId: "123456789012",
    onMissing: (name) => void missing.push(name),
  });
  const { signal } = new AbortController();
  return invoker({ functionName, payload: JSON.stringify(payload), executionArn: "arn", signal });
}

describe("a handler in process", () => {
  test("gets its event and a context, and its result is the payload", async () => {
    let told: LambdaContext | undefined;
    const double = async (event: { n: number }, context: LambdaContext) => {
      told = context;
      return { n: event.n * 2 };
    };
    expect(await invoke({ double }, "double", { n: 4 })).toEqual({
      statusCode: 200,
      executedVersion: "$LATEST",
      payload: '{"n":8}',
    });
    expect(told?.invokedFunctionArn).toBe("arn:aws:lambda:eu-west-1:123456789012:function:double");
    expect(told?.getRemainingTimeInMillis()).toBeGreaterThan(0);
  });

  test("that returns nothing answers null", async () => {
    expect((await invoke({ f: () => {} }, "f")).payload).toBe("null");
  });

  test("that throws fails with the error's name", async () => {
    class Declined extends Error {
      override name = "Declined";
    }
    const answer = await invoke(
      {
        f: () => {
          throw new Declined("no funds");
        },
      },
      "f",
    );
    expect(answer.functionError).toBe("Unhandled");
    expect(JSON.parse(answer.payload)).toMatchObject({ errorType: "Declined", errorMessage: "no funds" });
  });

  test("that throws no Error fails with the type of what it threw", async () => {
    const thrown: unknown = "text";
    const answer = await invoke(
      {
        f: () => {
          throw thrown;
        },
      },
      "f",
    );
    expect(JSON.parse(answer.payload)).toEqual({ errorType: "string", errorMessage: "text", trace: [] });
  });

  test("whose result is no JSON fails", async () => {
    const answer = await invoke({ f: () => ({ n: 1n }) }, "f");
    expect(JSON.parse(answer.payload)).toMatchObject({ errorMessage: "Unable to stringify response body" });
    expect(answer.functionError).toBe("Unhandled");
  });

  test("that is not there is refused as Lambda refuses it, and somebody is told", async () => {
    await expect(invoke({}, "nope")).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      statusCode: 404,
      message: "Function not found: arn:aws:lambda:eu-west-1:123456789012:function:nope:$LATEST",
    });
    expect(missing).toEqual(["nope"]);
  });
});
