import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  GetFunctionCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListFunctionsCommand,
  PublishVersionCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestAws, type TestAws, testFunction } from "./local-aws.js";

let local: TestAws;
let lambda: LambdaClient;

beforeAll(async () => {
  local = await startTestAws(
    [
      testFunction("behaves", { environment: { FLAVOUR: "vanilla" } }),
      testFunction("impatient", { timeoutSeconds: 1 }),
      testFunction("broken", { file: "broken.mjs" }),
      testFunction("empty", { file: "empty.mjs" }),
      testFunction("absent", { file: "absent.mjs" }),
    ],
    { lambda: { concurrency: 2, retryDelaysMs: [0, 0] } },
  );
  lambda = new LambdaClient(local.client);
});
afterAll(() => local[Symbol.asyncDispose]());

async function invoke(FunctionName: string, event: object, more: Partial<InvokeCommandInput> = {}) {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }),
  );
  const text = Buffer.from(answer.Payload ?? []).toString();
  return { ...answer, payload: text === "" ? null : JSON.parse(text) };
}

function gone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

describe("Lambda Invoke", () => {
  it("hands the event and a context to the handler, and reuses the process", async () => {
    const first = await invoke("behaves", { behaviour: "echo", text: "žluťoučký" });
    expect(first).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(first.FunctionError).toBeUndefined();
    expect(first.payload.event).toEqual({ behaviour: "echo", text: "žluťoučký" });
    expect(first.payload.context).toMatchObject({
      functionName: "behaves",
      functionVersion: "$LATEST",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:behaves",
      memoryLimitInMB: "128",
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(first.payload.context.remaining).toBeGreaterThan(0);
    const second = await invoke("arn:aws:lambda:us-east-1:000000000000:function:behaves:$LATEST", {
      behaviour: "echo",
    });
    expect(second.payload.pid).toBe(first.payload.pid);
    expect(second.payload.calls).toBe(first.payload.calls + 1);
  });

  it("shows a function its own settings and nothing of the environment around the cloud", async () => {
    vi.stubEnv("A_SECRET_OF_THE_SHELL", "s3cret");
    const { payload } = await invoke("behaves", { behaviour: "environment" });
    vi.unstubAllEnvs();
    expect(payload).toMatchObject({
      FLAVOUR: "vanilla",
      AWS_LAMBDA_FUNCTION_NAME: "behaves",
      AWS_REGION: "us-east-1",
    });
    expect(payload).not.toHaveProperty("A_SECRET_OF_THE_SHELL");
  });

  it("answers null for a handler that returns nothing", async () => {
    expect((await invoke("behaves", { behaviour: "undefined" })).payload).toBeNull();
  });

  it.each([
    ["throw", { errorType: "TypeError", errorMessage: "the file is not a table" }],
    ["throwString", { errorType: "string", errorMessage: "just text", trace: [] }],
    ["rejectLater", { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "nobody caught this" }],
    ["circular", { errorType: "Error", errorMessage: "Unable to stringify response body" }],
    [
      "exit",
      {
        errorType: "Runtime.ExitError",
        errorMessage: expect.stringMatching(
          /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/,
        ),
      },
    ],
    [
      "outOfMemory",
      {
        errorType: "Runtime.ExitError",
        errorMessage: expect.stringMatching(/signal: aborted|exit status 134/),
      },
    ],
    ["large", { errorType: "Function.ResponseSizeTooLarge" }],
  ])("words the failure of a handler that does %s as Node's runtime does", async (behaviour, error) => {
    const answer = await invoke("behaves", { behaviour });
    expect(answer.FunctionError).toBe("Unhandled");
    expect(answer.StatusCode).toBe(200);
    expect(answer.payload).toMatchObject(error);
    expect((await invoke("behaves", { behaviour: "echo" })).FunctionError).toBeUndefined();
  });

  it("carries the trace of a thrown error", async () => {
    const { payload } = await invoke("behaves", { behaviour: "throw" });
    expect(payload.trace[0]).toBe("TypeError: the file is not a table");
    expect(payload.trace[1]).toContain("behaviours.mjs");
  });

  it.each(["hang", "spin"])("kills a handler that does %s at its timeout", async (behaviour) => {
    const before = await invoke("impatient", { behaviour: "echo" });
    const { FunctionError, payload } = await invoke("impatient", { behaviour });
    expect(FunctionError).toBe("Unhandled");
    expect(payload).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(
        /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1.00 seconds$/,
      ),
    });
    expect(gone(before.payload.pid)).toBe(true);
  });

  it.each([
    ["broken", { errorType: "RangeError", errorMessage: "broken while loading" }],
    ["empty", { errorType: "Runtime.HandlerNotFound" }],
    ["absent", { errorType: "Runtime.ImportModuleError" }],
  ])("says why the module of the function %s cannot be used", async (name, error) => {
    const answer = await invoke(name, {});
    expect(answer.FunctionError).toBe("Unhandled");
    expect(answer.payload).toMatchObject(error);
  });

  it("returns the end of the log, and keeps it with function and request id", async () => {
    const { LogResult } = await invoke("behaves", { behaviour: "log" }, { LogType: "Tail" });
    const tail = Buffer.from(LogResult ?? "", "base64").toString();
    expect(tail.split("\n").slice(0, 2)).toEqual([
      "a plain line",
      '{"level":"info","msg":"a structured line"}',
    ]);
    const lines = await vi.waitFor(async () => {
      const text = await readFile(join(local.dataDir, "logs", "lambda", "behaves.log"), "utf8");
      expect(text).toContain("a structured line");
      return text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    });
    const structured = lines.find((line) => line.msg === "a structured line");
    expect(structured).toMatchObject({
      function: "behaves",
      level: "info",
      awsRequestId: expect.any(String),
    });
  });

  it("runs no more at a time than the concurrency it was given, and everyone gets a turn", async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => invoke("behaves", { behaviour: "echo" })),
    );
    expect(new Set(answers.map((answer) => answer.payload.pid)).size).toBeLessThanOrEqual(2);
  });

  it("takes an event at once and tries it three times", async () => {
    const answer = await invoke(
      "behaves",
      { behaviour: "throw", mark: "event" },
      { InvocationType: "Event" },
    );
    expect(answer.StatusCode).toBe(202);
    await vi.waitFor(() => expect(local.errors).toHaveLength(1), { timeout: 20_000 });
    expect(local.errors[0]).toContain("dropped");
  });

  it("checks a dry run and runs nothing", async () => {
    const answer = await invoke("behaves", { behaviour: "exit" }, { InvocationType: "DryRun" });
    expect(answer).toMatchObject({ StatusCode: 204, payload: null });
  });

  it.each([
    [
      "an unknown name",
      "nobody",
      {},
      "ResourceNotFoundException",
      "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody",
    ],
    ["a version", "behaves", { Qualifier: "7" }, "ResourceNotFoundException", "function:behaves:7"],
    [
      "a body that is not JSON",
      "behaves",
      { Payload: "{" },
      "InvalidRequestContentException",
      "Could not parse request body into json",
    ],
    [
      "a body over 6 MB",
      "behaves",
      { Payload: JSON.stringify("x".repeat(6_291_456)) },
      "RequestEntityTooLargeException",
      "larger",
    ],
  ])("refuses %s", async (_what, FunctionName, more, name, message) => {
    const refused = lambda.send(new InvokeCommand({ FunctionName, ...more }));
    await expect(refused).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });
});

describe("Lambda's other operations", () => {
  it("describes a function and lists all, page by page", async () => {
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: "impatient" }));
    expect(Configuration).toMatchObject({
      FunctionName: "impatient",
      Timeout: 1,
      MemorySize: 128,
      State: "Active",
    });
    const first = await lambda.send(new ListFunctionsCommand({ MaxItems: 3 }));
    expect(first.Functions?.map((one) => one.FunctionName)).toEqual(["absent", "behaves", "broken"]);
    const rest = await lambda.send(new ListFunctionsCommand({ Marker: first.NextMarker }));
    expect(rest.Functions?.map((one) => one.FunctionName)).toEqual(["empty", "impatient"]);
    expect(rest.NextMarker).toBeUndefined();
  });

  it("names an operation that is not there", async () => {
    await expect(lambda.send(new PublishVersionCommand({ FunctionName: "behaves" }))).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: expect.stringContaining("Lambda PublishVersion"),
    });
  });
});

describe("Worker processes", () => {
  it("are replaced by a reload, and gone after close", async () => {
    await using other = await startTestAws([testFunction("behaves")]);
    const client = new LambdaClient(other.client);
    const pid = async () => {
      const answer = await client.send(
        new InvokeCommand({ FunctionName: "behaves", Payload: JSON.stringify({ behaviour: "echo" }) }),
      );
      return JSON.parse(Buffer.from(answer.Payload ?? []).toString()).pid as number;
    };
    const first = await pid();
    other.aws.lambda.reload([testFunction("behaves")]);
    const second = await pid();
    expect(second).not.toBe(first);
    await other.aws.close();
    expect(gone(second)).toBe(true);
    await vi.waitFor(() => expect(gone(first)).toBe(true));
  });
});
