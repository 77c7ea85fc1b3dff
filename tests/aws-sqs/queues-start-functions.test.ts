import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { SendMessageBatchCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { testFunction } from "../aws/local-aws.js";
import { aws } from "./env.js";
import { type Made, type QueueWorld, redrive, startQueueWorld } from "./queues-client.js";

interface SqsEvent {
  Records: { messageId: string; body: string; attributes: Record<string, string> }[];
}

const names = ["plain", "partial", "throwing", "nonsense", "windowed", "many", "twice", "later", "shown"];

describe.skipIf(aws)("an event source mapping", () => {
  let world: QueueWorld;
  let lambda: LambdaClient;
  beforeAll(async () => {
    const functions = names.map((name) =>
      testFunction(name, { file: "consumer.mjs", timeoutSeconds: 2, reservedConcurrency: 3 }),
    );
    world = await startQueueWorld({ functions });
    lambda = new LambdaClient(world.local.client);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** The events that a function got, each in one invocation, oldest first. */
  async function events(name: string): Promise<SqsEvent[]> {
    const file = join(world.local.dataDir, "logs", "lambda", `${name}.log`);
    const text = await readFile(file, "utf8").catch(() => "");
    return text
      .trim()
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => JSON.parse(line).event ?? []);
  }
  const records = async (name: string) => (await events(name)).flatMap(({ Records }) => Records);
  const bodies = async (name: string) => (await records(name)).map(({ body }) => body).toSorted();
  const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 100 });

  async function pair(name: string, visibility = "2"): Promise<{ queue: Made; dead: Made }> {
    const dead = await world.queue(`${name}-dead`);
    return { dead, queue: await world.queue(name, { VisibilityTimeout: visibility, ...redrive(dead, 3) }) };
  }
  const map = (queue: Made, FunctionName: string, more: Partial<CreateEventSourceMappingCommandInput> = {}) =>
    lambda.send(
      new CreateEventSourceMappingCommand({
        EventSourceArn: queue.arn,
        FunctionName,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        ...more,
      }),
    );
  const send = ({ url }: Made, ...texts: string[]) =>
    world.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: texts.map((MessageBody, at) => ({ Id: `m${at}`, MessageBody })),
      }),
    );
  const isEmpty = async (queue: Made) =>
    expect(await world.attributes(queue)).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
    });

  /** As a developer does it, from outside. */
  async function setFaults(faults: object): Promise<number> {
    const page = `${world.local.aws.url}/_longhaul/queues/faults`;
    return (await fetch(page, { method: "POST", body: JSON.stringify(faults) })).status;
  }

  it("hands messages over in SQS's shape, and deletes those that were handled", async () => {
    const { queue } = await pair("plain");
    await map(queue, "plain");
    const sent = await world.sqs.send(
      new SendMessageCommand({
        QueueUrl: queue.url,
        MessageBody: "hello",
        MessageAttributes: {
          kind: { DataType: "String", StringValue: "k" },
          bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2]) },
        },
      }),
    );
    await until(() => isEmpty(queue));
    await until(async () => expect(await records("plain")).toHaveLength(1));
    expect(await records("plain")).toEqual([
      {
        messageId: sent.MessageId,
        receiptHandle: expect.any(String),
        body: "hello",
        attributes: {
          ApproximateReceiveCount: "1",
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          kind: { stringValue: "k", stringListValues: [], binaryListValues: [], dataType: "String" },
          bytes: { binaryValue: "AQI=", stringListValues: [], binaryListValues: [], dataType: "Binary" },
        },
        md5OfBody: sent.MD5OfMessageBody,
        md5OfMessageAttributes: sent.MD5OfMessageAttributes,
        eventSource: "aws:sqs",
        eventSourceARN: queue.arn,
        awsRegion: "us-east-1",
      },
    ]);
  });

  // What waits for the timeouts of its own queue waits beside the others.
  it.concurrent("brings back only the messages that are reported, until they are dead letters", async () => {
    const { queue, dead } = await pair("partial");
    await map(queue, "partial");
    await send(queue, "one", "fail", "two");
    const [letter] = await world.receiveAll(dead, 1);
    expect(letter?.Body).toBe("fail");
    await isEmpty(queue);
    await until(async () => expect(await bodies("partial")).toEqual(["fail", "fail", "fail", "one", "two"]));
  });

  it.concurrent.each([
    ["whose function fails", "throwing", "throw"],
    ["whose function reports a message that is not of it", "nonsense", "nonsense"],
  ])("brings back a whole batch %s", async (_what, name, body) => {
    const { queue, dead } = await pair(name);
    await send(queue, "good", body);
    await map(queue, name);
    expect((await world.receiveAll(dead, 2)).map(({ Body }) => Body).toSorted()).toEqual(
      ["good", body].toSorted(),
    );
    await isEmpty(queue);
    await until(async () => expect((await events(name)).length).toBeGreaterThanOrEqual(3));
  });

  it.concurrent("fills a batch within its window", async () => {
    const { queue } = await pair("windowed", "30");
    const texts = Array.from({ length: 10 }, (_, at) => `w${at}`);
    for (let batch = 0; batch < 3; batch += 1) await send(queue, ...texts);
    await map(queue, "windowed", { BatchSize: 25, MaximumBatchingWindowInSeconds: 2 });
    await until(async () => expect(await records("windowed")).toHaveLength(30));
    expect((await events("windowed")).map(({ Records }) => Records.length).toSorted()).toEqual([25, 5]);
  });

  it("never runs more at a time than its maximum concurrency", async () => {
    const { queue } = await pair("many", "60");
    await send(queue, ...Array.from({ length: 6 }, () => "sleep 300"));
    const started = Date.now();
    await map(queue, "many", { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
    await until(() => isEmpty(queue));
    // Six of 300 ms each, two at a time.
    expect(Date.now() - started).toBeGreaterThanOrEqual(900);
    await until(async () => expect(await records("many")).toHaveLength(6));
  });

  it.each([
    ["at the same moment", "twice", "at-once"],
    ["after they were deleted", "later", "after-delete"],
  ] as const)("delivers messages twice %s where a test asks for it", async (_what, name, how) => {
    const { queue } = await pair(name, "30");
    await setFaults({ duplicate: how, queue: world.name(name) });
    await map(queue, name, { BatchSize: 1 });
    await send(queue, "a", "b", "c");
    await until(async () => expect(await bodies(name)).toEqual(["a", "a", "b", "b", "c", "c"]));
    await until(() => isEmpty(queue));
    await setFaults({ duplicate: "none", queue: world.name(name) });
    await send(queue, "d");
    await until(() => isEmpty(queue));
    await until(async () => expect(await bodies(name)).toHaveLength(7));
  });

  it("takes no faults that there are not", async () => {
    expect(await setFaults({ duplicate: "thrice" })).toBe(400);
    expect(await setFaults({ duplicate: "none", lose: true })).toBe(400);
    expect(await setFaults({ duplicate: "none" })).toBe(200);
  });

  it("is shown, listed, switched off and deleted", async () => {
    const { queue } = await pair("shown");
    const made = await map(queue, "shown", { BatchSize: 5, ScalingConfig: { MaximumConcurrency: 3 } });
    const settings = {
      UUID: made.UUID,
      EventSourceArn: queue.arn,
      FunctionArn: expect.stringMatching(/:function:shown$/),
      BatchSize: 5,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 3 },
      State: "Enabled",
    };
    expect(made).toMatchObject(settings);
    const { UUID } = made;
    expect(await lambda.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject(settings);
    const list = new ListEventSourceMappingsCommand({ FunctionName: "shown" });
    expect((await lambda.send(list)).EventSourceMappings).toMatchObject([settings]);
    const off = await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    expect(off).toMatchObject({ ...settings, State: "Disabled" });
    await send(queue, "unheard");
    expect(await world.receive(queue, { WaitTimeSeconds: 5 })).toHaveLength(1);
    await lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
    await expect(lambda.send(new GetEventSourceMappingCommand({ UUID }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    expect(await records("shown")).toEqual([]);
  });

  it.each<[string, Partial<CreateEventSourceMappingCommandInput>, string]>([
    ["a function that is not there", { FunctionName: "nobody" }, "ResourceNotFoundException"],
    [
      "a queue that is not there",
      { EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:nowhere" },
      "InvalidParameterValueException",
    ],
    [
      "another kind of source",
      { EventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/s" },
      "InvalidParameterValueException",
    ],
    ["large batches without a window", { BatchSize: 11 }, "InvalidParameterValueException"],
    ["a concurrency of one", { ScalingConfig: { MaximumConcurrency: 1 } }, "InvalidParameterValueException"],
    [
      "filters, which it has not",
      { FilterCriteria: { Filters: [{ Pattern: "{}" }] } },
      "InvalidParameterValueException",
    ],
  ])("is refused with %s", async (_what, more, name) => {
    const queue = await world.queue("unmapped");
    await expect(map(queue, "shown", more)).rejects.toMatchObject({ name });
  });

  it("is refused where messages would come back before the function has to end", async () => {
    const queue = await world.queue("short", { VisibilityTimeout: "1" });
    await expect(map(queue, "shown")).rejects.toThrow(
      "Queue visibility timeout: 1 seconds is less than Function timeout: 2 seconds",
    );
  });
});
