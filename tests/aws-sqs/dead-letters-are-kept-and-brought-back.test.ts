import {
  CancelMessageMoveTaskCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Made, type QueueWorld, redrive, startQueueWorld } from "./queues-client.js";

let world: QueueWorld;
beforeAll(async () => {
  world = await startQueueWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A queue and its dead-letter queue. */
async function pair(what: string, receives: number): Promise<{ queue: Made; dead: Made }> {
  const dead = await world.queue(`${what}-dead`);
  const queue = await world.queue(what, { VisibilityTimeout: "0", ...redrive(dead, receives) });
  return { queue, dead };
}

async function fill(queue: Made, count: number): Promise<void> {
  for (let at = 0; at < count; at += 10) {
    const Entries = Array.from({ length: Math.min(10, count - at) }, (_, one) => ({
      Id: `m${one}`,
      MessageBody: `${at + one}`,
    }));
    await world.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  }
}

/** Receives without deleting until nothing comes any more. */
async function exhaust(queue: Made): Promise<void> {
  while ((await world.receive(queue, { WaitTimeSeconds: 2 })).length > 0);
}

async function tasks(SourceArn: string) {
  return (await world.sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 10 }))).Results ?? [];
}

it("a message that was received three times in vain is a dead letter", async () => {
  const { queue, dead } = await pair("three", 3);
  const sent = await world.sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: "poison",
      MessageAttributes: { kind: { DataType: "String", StringValue: "bad" } },
    }),
  );
  const counts: (string | undefined)[] = [];
  for (let at = 0; at < 3; at += 1) {
    const [message] = await world.receive(queue, {
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      WaitTimeSeconds: 5,
    });
    counts.push(message?.Attributes?.ApproximateReceiveCount);
  }
  expect(counts).toEqual(["1", "2", "3"]);
  expect(await world.receive(queue, { WaitTimeSeconds: 1 })).toEqual([]);
  const [letter] = await world.receiveAll(dead, 1);
  expect(letter).toMatchObject({
    MessageId: sent.MessageId,
    Body: "poison",
    MessageAttributes: { kind: { StringValue: "bad" } },
    Attributes: { DeadLetterQueueSourceArn: queue.arn, ApproximateReceiveCount: "4" },
  });
  const sources = await world.sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.url }));
  expect(sources.queueUrls).toEqual([queue.url]);
});

it("dead letters go back to where they came from, as new messages", async () => {
  const { queue, dead } = await pair("back", 1);
  await fill(queue, 25);
  await exhaust(queue);
  const started = await world.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }));
  expect(started.TaskHandle).toEqual(expect.any(String));
  await vi.waitFor(
    async () =>
      expect((await tasks(dead.arn))[0]).toMatchObject({
        Status: "COMPLETED",
        SourceArn: dead.arn,
        ApproximateNumberOfMessagesMoved: 25,
      }),
    { timeout: 30_000, interval: 200 },
  );
  const [moved] = await world.receive(queue, {
    WaitTimeSeconds: 5,
    MaxNumberOfMessages: 1,
    MessageSystemAttributeNames: ["All"],
  });
  expect(moved?.Attributes).toMatchObject({ ApproximateReceiveCount: "1" });
  expect(moved?.Attributes).not.toHaveProperty("DeadLetterQueueSourceArn");
});

it("dead letters go to another queue at the rate that is asked for, and stop when that is cancelled", async () => {
  const { queue, dead } = await pair("slow", 1);
  const target = await world.queue("slow-target");
  await fill(queue, 8);
  await exhaust(queue);
  const { TaskHandle } = await world.sqs.send(
    new StartMessageMoveTaskCommand({
      SourceArn: dead.arn,
      DestinationArn: target.arn,
      MaxNumberOfMessagesPerSecond: 1,
    }),
  );
  await expect(
    world.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn })),
  ).rejects.toMatchObject({ name: "UnsupportedOperation" });
  await vi.waitFor(
    async () => expect((await tasks(dead.arn))[0]?.ApproximateNumberOfMessagesMoved).toBeGreaterThan(0),
    { timeout: 20_000, interval: 100 },
  );
  const cancelled = await world.sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
  expect(cancelled.ApproximateNumberOfMessagesMoved).toBeLessThan(8);
  await vi.waitFor(async () => expect((await tasks(dead.arn))[0]).toMatchObject({ Status: "CANCELLED" }), {
    timeout: 20_000,
  });
  const [task] = await tasks(dead.arn);
  expect(await world.receiveAll(target, task!.ApproximateNumberOfMessagesMoved!)).toHaveLength(
    task!.ApproximateNumberOfMessagesMoved!,
  );
  await expect(world.sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

it("only the dead-letter queue of a queue is emptied so", async () => {
  const alone = await world.queue("alone");
  await expect(
    world.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: alone.arn })),
  ).rejects.toMatchObject({ name: expect.stringMatching(/^InvalidParameterValue/) });
  await expect(
    world.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: "not an ARN" })),
  ).rejects.toMatchObject({ name: expect.stringMatching(/^InvalidParameterValue/) });
});
