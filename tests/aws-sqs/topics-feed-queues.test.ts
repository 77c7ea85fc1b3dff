import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aws } from "./env.js";
import { type Made, type QueueWorld, startQueueWorld } from "./queues-client.js";

let world: QueueWorld;
let topic: string;
beforeAll(async () => {
  world = await startQueueWorld();
  topic = await makeTopic("topic");
});
afterAll(() => world[Symbol.asyncDispose]());

async function makeTopic(what: string): Promise<string> {
  const { TopicArn = "" } = await world.sns.send(new CreateTopicCommand({ Name: world.name(what) }));
  world.forget(TopicArn);
  return TopicArn;
}

/** A queue that a topic may write to, subscribed to it. */
async function subscribed(what: string, Attributes: Record<string, string> = {}, TopicArn = topic) {
  const queue = await world.queue(what);
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queue.arn,
        Condition: { ArnEquals: { "aws:SourceArn": TopicArn } },
      },
    ],
  });
  await world.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy } }));
  const subscription = { TopicArn, Protocol: "sqs", Endpoint: queue.arn, Attributes };
  const { SubscriptionArn = "" } = await world.sns.send(new SubscribeCommand(subscription));
  return { queue, SubscriptionArn };
}

const text = (StringValue: string) => ({ DataType: "String", StringValue });
const number = (value: number) => ({ DataType: "Number", StringValue: String(value) });
const bodies = async (queue: Made, count: number) =>
  (await world.receiveAll(queue, count)).map(({ Body }) => Body).toSorted();

describe("a topic", () => {
  it("is made once and says what it is", async () => {
    expect(await makeTopic("topic")).toBe(topic);
    const { Attributes } = await world.sns.send(new GetTopicAttributesCommand({ TopicArn: topic }));
    expect(Attributes).toMatchObject({ TopicArn: topic, Owner: expect.stringMatching(/^\d{12}$/) });
    await world.sns.send(
      new TagResourceCommand({ ResourceArn: topic, Tags: [{ Key: "team", Value: "jobs & co" }] }),
    );
    await world.sns.send(new TagResourceCommand({ ResourceArn: topic, Tags: [{ Key: "b", Value: "c" }] }));
    await world.sns.send(new UntagResourceCommand({ ResourceArn: topic, TagKeys: ["b"] }));
    const { Tags } = await world.sns.send(new ListTagsForResourceCommand({ ResourceArn: topic }));
    expect(Tags).toEqual([{ Key: "team", Value: "jobs & co" }]);
  });

  it("that is not there is said not to be", async () => {
    const publish = new PublishCommand({ TopicArn: `${topic}-not`, Message: "x" });
    await expect(world.sns.send(publish)).rejects.toMatchObject({ name: "NotFoundException" });
  });

  it("hands a message to each subscriber, raw or in an envelope", async () => {
    const own = await makeTopic("both");
    const raw = await subscribed("raw", { RawMessageDelivery: "true" }, own);
    const wrapped = await subscribed("wrapped", {}, own);
    const Message = JSON.stringify({ run: "r", note: "<é & 🎈>" });
    const { MessageId } = await world.sns.send(
      new PublishCommand({
        TopicArn: own,
        Subject: "A run",
        Message,
        MessageAttributes: {
          priority: text("standard"),
          bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2]) },
        },
      }),
    );
    const [plain] = await world.receiveAll(raw.queue, 1);
    expect(plain).toMatchObject({
      Body: Message,
      MessageAttributes: { priority: { DataType: "String", StringValue: "standard" } },
    });
    expect([...plain!.MessageAttributes!["bytes"]!.BinaryValue!]).toEqual([1, 2]);
    const [letter] = await world.receiveAll(wrapped.queue, 1);
    expect(letter!.MessageAttributes).toBeUndefined();
    expect(JSON.parse(letter!.Body!)).toMatchObject({
      Type: "Notification",
      MessageId,
      TopicArn: own,
      Subject: "A run",
      Message,
      Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      MessageAttributes: {
        priority: { Type: "String", Value: "standard" },
        bytes: { Type: "Binary", Value: "AQI=" },
      },
    });
  });

  it("takes a batch, and says which of it was wrong", async () => {
    const own = await makeTopic("batch");
    const { queue } = await subscribed("batch", { RawMessageDelivery: "true" }, own);
    const PublishBatchRequestEntries = Array.from({ length: 10 }, (_, at) => ({
      Id: `m${at}`,
      Message: at === 3 ? "" : `body ${at}`,
      MessageAttributes: { at: number(at) },
    }));
    const { Successful, Failed } = await world.sns.send(
      new PublishBatchCommand({ TopicArn: own, PublishBatchRequestEntries }),
    );
    expect(Successful).toHaveLength(9);
    expect(Failed).toMatchObject([{ Id: "m3", SenderFault: true }]);
    expect(await bodies(queue, 9)).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9].map((at) => `body ${at}`));
    const publish = (entries: object[]) =>
      world.sns.send(
        new PublishBatchCommand({
          TopicArn: own,
          PublishBatchRequestEntries: entries as { Id: string; Message: string }[],
        }),
      );
    await expect(
      publish(Array.from({ length: 11 }, (_, at) => ({ Id: `m${at}`, Message: "x" }))),
    ).rejects.toMatchObject({ name: "TooManyEntriesInBatchRequestException" });
    await expect(publish([])).rejects.toMatchObject({ name: "EmptyBatchRequestException" });
    const twice = [1, 2].map(() => ({ Id: "same", Message: "x" }));
    await expect(publish(twice)).rejects.toMatchObject({ name: "BatchEntryIdsNotDistinctException" });
    const heavy = [1, 2].map((at) => ({ Id: `${at}`, Message: "x".repeat(150_000) }));
    await expect(publish(heavy)).rejects.toMatchObject({ name: "BatchRequestTooLongException" });
  });

  it("takes no message over 256 KiB, and none that is empty", async () => {
    for (const Message of ["x".repeat(262_145), ""]) {
      await expect(world.sns.send(new PublishCommand({ TopicArn: topic, Message }))).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
    }
  });
});

describe("a subscription", () => {
  it("is made once, shown, changed and ended", async () => {
    const own = await makeTopic("subscribed");
    const { queue, SubscriptionArn } = await subscribed("once", { RawMessageDelivery: "true" }, own);
    const again = await subscribed("once", { RawMessageDelivery: "true" }, own);
    expect(again.SubscriptionArn).toBe(SubscriptionArn);
    const list = new ListSubscriptionsByTopicCommand({ TopicArn: own });
    expect((await world.sns.send(list)).Subscriptions).toMatchObject([
      { SubscriptionArn, Protocol: "sqs", Endpoint: queue.arn, TopicArn: own },
    ]);
    const FilterPolicy = JSON.stringify({ priority: ["standard"] });
    await world.sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn,
        AttributeName: "FilterPolicy",
        AttributeValue: FilterPolicy,
      }),
    );
    const { Attributes } = await world.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toMatchObject({ RawMessageDelivery: "true", FilterPolicy, Endpoint: queue.arn });
    await world.sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    expect((await world.sns.send(list)).Subscriptions ?? []).toEqual([]);
  });

  it("hands on what its filter policy wants, and nothing else", async () => {
    const own = await makeTopic("filtered");
    const policies: Record<string, object> = {
      exact: { priority: ["standard", "low"] },
      anyBut: { priority: [{ "anything-but": ["standard"] }] },
      anyButPrefix: { priority: [{ "anything-but": { prefix: "st" } }] },
      prefix: { priority: [{ prefix: "pri" }] },
      range: { amount: [{ numeric: [">=", 10, "<", 20] }] },
      number: { amount: [15, 99] },
      exists: { amount: [{ exists: true }] },
      absent: { amount: [{ exists: false }] },
      both: { priority: ["priority"], amount: [{ numeric: ["=", 15] }] },
      list: { tags: ["b"] },
    };
    const queues: Record<string, Made> = {};
    for (const [name, policy] of Object.entries(policies)) {
      const attributes = { RawMessageDelivery: "true", FilterPolicy: JSON.stringify(policy) };
      queues[name] = (await subscribed(`f-${name}`, attributes, own)).queue;
    }
    const messages: [string, PublishCommand["input"]["MessageAttributes"]][] = [
      ["plain", {}],
      ["standard", { priority: text("standard") }],
      ["priority", { priority: text("priority") }],
      ["standard 15", { priority: text("standard"), amount: number(15) }],
      ["priority 15", { priority: text("priority"), amount: number(15) }],
      ["priority 20", { priority: text("priority"), amount: number(20) }],
      ["text 15", { amount: text("15") }],
      ["tags", { tags: { DataType: "String.Array", StringValue: '["a","b"]' } }],
    ];
    for (const [Message, MessageAttributes] of messages)
      await world.sns.send(new PublishCommand({ TopicArn: own, Message, MessageAttributes }));
    const expected: Record<string, string[]> = {
      exact: ["standard", "standard 15"],
      anyBut: ["priority", "priority 15", "priority 20"],
      anyButPrefix: ["priority", "priority 15", "priority 20"],
      prefix: ["priority", "priority 15", "priority 20"],
      range: ["priority 15", "standard 15"],
      number: ["priority 15", "standard 15"],
      exists: ["priority 15", "priority 20", "standard 15", "text 15"],
      absent: ["plain", "priority", "standard", "tags"],
      both: ["priority 15"],
      list: ["tags"],
    };
    for (const [name, wanted] of Object.entries(expected)) {
      expect(await bodies(queues[name]!, wanted.length), name).toEqual(wanted);
      expect(await world.receive(queues[name]!, { WaitTimeSeconds: 0 }), name).toEqual([]);
    }
  });

  it.each([
    ["a protocol that it has not", { Protocol: "sqs", Endpoint: "not an ARN" }],
    ["a policy that is no JSON", { Attributes: { FilterPolicy: "{" } }],
    ["a policy with an unknown match", { Attributes: { FilterPolicy: '{"a":[{"like":"b"}]}' } }],
    ["an attribute that there is not", { Attributes: { Colour: "red" } }],
  ])("is not made with %s", async (_what, more) => {
    const { arn } = await world.queue("unsubscribed");
    const command = new SubscribeCommand({ TopicArn: topic, Protocol: "sqs", Endpoint: arn, ...more });
    await expect(world.sns.send(command)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it.skipIf(aws)("of another protocol is refused by name", async () => {
    const command = new SubscribeCommand({ TopicArn: topic, Protocol: "email", Endpoint: "a@b.c" });
    await expect(world.sns.send(command)).rejects.toThrow(/protocol sqs, and not of email/);
  });
});
