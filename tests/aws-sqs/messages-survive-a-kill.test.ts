import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aws } from "./env.js";
import { kill, startQueueProcess } from "./queue-process.js";

describe.skipIf(aws)("after kill -9", () => {
  let dataDir: string;
  let child: ChildProcess;
  let sqs: SQSClient;
  let sns: SNSClient;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "longhaul-queues-"));
    await start();
  });
  afterEach(async () => {
    await kill(child);
    await rm(dataDir, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    const started = await startQueueProcess(dataDir);
    child = started.child;
    const credentials = { accessKeyId: "a", secretAccessKey: "a" };
    const settings = { endpoint: started.url, region: "us-east-1", credentials, maxAttempts: 1 };
    // The process comes back on another port: the address of a queue is its path.
    sqs = new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
    sns = new SNSClient(settings);
  }

  async function restart(): Promise<void> {
    await kill(child);
    await start();
  }

  async function makeQueue(QueueName: string, Attributes: Record<string, string> = {}) {
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    return { QueueUrl, arn: `arn:aws:sqs:us-east-1:000000000000:${QueueName}` };
  }

  async function receive(QueueUrl: string, WaitTimeSeconds = 0): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      WaitTimeSeconds,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    });
    return (await sqs.send(command)).Messages ?? [];
  }

  it("every message that was acknowledged is there, once, and none that was deleted", async () => {
    const { QueueUrl } = await makeQueue("lasting", { VisibilityTimeout: "600" });
    const acknowledged: string[] = [];
    // Sends until the process is gone: what was not acknowledged may be there or not.
    const sending = Promise.all(
      [0, 1, 2, 3].map(async (sender) => {
        for (let at = 0; ; at += 1) {
          const MessageBody = `${sender}-${at}`;
          await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
          acknowledged.push(MessageBody);
        }
      }),
    ).catch((error: Error) => error);
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(60), { timeout: 20_000 });
    const hidden = await receive(QueueUrl);
    const { ReceiptHandle } = hidden[0]!;
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    await kill(child);
    expect(await sending).toBeInstanceOf(Error);
    await start();

    const found: (string | undefined)[] = [];
    for (let more = await receive(QueueUrl); more.length > 0; more = await receive(QueueUrl))
      found.push(...more.map(({ Body }) => Body));
    expect(new Set(found).size).toBe(found.length);
    const received = hidden.map(({ Body }) => Body);
    expect(found.filter((body) => received.includes(body))).toEqual([]);
    expect(acknowledged.filter((body) => !found.includes(body) && !received.includes(body))).toEqual([]);
  });

  it("a message in flight comes again at its moment, and a handle of before still deletes", async () => {
    const { QueueUrl } = await makeQueue("flight", { VisibilityTimeout: "4" });
    const Entries = ["short", "long", "delayed", "deleted"].map((Id) => ({
      Id,
      MessageBody: Id,
      DelaySeconds: Id === "delayed" ? 4 : 0,
    }));
    const before = Date.now();
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const messages = await receive(QueueUrl);
    expect(messages).toHaveLength(3);
    const handle = (body: string) => messages.find(({ Body }) => Body === body)!.ReceiptHandle!;
    const longer = { QueueUrl, ReceiptHandle: handle("long"), VisibilityTimeout: 600 };
    await sqs.send(new ChangeMessageVisibilityCommand(longer));
    await restart();
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: handle("deleted") }));
    const again: Message[] = [];
    while (again.length < 2) again.push(...(await receive(QueueUrl, 10)));
    expect(Date.now() - before).toBeGreaterThanOrEqual(4_000);
    expect(again.map(({ Body }) => Body).toSorted()).toEqual(["delayed", "short"]);
    expect(again.find(({ Body }) => Body === "short")?.Attributes).toEqual({ ApproximateReceiveCount: "2" });
    expect(await receive(QueueUrl)).toEqual([]);
  });

  it("topics go on feeding their queues, and a task that moves dead letters goes on", async () => {
    const dead = await makeQueue("dead");
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
    const { QueueUrl, arn } = await makeQueue("fed", { VisibilityTimeout: "0", RedrivePolicy });
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "feeding" }));
    const Attributes = { RawMessageDelivery: "true" };
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arn, Attributes }));
    await restart();
    for (const Message of ["a", "b", "c"]) await sns.send(new PublishCommand({ TopicArn, Message }));
    await receive(QueueUrl);
    expect(await receive(QueueUrl)).toEqual([]);
    const task = { SourceArn: dead.arn, MaxNumberOfMessagesPerSecond: 1 };
    await sqs.send(new StartMessageMoveTaskCommand(task));
    await restart();
    await vi.waitFor(
      async () => {
        const list = new ListMessageMoveTasksCommand({ SourceArn: dead.arn });
        expect((await sqs.send(list)).Results?.[0]).toMatchObject({
          Status: "COMPLETED",
          ApproximateNumberOfMessagesMoved: 3,
        });
      },
      { timeout: 20_000, interval: 200 },
    );
    expect((await receive(QueueUrl)).map(({ Body }) => Body).toSorted()).toEqual(["a", "b", "c"]);
  });
});
