import { request as httpRequest } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Served, serve } from "./support/serve.js";

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

const roleArn = "arn:aws:iam::000000000000:role/role";

interface Answer {
  status: number;
  code: string;
  message: string;
}

async function post(
  operation: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(served.endpoint, {
    method: "POST",
    headers: {
      "x-amz-target": `AWSStepFunctions.${operation}`,
      "content-type": "application/x-amz-json-1.0",
      ...headers,
    },
    body: typeof body === "string" ? body : new Uint8Array(body),
  });
  const answer = (await response.json()) as { __type?: string; message?: string };
  return { status: response.status, code: answer.__type ?? "", message: answer.message ?? "" };
}

const create = (definition: string) =>
  post("CreateStateMachine", JSON.stringify({ name: "bad", definition, roleArn }));

afterEach(async () => {
  expect(await post("ListStateMachines", "{}")).toMatchObject({ status: 200 });
});

describe("requests", () => {
  test.each<[string, string, string | Buffer, Record<string, string>, number, string]>([
    ["malformed JSON", "ListStateMachines", "{", {}, 400, "SerializationException"],
    [
      "bytes that are no text",
      "ListStateMachines",
      Buffer.from([0x7b, 0xff, 0x7d]),
      {},
      400,
      "SerializationException",
    ],
    ["a list", "ListStateMachines", "[]", {}, 400, "SerializationException"],
    ["null", "ListStateMachines", "null", {}, 400, "SerializationException"],
    ["a wrong type", "ListStateMachines", '{"maxResults":"many"}', {}, 400, "SerializationException"],
    ["a number out of bounds", "ListStateMachines", '{"maxResults":5000}', {}, 400, "ValidationException"],
    ["a missing member", "DescribeExecution", "{}", {}, 400, "ValidationException"],
    ["an unknown operation", "MakeCoffee", "{}", {}, 400, "UnknownOperationException"],
    [
      "an operation named like a member of every object",
      "constructor",
      "{}",
      {},
      400,
      "UnknownOperationException",
    ],
    [
      "another service's target",
      "",
      "{}",
      { "x-amz-target": "DynamoDB_20120810.ListTables" },
      400,
      "UnknownOperationException",
    ],
    [
      "a body of 10 MB",
      "StartExecution",
      Buffer.alloc(10_000_000, 0x20),
      {},
      413,
      "RequestEntityTooLargeException",
    ],
    ["deep nesting", "ListStateMachines", `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`, {}, 200, ""],
  ])("%s", async (_, operation, body, headers, status, code) => {
    expect(await post(operation, body, headers)).toMatchObject({ status, code });
  });

  test("an unknown operation is named", async () => {
    expect((await post("MakeCoffee", "{}")).message).toContain("MakeCoffee");
  });

  test("a request that is no POST", async () => {
    const response = await fetch(served.endpoint);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { __type: "UnknownOperationException" },
    ]);
  });

  test("a client that hangs up in the middle of its request", async () => {
    await new Promise<void>((resolve) => {
      const headers = { "x-amz-target": "AWSStepFunctions.ListStateMachines", "content-length": "1000" };
      const broken = httpRequest(served.endpoint, { method: "POST", headers }, () => {});
      broken.on("error", () => resolve());
      broken.write("{", () => broken.destroy(new Error("gone")));
    });
  });
});

describe("definitions", () => {
  test.each([
    ["one that is too long", `"${"x".repeat(1_100_000)}"`, "ValidationException"],
    [
      "one that nests without end",
      `{"StartAt":"A","States":{"A":${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}}}`,
      "InvalidDefinition",
    ],
    [
      "an expression that nests without end",
      pass(`{% ${"(".repeat(50_000)}1${")".repeat(50_000)} %}`),
      "InvalidDefinition",
    ],
    ["10,000 states that lead nowhere", many(10_000), "InvalidDefinition"],
    [
      "members of every object as names",
      '{"StartAt":"constructor","States":{"__proto__":{"Type":"toString"}}}',
      "InvalidDefinition",
    ],
    ["a machine of an unknown type", "", "ValidationException"],
  ])("%s", async (_, definition, code) => {
    const answer =
      definition === ""
        ? await post(
            "CreateStateMachine",
            JSON.stringify({ name: "bad", definition: pass(1), roleArn, type: "FAST" }),
          )
        : await create(definition);
    expect(answer).toMatchObject({ status: 400, code });
    expect(answer.message.length).toBeLessThan(10_000);
  });
});

function pass(output: unknown): string {
  return JSON.stringify({
    QueryLanguage: "JSONata",
    StartAt: "A",
    States: { A: { Type: "Pass", Output: output, End: true } },
  });
}

function many(count: number): string {
  const states = Array.from({ length: count }, (_, index) => [
    `S${index}`,
    { Type: "Pass", Next: "Nowhere" },
  ]);
  return JSON.stringify({ StartAt: "S0", States: Object.fromEntries(states) });
}
