import { CreateQueueCommand, DeleteMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aws } from "./env.js";
import { type Made, type QueueWorld, startQueueWorld } from "./queues-client.js";

describe.skipIf(aws)("a request that is wrong", () => {
  let world: QueueWorld;
  let queue: Made;
  beforeAll(async () => {
    world = await startQueueWorld();
    queue = await world.queue("target", { VisibilityTimeout: "60" });
  });
  afterAll(async () => {
    expect(world.local.errors).toEqual([]);
    await world[Symbol.asyncDispose]();
  });

  const post = (
    operation: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) =>
    fetch(world.local.aws.url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `AmazonSQS.${operation}`,
        ...headers,
      },
      body,
    });

  it.each([
    ["no JSON", "SendMessage", "{", 400, "SerializationException"],
    ["a list", "SendMessage", "[]", 400, "SerializationException"],
    ["bytes that are no text", "SendMessage", new Uint8Array([0xff, 0xfe]), 400, "SerializationException"],
    ["nothing", "SendMessage", "", 400, "MissingRequiredParameterException"],
    [
      "a body that is a number",
      "SendMessage",
      '{"QueueUrl":"URL","MessageBody":1}',
      400,
      "SerializationException",
    ],
    [
      "entries that are text",
      "SendMessageBatch",
      '{"QueueUrl":"URL","Entries":"x"}',
      400,
      "SerializationException",
    ],
    [
      "a nesting of ten thousand",
      "SendMessage",
      `{"QueueUrl":"URL","MessageBody":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
      400,
      "SerializationException",
    ],
    [
      "attributes that poison a prototype",
      "CreateQueue",
      '{"QueueName":"p","Attributes":{"constructor":"x"}}',
      400,
      "InvalidAttributeName",
    ],
    ["an unknown operation", "SendEverything", "{}", 400, "UnknownOperationException"],
    ["an inherited property as operation", "constructor", "{}", 400, "UnknownOperationException"],
    ["a URL that is none", "SendMessage", '{"QueueUrl":"x","MessageBody":"x"}', 404, "InvalidAddress"],
    [
      "a URL with a way out",
      "SendMessage",
      '{"QueueUrl":"http://h/000000000000/../../x","MessageBody":"x"}',
      404,
      "InvalidAddress",
    ],
    [
      "another account's URL",
      "SendMessage",
      '{"QueueUrl":"http://h/111111111111/target","MessageBody":"x"}',
      400,
      "QueueDoesNotExist",
    ],
    [
      "eleven messages to receive",
      "ReceiveMessage",
      '{"QueueUrl":"URL","MaxNumberOfMessages":11}',
      400,
      "InvalidParameterValue",
    ],
    [
      "a wait of an hour",
      "ReceiveMessage",
      '{"QueueUrl":"URL","WaitTimeSeconds":3600}',
      400,
      "InvalidParameterValue",
    ],
    [
      "half a second",
      "ReceiveMessage",
      '{"QueueUrl":"URL","WaitTimeSeconds":0.5}',
      400,
      "SerializationException",
    ],
  ])("with %s is told so", async (_what, operation, body, status, code) => {
    const response = await post(operation, typeof body === "string" ? body.replace("URL", queue.url) : body);
    const answer = (await response.json()) as { __type: string };
    expect([response.status, answer.__type]).toEqual([status, expect.stringContaining(code)]);
  });

  it("with a body of 10 MB is refused, and the connection lives on", async () => {
    const MessageBody = "x".repeat(10 * 1024 * 1024);
    const large = await post("SendMessage", JSON.stringify({ QueueUrl: queue.url, MessageBody }));
    expect(large.status).toBe(413);
    expect(await large.text()).toContain("RequestEntityTooLarge");
    const next = await post("ListQueues", "{}");
    expect(next.status).toBe(200);
  });

  it("in the Query protocol is told what there is", async () => {
    const response = await fetch(world.local.aws.url, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        authorization:
          "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0",
      },
      body: "Action=ListQueues",
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("in the JSON protocol");
  });

  it("asks for a FIFO queue and is told that there are none", async () => {
    const fifo = { name: "UnsupportedOperation", message: expect.stringContaining("no FIFO queues") };
    const QueueName = "orders.fifo";
    await expect(world.sqs.send(new CreateQueueCommand({ QueueName }))).rejects.toMatchObject(fifo);
    const Attributes = { FifoQueue: "true" };
    await expect(
      world.sqs.send(new CreateQueueCommand({ QueueName: "orders", Attributes })),
    ).rejects.toMatchObject(fifo);
  });

  it("deletes nothing with a receipt handle that is forged, stale or another queue's", async () => {
    await world.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: "kept" }));
    const [message] = await world.receive(queue, { VisibilityTimeout: 1 });
    const genuine = message!.ReceiptHandle!;
    const other = await world.queue("other");
    const remove = (QueueUrl: string, ReceiptHandle: string) =>
      world.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    const text = Buffer.from(genuine, "base64").toString();
    const forged = [
      "",
      "x",
      "AAAA".repeat(1_000),
      Buffer.from(text.replace(/:[^:]*$/, ":")).toString("base64"),
      Buffer.from(text.replace(/^[^:]*/, "0000000000000000")).toString("base64"),
      Buffer.from(text.replace(/:\d+:/, ":999:")).toString("base64"),
      Buffer.from(`${text.slice(0, -1)}é`).toString("base64"),
    ];
    for (const handle of forged) {
      await expect(remove(queue.url, handle), handle).rejects.toMatchObject({
        name: expect.stringMatching(/^(ReceiptHandleIsInvalid|MissingRequiredParameter)/),
      });
    }
    await expect(remove(other.url, genuine)).rejects.toMatchObject({ name: "ReceiptHandleIsInvalid" });
    const [again] = await world.receive(queue, { WaitTimeSeconds: 5 });
    expect(again?.MessageId).toBe(message?.MessageId);
    // The handle of the receive before deletes nothing, and says nothing: as on AWS.
    await remove(queue.url, genuine);
    expect(await world.attributes(queue)).toMatchObject({ ApproximateNumberOfMessagesNotVisible: "1" });
    await remove(queue.url, again!.ReceiptHandle!);
    expect(await world.attributes(queue)).toMatchObject({ ApproximateNumberOfMessagesNotVisible: "0" });
  });

  it.each([
    ["parameters that contradict each other", "Action=Publish&Message=a&Message.b=c", "MalformedQueryString"],
    ["a very deep parameter", `Action=Publish&${"a.".repeat(500)}b=c`, "MalformedQueryString"],
    [
      "a list that is no list",
      "Action=PublishBatch&TopicArn=x&PublishBatchRequestEntries.member=1",
      "MalformedQueryString",
    ],
    ["a prototype", "Action=Publish&__proto__.polluted=1&Message=x", "InvalidParameter"],
    ["an inherited property as operation", "Action=constructor", "InvalidAction"],
    ["no operation", "", "InvalidAction"],
  ])("to SNS with %s is told so", async (_what, body, code) => {
    const response = await fetch(world.local.aws.url, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(`<Code>${code}</Code>`);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("that hangs up while it waits takes no message with it", async () => {
    const polled = await world.queue("hung-up");
    const hangUp = new AbortController();
    const waiting = fetch(world.local.aws.url, {
      method: "POST",
      signal: hangUp.signal,
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ReceiveMessage" },
      body: JSON.stringify({ QueueUrl: polled.url, WaitTimeSeconds: 20 }),
    }).catch((error: Error) => error.name);
    await world.receive(polled, { WaitTimeSeconds: 1 });
    hangUp.abort();
    expect(await waiting).toBe("AbortError");
    await world.attributes(polled);
    await world.sqs.send(new SendMessageCommand({ QueueUrl: polled.url, MessageBody: "mine" }));
    const [message] = await world.receive(polled, {
      WaitTimeSeconds: 5,
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    });
    expect(message).toMatchObject({ Body: "mine", Attributes: { ApproximateReceiveCount: "1" } });
  });
});
