import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  type QueueAttributeName,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aws } from "./env.js";
import { type Made, type QueueWorld, startQueueWorld } from "./queues-client.js";

let world: QueueWorld;
beforeAll(async () => {
  world = await startQueueWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const send = (queue: Made, MessageBody: string, more: object = {}) =>
  world.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody, ...more }));
const ids = (count: number) => Array.from({ length: count }, (_, at) => `m${at}`);

describe("a queue", () => {
  it("is made once, found by its name and listed", async () => {
    const { url, arn } = await world.queue("made", { VisibilityTimeout: "45" });
    const QueueName = world.name("made");
    const again = await world.sqs.send(
      new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: "45" } }),
    );
    expect(again.QueueUrl).toBe(url);
    expect((await world.sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toBe(url);
    const { QueueUrls } = await world.sqs.send(new ListQueuesCommand({ QueueNamePrefix: QueueName }));
    expect(QueueUrls).toEqual([url]);
    expect(arn).toMatch(new RegExp(`^arn:aws:sqs:[a-z0-9-]+:\\d{12}:${QueueName}$`));
    await expect(
      world.sqs.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: "46" } })),
    ).rejects.toMatchObject({ name: "QueueNameExists" });
  });

  it("has AWS's attributes where none are set", async () => {
    const queue = await world.queue("standard");
    expect(await world.attributes(queue)).toMatchObject({
      DelaySeconds: "0",
      MaximumMessageSize: "1048576",
      MessageRetentionPeriod: "345600",
      ReceiveMessageWaitTimeSeconds: "0",
      VisibilityTimeout: "30",
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
      ApproximateNumberOfMessagesDelayed: "0",
      CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
      LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
    });
    const Attributes = { VisibilityTimeout: "7", DelaySeconds: "1" };
    await world.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes }));
    const some = new GetQueueAttributesCommand({
      QueueUrl: queue.url,
      AttributeNames: ["VisibilityTimeout", "DelaySeconds"],
    });
    expect((await world.sqs.send(some)).Attributes).toEqual(Attributes);
  });

  it.each<[string, Record<string, string>, string]>([
    ["a timeout beyond twelve hours", { VisibilityTimeout: "43201" }, "InvalidAttributeValue"],
    ["a size below a kibibyte", { MaximumMessageSize: "1023" }, "InvalidAttributeValue"],
    ["a size beyond a mebibyte", { MaximumMessageSize: "1048577" }, "InvalidAttributeValue"],
    ["a number that is none", { DelaySeconds: "soon" }, "InvalidAttributeValue"],
    ["an unknown attribute", { Colour: "red" }, "InvalidAttributeName"],
  ])("is not made with %s", async (_what, given, name) => {
    const Attributes = given as Partial<Record<QueueAttributeName, string>>;
    const command = new CreateQueueCommand({ QueueName: world.name("refused"), Attributes });
    await expect(world.sqs.send(command)).rejects.toMatchObject({ name });
  });

  it("is not made with a dead-letter queue that is not there", async () => {
    const { arn } = await world.queue("near");
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: `${arn}-not`, maxReceiveCount: 3 });
    await expect(world.queue("orphan", { RedrivePolicy })).rejects.toMatchObject({
      name: expect.stringMatching(/^InvalidParameterValue/),
    });
  });

  it("keeps tags", async () => {
    const { url: QueueUrl } = await world.queue("tagged");
    await world.sqs.send(new TagQueueCommand({ QueueUrl, Tags: { team: "jobs", stage: "test" } }));
    await world.sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ["stage"] }));
    expect((await world.sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ team: "jobs" });
  });

  it("that is not there is said not to be", async () => {
    const queue = await world.queue("gone");
    const error = { name: "QueueDoesNotExist", Code: "AWS.SimpleQueueService.NonExistentQueue" };
    const url = `${queue.url}-not`;
    await expect(send({ ...queue, url }, "x")).rejects.toMatchObject(error);
    await expect(
      world.sqs.send(new GetQueueUrlCommand({ QueueName: world.name("never") })),
    ).rejects.toMatchObject(error);
    // On AWS a deletion takes up to a minute.
    await world.sqs.send(new DeleteQueueCommand({ QueueUrl: queue.url }));
    if (!aws) await expect(send(queue, "x")).rejects.toMatchObject(error);
  });
});

describe("a message", () => {
  it("comes as it was sent, with its attributes and what SQS says of it", async () => {
    const queue = await world.queue("whole");
    const MessageBody = 'Ahoj <dobrý> den & "čau" 🎈\t\r\n';
    const MessageAttributes = {
      "order.id": { DataType: "Number.int", StringValue: "42" },
      priority: { DataType: "String", StringValue: "höch" },
      bytes: { DataType: "Binary.gzip", BinaryValue: new Uint8Array([0, 255, 1]) },
    };
    const MessageSystemAttributes = {
      AWSTraceHeader: {
        DataType: "String",
        StringValue: "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
      },
    };
    const sent = await send(queue, MessageBody, { MessageAttributes, MessageSystemAttributes });
    const [message] = await world.receiveAll(queue, 1);
    expect(message).toEqual({
      MessageId: sent.MessageId,
      ReceiptHandle: expect.any(String),
      MD5OfBody: sent.MD5OfMessageBody,
      Body: MessageBody,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes: {
        "order.id": { DataType: "Number.int", StringValue: "42" },
        priority: { DataType: "String", StringValue: "höch" },
        bytes: { DataType: "Binary.gzip", BinaryValue: expect.any(Uint8Array) },
      },
      Attributes: {
        SenderId: expect.any(String),
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        ApproximateReceiveCount: "1",
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        AWSTraceHeader: MessageSystemAttributes.AWSTraceHeader.StringValue,
      },
    });
    expect([...message!.MessageAttributes!["bytes"]!.BinaryValue!]).toEqual([0, 255, 1]);
  });

  // The digests that SQS documents and its own clients reckon: the client checks body and attributes itself.
  it("carries the digests that AWS gives", async () => {
    const queue = await world.queue("digests");
    const sent = await send(queue, "This is a test message", {
      MessageAttributes: { one: { DataType: "String", StringValue: "two" } },
    });
    expect(sent.MD5OfMessageBody).toBe("fafb00f5732ab283681e124bf8747ed1");
    expect(sent.MD5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
  });

  it("shows those attributes that were asked for", async () => {
    const queue = await world.queue("chosen", { VisibilityTimeout: "0" });
    const text = { DataType: "String", StringValue: "x" };
    await send(queue, "b", { MessageAttributes: { "a.one": text, "a.two": text, other: text } });
    const names = async (MessageAttributeNames: string[]) => {
      const [message] = await world.receive(queue, { MessageAttributeNames, WaitTimeSeconds: 5 });
      return Object.keys(message?.MessageAttributes ?? {}).toSorted();
    };
    expect(await names(["a.*"])).toEqual(["a.one", "a.two"]);
    expect(await names(["other", "missing"])).toEqual(["other"]);
    expect(await names(["All"])).toEqual(["a.one", "a.two", "other"]);
    expect(await names([])).toEqual([]);
  });

  // What waits for the timeouts of its own queue waits beside the others.
  it.concurrent("is hidden after a receive, comes again after its timeout, and not after a delete", async () => {
    const queue = await world.queue("hidden", { VisibilityTimeout: "2" });
    await send(queue, "again");
    const [first] = await world.receive(queue, { WaitTimeSeconds: 5 });
    expect(await world.receive(queue, { WaitTimeSeconds: 0 })).toEqual([]);
    expect(await world.attributes(queue)).toMatchObject(
      aws ? {} : { ApproximateNumberOfMessages: "0", ApproximateNumberOfMessagesNotVisible: "1" },
    );
    const [second] = await world.receive(queue, {
      WaitTimeSeconds: 10,
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    });
    expect(second?.MessageId).toBe(first?.MessageId);
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    expect(second?.Attributes).toEqual({ ApproximateReceiveCount: "2" });
    const { ReceiptHandle } = second!;
    await world.sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
    await world.sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
    expect(await world.receive(queue, { WaitTimeSeconds: 3 })).toEqual([]);
  });

  it.concurrent("is shown again at once, or hidden longer, as its receiver says", async () => {
    const queue = await world.queue("visibility", { VisibilityTimeout: "2" });
    const { url: QueueUrl } = queue;
    await send(queue, "x");
    const [first] = await world.receive(queue, { WaitTimeSeconds: 5 });
    const change = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
      world.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    await change(first?.ReceiptHandle, 0);
    const [second] = await world.receive(queue, { WaitTimeSeconds: 5 });
    expect(second?.MessageId).toBe(first?.MessageId);
    await change(second?.ReceiptHandle, 60);
    expect(await world.receive(queue, { WaitTimeSeconds: 4 })).toEqual([]);
    await expect(change(second?.ReceiptHandle, 43_201)).rejects.toMatchObject({
      name: expect.stringMatching(/^InvalidParameterValue/),
    });
    await world.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second!.ReceiptHandle }));
    if (!aws)
      await expect(change(second?.ReceiptHandle, 1)).rejects.toMatchObject({ name: "MessageNotInflight" });
  });

  it.concurrent("is delayed by its queue, or by itself", async () => {
    const queue = await world.queue("delayed", { DelaySeconds: "2" });
    await send(queue, "soon", { DelaySeconds: 0 });
    await send(queue, "later");
    expect((await world.receive(queue, { WaitTimeSeconds: 1 })).map(({ Body }) => Body)).toEqual(["soon"]);
    expect((await world.receive(queue, { WaitTimeSeconds: 10 })).map(({ Body }) => Body)).toEqual(["later"]);
  });

  it("ends a long poll as soon as it is there", async () => {
    const queue = await world.queue("polled");
    const polling = world.receive(queue, { WaitTimeSeconds: 20 });
    const quick = world.receive(queue, { WaitTimeSeconds: 0 });
    expect(await quick).toEqual([]);
    await send(queue, "there");
    expect((await polling).map(({ Body }) => Body)).toEqual(["there"]);
  });

  it("of a mebibyte is taken, and not one of a byte more", async () => {
    const queue = await world.queue("large");
    await send(queue, "x".repeat(1_048_576));
    expect((await world.receive(queue, { WaitTimeSeconds: 5 }))[0]?.Body).toHaveLength(1_048_576);
    const refused = { name: expect.stringMatching(/^InvalidParameterValue/) };
    await expect(send(queue, "x".repeat(1_048_577))).rejects.toMatchObject(refused);
    const MessageAttributes = { a: { DataType: "String", StringValue: "b" } };
    await expect(send(queue, "x".repeat(1_048_570), { MessageAttributes })).rejects.toMatchObject(refused);
  });

  it.each([
    ["characters that XML does not have", "a\u0001b", {}, "InvalidMessageContents"],
    [
      "eleven attributes",
      "x",
      {
        MessageAttributes: Object.fromEntries(
          ids(11).map((id) => [id, { DataType: "String", StringValue: "x" }]),
        ),
      },
      "InvalidParameterValue",
    ],
    [
      "an attribute without a value",
      "x",
      { MessageAttributes: { a: { DataType: "String" } } },
      "InvalidParameterValue",
    ],
    [
      "an attribute of an unknown type",
      "x",
      { MessageAttributes: { a: { DataType: "Date", StringValue: "1" } } },
      "InvalidParameterValue",
    ],
    [
      "an attribute of AWS's own",
      "x",
      { MessageAttributes: { "AWS.a": { DataType: "String", StringValue: "1" } } },
      "InvalidParameterValue",
    ],
    ["a delay beyond a quarter of an hour", "x", { DelaySeconds: 901 }, "InvalidParameterValue"],
    ["a deduplication id", "x", { MessageDeduplicationId: "a" }, "InvalidParameterValue"],
  ])("is refused with %s", async (_what, body, more, name) => {
    const queue = await world.queue("strict");
    await expect(send(queue, body, more)).rejects.toMatchObject({
      name: expect.stringMatching(new RegExp(`^${name}`)),
    });
  });
});

describe("a batch", () => {
  it("is sent, received, hidden and deleted", async () => {
    const queue = await world.queue("batch");
    const { url: QueueUrl } = queue;
    const Entries = ids(10).map((Id) => ({ Id, MessageBody: `body of ${Id}` }));
    const sent = await world.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(ids(10));
    const messages = await world.receiveAll(queue, 10);
    expect(messages.map(({ Body }) => Body).toSorted()).toEqual(ids(10).map((Id) => `body of ${Id}`));
    const handles = messages.map(({ ReceiptHandle }, at) => ({ Id: `m${at}`, ReceiptHandle }));
    const changed = await world.sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: handles.map((entry) => ({ ...entry, VisibilityTimeout: 120 })),
      }),
    );
    expect(changed.Successful).toHaveLength(10);
    const deleted = await world.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
    expect(deleted.Successful).toHaveLength(10);
    if (!aws)
      expect(await world.attributes(queue)).toMatchObject({ ApproximateNumberOfMessagesNotVisible: "0" });
  });

  it("takes the entries that are right and says which are not", async () => {
    const { url: QueueUrl } = await world.queue("mixed");
    const Entries = [
      { Id: "good", MessageBody: "fine" },
      { Id: "bad", MessageBody: "a\u0000b" },
    ];
    const sent = await world.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful).toMatchObject([{ Id: "good" }]);
    expect(sent.Failed).toMatchObject([{ Id: "bad", SenderFault: true, Code: "InvalidMessageContents" }]);
    const forged = [{ Id: "forged", ReceiptHandle: "forged" }];
    const deleted = await world.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: forged }));
    expect(deleted.Failed).toMatchObject([{ Id: "forged", Code: "ReceiptHandleIsInvalid" }]);
  });

  it.each([
    ["no entry", [], "EmptyBatchRequest"],
    ["eleven entries", ids(11), "TooManyEntriesInBatchRequest"],
    ["an id twice", ["a", "a"], "BatchEntryIdsNotDistinct"],
    ["an id that is none", ["a b"], "InvalidBatchEntryId"],
  ])("of %s is refused", async (_what, given, name) => {
    const { url: QueueUrl } = await world.queue("refusing");
    const Entries = given.map((Id) => ({ Id, MessageBody: "x" }));
    await expect(world.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({
      name,
    });
  });

  it("beyond a mebibyte in all is refused", async () => {
    const { url: QueueUrl } = await world.queue("heavy");
    const Entries = ["a", "b"].map((Id) => ({ Id, MessageBody: "x".repeat(600_000) }));
    await expect(world.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({
      name: "BatchRequestTooLong",
    });
  });
});

it("a purge takes all messages, those in flight too", async () => {
  const queue = await world.queue("purged", { VisibilityTimeout: "1" });
  await send(queue, "one");
  await send(queue, "two");
  await world.receive(queue, { MaxNumberOfMessages: 1, WaitTimeSeconds: 5 });
  await world.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
  // AWS takes up to a minute for it.
  if (!aws) expect(await world.receive(queue, { WaitTimeSeconds: 2 })).toEqual([]);
});
