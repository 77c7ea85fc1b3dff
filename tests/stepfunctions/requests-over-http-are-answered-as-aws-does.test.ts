import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Served, serve } from "./support/serve.js";

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

function post(body: string, headers: Record<string, string>): Promise<Response> {
  return fetch(served.endpoint, { method: "POST", headers, body });
}

const target = (operation: string) => ({ "x-amz-target": `AWSStepFunctions.${operation}` });

test("whatever the content type says, the body is read as JSON", async () => {
  for (const type of [
    "application/x-amz-json-1.0",
    "application/x-amz-json-1.1",
    "text/plain",
    "image/png",
  ]) {
    const response = await post("{}", { ...target("ListActivities"), "content-type": type });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/x-amz-json-1.0");
    expect(await response.json()).toEqual({ activities: [] });
  }
});

test("a request without a body is one without members", async () => {
  expect(await (await post("", target("ListActivities"))).json()).toEqual({ activities: [] });
});

test.each([
  ["no target", {}],
  ["a target without an operation", { "x-amz-target": "AWSStepFunctions." }],
  ["a target without a service", { "x-amz-target": "ListActivities" }],
])("%s", async (_, headers) => {
  const response = await post("{}", headers);
  expect(response.status).toBe(400);
  expect(response.headers.get("x-amzn-errortype")).toBe("UnknownOperationException");
  expect(await response.json()).toMatchObject({ __type: "UnknownOperationException" });
});

test("an error names itself in its header and its body, with what belongs to it", async () => {
  const stateMachineAliasArn = "arn:aws:states:us-east-1:000000000000:stateMachine:machine:live";
  const gone = await post(JSON.stringify({ stateMachineAliasArn }), target("DescribeStateMachineAlias"));
  expect(gone.status).toBe(400);
  expect(gone.headers.get("x-amzn-errortype")).toBe("ResourceNotFound");
  expect(gone.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  expect(await gone.json()).toEqual({
    __type: "ResourceNotFound",
    message: `Resource not found: '${stateMachineAliasArn}'`,
    resourceName: stateMachineAliasArn,
  });
});

test("a worker who hangs up takes no task with it", async () => {
  const { engine } = served;
  const { activityArn } = (await engine.handle("CreateActivity", { name: "work" })) as {
    activityArn: string;
  };
  const body = JSON.stringify({ activityArn });
  const headers = { ...target("GetActivityTask"), "content-length": body.length };
  const poll = httpRequest(served.endpoint, { method: "POST", headers, agent: false });
  poll.on("error", () => {});
  poll.end(body);
  // The poll has come in when a request that was sent after it has been answered.
  await new Promise((resolve) => poll.on("finish", resolve));
  await post("{}", target("ListActivities"));
  const closed = new Promise((resolve) => poll.on("close", resolve));
  poll.destroy();
  await closed;
  await post("{}", target("ListActivities"));
  const definition = JSON.stringify({
    StartAt: "Work",
    States: { Work: { Type: "Task", Resource: activityArn, End: true } },
  });
  const roleArn = "arn:aws:iam::000000000000:role/role";
  const made = (await engine.handle("CreateStateMachine", { name: "m", definition, roleArn })) as object;
  await engine.handle("StartExecution", made);
  const task = await post(body, target("GetActivityTask"));
  expect(await task.json()).toMatchObject({ input: "{}", taskToken: expect.any(String) });
});
