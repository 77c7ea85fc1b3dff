import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  PutRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { SFNClient, ListStateMachinesCommand } from "@aws-sdk/client-sfn";
import type { RuleSpec } from "@longhaul/functions/manifest";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startTestAws, type TestAws, testFunction } from "./local-aws.js";

const rules: RuleSpec[] = [
  {
    name: "orders",
    description: "Paid orders",
    target: "listener",
    pattern: { source: ["shop"], "detail-type": ["Order"], detail: { status: ["PAID", "SHIPPED"] } },
  },
  { name: "clock", description: "Every minute", target: "ticker", everySeconds: 60, mends: true },
];

let local: TestAws;
let events: EventBridgeClient;

beforeAll(async () => {
  const listener = (name: string) => testFunction(name, { file: "listener.mjs", reservedConcurrency: 1 });
  local = await startTestAws([listener("listener"), listener("ticker")], {
    rules,
    lambda: { concurrency: 1 },
  });
  events = new EventBridgeClient(local.client);
});
afterAll(() => local[Symbol.asyncDispose]());

/** The events that a listener wrote to its log, oldest first. */
async function heard(name: string, count: number): Promise<Record<string, unknown>[]> {
  return vi.waitFor(
    async () => {
      const text = await readFile(join(local.dataDir, "logs", "lambda", `${name}.log`), "utf8");
      const lines = text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).event);
      expect(lines.length).toBeGreaterThanOrEqual(count);
      return lines;
    },
    { timeout: 20_000 },
  );
}

const order = (detail: object, over: object = {}) => ({
  Source: "shop",
  DetailType: "Order",
  Detail: JSON.stringify(detail),
  ...over,
});

it("hands matching events to the rule's function, in EventBridge's shape", async () => {
  const answer = await events.send(
    new PutEventsCommand({
      Entries: [
        order({ status: "PAID", number: 1 }, { Resources: ["arn:x"] }),
        order({ status: "NEW", number: 2 }),
        order({ status: "SHIPPED", number: 3 }, { Source: "elsewhere" }),
        order({ status: "SHIPPED", number: 4 }),
      ],
    }),
  );
  expect(answer.FailedEntryCount).toBe(0);
  const lines = await heard("listener", 2);
  expect(lines.map((event) => (event["detail"] as { number: number }).number).sort()).toEqual([1, 4]);
  expect(lines.find((event) => event["id"] === answer.Entries?.[0]?.EventId)).toEqual({
    version: "0",
    id: answer.Entries?.[0]?.EventId,
    "detail-type": "Order",
    source: "shop",
    account: "000000000000",
    region: "us-east-1",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    resources: ["arn:x"],
    detail: { status: "PAID", number: 1 },
  });
});

it("runs the target of a scheduled rule that mends when the clock starts late", async () => {
  local.aws.bus.startClock({ behind: true });
  expect(await heard("ticker", 1)).toMatchObject([
    {
      source: "aws.events",
      "detail-type": "Scheduled Event",
      resources: ["arn:aws:events:us-east-1:000000000000:rule/clock"],
    },
  ]);
});

it("refuses wrong entries one by one", async () => {
  const answer = await events.send(
    new PutEventsCommand({
      Entries: [
        order({}, { Detail: "not json" }),
        order({}, { Source: "aws.states" }),
        order({}, { EventBusName: "other" }),
        order({}, { Source: undefined }),
        order({ status: "NEW" }),
      ],
    }),
  );
  expect(answer.FailedEntryCount).toBe(4);
  expect(answer.Entries?.map((entry) => entry.ErrorCode)).toEqual([
    "MalformedDetail",
    "NotAuthorizedForSourceException",
    "ResourceNotFoundException",
    "InvalidArgument",
    undefined,
  ]);
  await expect(events.send(new PutEventsCommand({ Entries: [] }))).rejects.toMatchObject({
    name: "ValidationException",
  });
});

it("lists its rules and names an operation that is not there", async () => {
  const { Rules } = await events.send(new ListRulesCommand({}));
  expect(Rules).toMatchObject([
    { Name: "orders", EventPattern: JSON.stringify((rules[0] as { pattern: object }).pattern) },
    { Name: "clock", ScheduleExpression: "rate(1 minute)" },
  ]);
  await expect(events.send(new PutRuleCommand({ Name: "x" }))).rejects.toMatchObject({
    name: "UnknownOperationException",
    message: expect.stringContaining("EventBridge PutRule"),
  });
});

it("tells a request for another region where it runs", async () => {
  const elsewhere = new EventBridgeClient({ ...local.client, region: "eu-west-1" });
  await expect(elsewhere.send(new ListRulesCommand({}))).rejects.toMatchObject({
    message: expect.stringContaining("AWS_REGION=us-east-1"),
  });
});

it("says that Step Functions is still starting, in a way that clients try again", async () => {
  await expect(new SFNClient(local.client).send(new ListStateMachinesCommand({}))).rejects.toMatchObject({
    name: "ServiceUnavailable",
    $metadata: { httpStatusCode: 503 },
  });
});

it.each([
  ["a service that is not there", { "x-amz-target": "DynamoDB_20120810.Query" }, "{}", 400, "(Query)"],
  ["a body that is not JSON", { "x-amz-target": "AWSEvents.PutEvents" }, "{", 400, "not a JSON object"],
  [
    "a form of a service that is not there",
    {
      "content-type": "application/x-www-form-urlencoded",
      authorization:
        "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0",
    },
    "Action=GetCallerIdentity",
    400,
    "STS (GetCallerIdentity)",
  ],
  ["nothing known", {}, "", 404, "unknown service"],
  [
    "an inherited property as operation",
    { "x-amz-target": "AWSEvents.constructor" },
    "{}",
    400,
    "EventBridge constructor",
  ],
])("answers %s with an error that says so", async (_what, headers, body, status, message) => {
  const response = await fetch(local.aws.url, {
    method: "POST",
    headers: headers as Record<string, string>,
    body,
  });
  expect(response.status).toBe(status);
  expect(await response.text()).toContain(message);
});
