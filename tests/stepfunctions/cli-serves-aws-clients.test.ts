import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { describe, expect, test } from "vitest";
import { workplace } from "./support/cli.js";

const roleArn = "arn:aws:iam::000000000000:role/any";

function clientOf(endpoint: string): SFNClient {
  return new SFNClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    maxAttempts: 1,
  });
}

async function start(endpoint: string, definition: object, name = "machine", testCase?: string) {
  const client = clientOf(endpoint);
  const created = await client.send(
    new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) }),
  );
  const stateMachineArn = [created.stateMachineArn, ...(testCase === undefined ? [] : [testCase])].join("#");
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name: "one" }));
  client.destroy();
  return executionArn as string;
}

async function describeExecution(endpoint: string, executionArn: string) {
  const client = clientOf(endpoint);
  const described = await client.send(new DescribeExecutionCommand({ executionArn }));
  client.destroy();
  return described;
}

const clock = async (endpoint: string, path: string, init?: RequestInit) => {
  const response = await fetch(`${endpoint}${path}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, string> };
};
const advance = (endpoint: string, body: unknown) =>
  clock(endpoint, "/clock/advance", {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const month = {
  StartAt: "Rest",
  States: { Rest: { Type: "Wait", Seconds: 30 * 86_400, Next: "Done" }, Done: { Type: "Succeed" } },
};
const task = {
  StartAt: "Call",
  States: {
    Call: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:hello", End: true },
  },
};

describe("stepfunctions serve", () => {
  test("answers an unmodified client and runs the functions of a file, also after it has changed", async () => {
    await using place = workplace({ "functions.mjs": 'export const hello = () => "first";' });
    const server = await place.serve(["--functions", "functions.mjs"]);
    const one = await start(server.endpoint, task, "a");
    await expect.poll(async () => (await describeExecution(server.endpoint, one)).output).toBe('"first"');
    place.write("functions.mjs", 'export const hello = () => "second, and longer";');
    const two = await start(server.endpoint, task, "b");
    await expect
      .poll(async () => (await describeExecution(server.endpoint, two)).output)
      .toBe('"second, and longer"');
    place.write("functions.mjs", "export const hello = ;");
    const three = await start(server.endpoint, task, "c");
    await expect
      .poll(async () => (await describeExecution(server.endpoint, three)).output)
      .toBe('"second, and longer"');
    const ended = await server.stop();
    expect(ended.status).toBe(0);
    expect(ended.stderr).toContain("functions.mjs cannot be imported");
  });

  test("stays up when a function leaves a promise that fails", async () => {
    const functions =
      'export const hello = () => { void Promise.reject(new Error("forgotten")); return "done"; };';
    await using place = workplace({ "functions.mjs": functions });
    const server = await place.serve(["--functions", "functions.mjs"]);
    const arn = await start(server.endpoint, task);
    await expect.poll(async () => (await describeExecution(server.endpoint, arn)).output).toBe('"done"');
    const ended = await server.stop();
    expect(ended.status).toBe(0);
    expect(ended.stderr).toContain("forgotten");
  });

  test("answers an execution that is started with a test case from a mock configuration", async () => {
    const mocks = {
      StateMachines: { mocked: { TestCases: { Fine: { Call: "Fine" } } } },
      MockedResponses: { Fine: { "0": { Return: "mocked" } } },
    };
    await using place = workplace({ "mocks.json": mocks });
    const server = await place.serve(["--mock-config", "mocks.json"]);
    const fine = await start(server.endpoint, task, "mocked", "Fine");
    await expect.poll(async () => (await describeExecution(server.endpoint, fine)).output).toBe('"mocked"');
    const client = clientOf(server.endpoint);
    const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:mocked";
    const again = async (suffix: string) => {
      const command = new StartExecutionCommand({ stateMachineArn: `${stateMachineArn}${suffix}` });
      const { executionArn } = await client.send(command);
      await expect
        .poll(async () => (await describeExecution(server.endpoint, executionArn as string)).status)
        .toBe("FAILED");
      return describeExecution(server.endpoint, executionArn as string);
    };
    expect((await again("")).error).toBe("Lambda.ResourceNotFoundException");
    expect(await again("#Fien")).toMatchObject({
      error: "States.Runtime",
      cause: expect.stringContaining('it has "Fine"'),
    });
    client.destroy();
  });

  test("moves its virtual clock over HTTP by a month in one request", async () => {
    await using place = workplace();
    const server = await place.serve(["--virtual-clock"]);
    const execution = await start(server.endpoint, month);
    const before = await clock(server.endpoint, "/clock");
    expect(before.status).toBe(200);
    expect((await describeExecution(server.endpoint, execution)).status).toBe("RUNNING");
    const after = await advance(server.endpoint, { seconds: 30 * 86_400 });
    expect(Date.parse(after.body.now ?? "") - Date.parse(before.body.now ?? "")).toBe(30 * 86_400_000);
    expect((await describeExecution(server.endpoint, execution)).status).toBe("SUCCEEDED");
    expect((await advance(server.endpoint, { until: "2999-01-01T00:00:00Z" })).body.now).toBe(
      "2999-01-01T00:00:00.000Z",
    );
  });

  test("answers bad requests to the clock with a sentence", async () => {
    await using place = workplace();
    const { endpoint } = await place.serve(["--virtual-clock"]);
    const bad = [
      "",
      "{",
      "[]",
      "{}",
      { seconds: -1 },
      { seconds: "1" },
      { seconds: 1e30 },
      { until: "tomorrow" },
      { until: 1 },
      { until: "2000-01-01T00:00:00Z" },
      { seconds: 1, until: "2999-01-01T00:00:00Z" },
      "x".repeat(100_000),
    ];
    for (const body of bad) {
      const { status, body: answer } = await advance(endpoint, body);
      expect(status).toBe(400);
      expect(answer.message).toMatch(/\w+ \w+/);
    }
    expect((await clock(endpoint, "/clock/stop", { method: "POST" })).status).toBe(404);
    expect((await clock(endpoint, "/clock")).status).toBe(200);
  });

  test("has no clock to move when time is real", async () => {
    await using place = workplace();
    const { endpoint } = await place.serve();
    expect((await advance(endpoint, { seconds: 1 })).body.__type).toBe("UnknownOperationException");
  });

  test("refuses web pages", async () => {
    await using place = workplace();
    const { endpoint } = await place.serve(["--virtual-clock"]);
    const headers = { origin: "http://evil.test" };
    expect((await clock(endpoint, "/clock", { headers })).status).toBe(403);
    const refused = await clock(endpoint, "/", { method: "POST", headers, body: "{}" });
    expect(refused.body.__type).toBe("AccessDeniedException");
  });

  test("shows the history of an execution while it runs, and from the folder afterwards", async () => {
    await using place = workplace();
    const server = await place.serve(["--virtual-clock"]);
    const arn = await start(server.endpoint, month);
    const live = await place.cli(["history", arn, "--endpoint", server.endpoint]);
    expect(live).toMatchObject({ status: 0, stderr: "" });
    expect(live.lines).toHaveLength(2);
    expect(live.stdout).toContain("WaitStateEntered");
    const inUse = await place.cli(["history", arn, "--data", "data"]);
    expect(inUse.status).toBe(2);
    expect(inUse.stderr).toContain("in use by another process");
    await server.stop("SIGINT");
    const kept = await place.cli(["history", arn, "--data", "data", "--json"]);
    expect(kept.lines.map((line) => JSON.parse(line).type)).toEqual(["ExecutionStarted", "WaitStateEntered"]);
  });

  test("moves nothing on by looking at a history", async () => {
    await using place = workplace({ "functions.mjs": "export const hello = () => new Promise(() => {});" });
    const server = await place.serve(["--functions", "functions.mjs"]);
    const arn = await start(server.endpoint, task);
    await server.stop("SIGKILL");
    const first = await place.cli(["history", arn, "--data", "data"]);
    const second = await place.cli(["history", arn, "--data", "data"]);
    expect(second).toEqual(first);
    expect(second.stdout).not.toContain("Failed");
    const again = await place.serve(["--functions", "functions.mjs"]);
    expect((await describeExecution(again.endpoint, arn)).status).toBe("RUNNING");
  });

  test("says why a history cannot be shown", async () => {
    await using place = workplace();
    const { endpoint } = await place.serve();
    const arn = "arn:aws:states:us-east-1:000000000000:execution:m:none";
    const none = await place.cli(["history", arn, "--endpoint", endpoint]);
    expect(none.status).toBe(1);
    expect(none.stderr).toContain("Execution Does Not Exist");
    expect((await place.cli(["history", "none"])).stderr).toContain("not the ARN of an execution");
    expect((await place.cli(["history", arn, "--data", "none"])).stderr).toContain("no such folder");
    expect((await place.cli(["history", arn, "--endpoint", "here"])).stderr).toContain(
      "--endpoint takes an address",
    );
    expect((await place.cli(["history", arn, "--endpoint", "http://127.0.0.1:1"])).status).toBe(2);
  });

  test("goes on at the next start with what was running when it was killed", async () => {
    await using place = workplace();
    const first = await place.serve(["--virtual-clock"]);
    const arn = await start(first.endpoint, month);
    await first.stop("SIGKILL");
    const second = await place.serve(["--virtual-clock"]);
    await advance(second.endpoint, { seconds: 31 * 86_400 });
    expect((await describeExecution(second.endpoint, arn)).status).toBe("SUCCEEDED");
  });

  test("says why it cannot serve", async () => {
    await using place = workplace();
    const { endpoint } = await place.serve();
    const port = new URL(endpoint).port;
    const taken = await place.cli(["serve", "--port", port, "--data", "other"]);
    expect(taken.status).toBe(2);
    expect(taken.stderr).toContain("something else listens there");
    const folder = await place.cli(["serve", "--port", "0", "--data", "data"]);
    expect(folder.status).toBe(2);
    expect(folder.stderr).toContain("in use by another process");
    expect((await place.cli(["serve", "--port", "99999"])).stderr).toContain("--port takes a whole number");
    expect((await place.cli(["serve", "--region", "here"])).stderr).toContain("--region takes a region");
    expect((await place.cli(["serve", "--account", "1"])).stderr).toContain("--account takes twelve digits");
  });
});
