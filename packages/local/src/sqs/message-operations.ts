import { AwsError } from "@longhaul/stepfunctions";
import { z } from "zod";
import { batchFailure, type BatchFailure, batchOf } from "./batch.js";
import { invalidParameter, invalidValue, missingParameter } from "./errors.js";
import type { LiveQueue } from "./live-queue.js";
import {
  checkAttributes,
  checkText,
  md5,
  md5OfAttributes,
  messageBytes,
  wantedAttributes,
} from "./message-attributes.js";
import { type Call, type Operation, operation, optional, queueOf, queueUrl } from "./operations.js";
import type { Delivery } from "./delivery.js";
import type { Content, MessageAttributes } from "./records.js";
import { maxMessageBytes, maxVisibilitySeconds } from "./settings.js";

const maxBatch = 10;
const maxWaitSeconds = 20;
const maxDelaySeconds = 900;

const attributeSchema = z
  .object({
    DataType: z.string(),
    StringValue: optional(z.string()),
    BinaryValue: optional(z.base64()),
  })
  .transform(({ DataType, StringValue, BinaryValue }) => ({
    DataType,
    ...(StringValue !== undefined && { StringValue }),
    ...(BinaryValue !== undefined && { BinaryValue }),
  }));
const attributesSchema = optional(z.record(z.string(), attributeSchema));

const messageSchema = z.object({
  MessageBody: z.string(),
  DelaySeconds: optional(z.int()),
  MessageAttributes: attributesSchema,
  MessageSystemAttributes: attributesSchema,
  MessageDeduplicationId: optional(z.string()),
  MessageGroupId: optional(z.string()),
});
type NewMessage = z.output<typeof messageSchema>;

interface Checked {
  readonly content: Content;
  readonly delaySeconds: number | undefined;
  readonly bytes: number;
  readonly answer: object;
}

/** @throws AwsError when the queue does not take such a message */
function check(message: NewMessage, queue: LiveQueue): Checked {
  const { MessageBody: body, MessageAttributes: attributes = {}, DelaySeconds: delaySeconds } = message;
  const system = message.MessageSystemAttributes ?? {};
  if (body === "") throw missingParameter("MessageBody");
  if (message.MessageDeduplicationId !== undefined) {
    const about = "The request include parameter that is not valid for this queue type";
    throw invalidValue(message.MessageDeduplicationId, "MessageDeduplicationId", `${about}.`);
  }
  checkGroup(message.MessageGroupId);
  if (delaySeconds !== undefined && (delaySeconds < 0 || delaySeconds > maxDelaySeconds))
    throw invalidValue(delaySeconds, "DelaySeconds", `DelaySeconds must be >= 0 and <= ${maxDelaySeconds}.`);
  checkText(body);
  checkAttributes(attributes);
  const bytes = messageBytes(body, attributes);
  if (bytes > queue.settings.maxBytes)
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.settings.maxBytes} bytes.`,
    );
  const ofAttributes = md5OfAttributes(attributes);
  const ofSystem = md5OfAttributes(system);
  return {
    ...{ delaySeconds, bytes },
    content: {
      ...{ body, attributes },
      traceHeader: traceHeader(system),
      group: message.MessageGroupId ?? null,
    },
    answer: {
      MD5OfMessageBody: md5(body),
      ...(ofAttributes !== null && { MD5OfMessageAttributes: ofAttributes }),
      ...(ofSystem !== null && { MD5OfMessageSystemAttributes: ofSystem }),
    },
  };
}

/** Standard queues take a group too, for fair turns; here it is kept and shown. */
function checkGroup(group: string | undefined): void {
  if (group === undefined || /^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/.test(group)) return;
  throw invalidValue(
    group,
    "MessageGroupId",
    "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.",
  );
}

function traceHeader(system: MessageAttributes): string | null {
  const unknown = Object.keys(system).find((name) => name !== "AWSTraceHeader");
  if (unknown !== undefined)
    throw invalidParameter(`Message system attribute name '${unknown.slice(0, 100)}' is invalid.`);
  return system["AWSTraceHeader"]?.StringValue ?? null;
}

const sendMessage = operation(messageSchema.extend({ QueueUrl: queueUrl }), async (input, call) => {
  const queue = queueOf(input.QueueUrl, call);
  const { content, delaySeconds, answer } = check(input, queue);
  const [MessageId] = await call.queues.send([{ queue, content, delaySeconds }]);
  return { MessageId, ...answer };
});

const sendMessageBatch = operation(
  z.object({ QueueUrl: queueUrl, Entries: z.array(messageSchema.extend({ Id: z.string() })) }),
  async ({ QueueUrl, Entries }, call) => {
    const queue = queueOf(QueueUrl, call);
    const { results, good } = batchOf(Entries, maxBatch, (entry) => check(entry, queue));
    if (good.reduce((sum, { value }) => sum + value.bytes, 0) > maxMessageBytes)
      throw new AwsError(
        "BatchRequestTooLong",
        `Batch requests cannot be longer than ${maxMessageBytes} bytes.`,
      );
    const ids = await call.queues.send(good.map(({ value }) => ({ queue, ...value })));
    const sent = good.map(({ id, value }, at) => ({ Id: id, MessageId: ids[at], ...value.answer }));
    return results(sent);
  },
);

const receiveMessage = operation(
  z.object({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: optional(z.int()),
    VisibilityTimeout: optional(z.int()),
    WaitTimeSeconds: optional(z.int()),
    AttributeNames: optional(z.array(z.string())),
    MessageSystemAttributeNames: optional(z.array(z.string())),
    MessageAttributeNames: optional(z.array(z.string())),
  }),
  async (input, call) => {
    const queue = queueOf(input.QueueUrl, call);
    const { MaxNumberOfMessages: max = 1, VisibilityTimeout: visibilitySeconds = null } = input;
    const { WaitTimeSeconds: waitSeconds = queue.settings.waitSeconds } = input;
    if (max < 1 || max > maxBatch)
      throw invalidValue(max, "MaxNumberOfMessages", `Must be between 1 and ${maxBatch}, if provided.`);
    if (waitSeconds < 0 || waitSeconds > maxWaitSeconds)
      throw invalidValue(
        waitSeconds,
        "WaitTimeSeconds",
        `Must be >= 0 and <= ${maxWaitSeconds}, if provided.`,
      );
    if (visibilitySeconds !== null) checkVisibility(visibilitySeconds);
    const { signal } = call;
    const waitMs = waitSeconds * 1000;
    const received = await call.queues.receive(queue, { max, waitMs, visibilitySeconds, signal });
    const system = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
    const messages = received.map((one) => shown(one, system, input.MessageAttributeNames ?? [], call));
    return messages.length > 0 ? { Messages: messages } : {};
  },
);

function shown(delivery: Delivery, system: readonly string[], names: readonly string[], call: Call): object {
  const { content, messageId, receiptHandle } = delivery;
  const attributes = wantedAttributes(content.attributes, names);
  const digest = md5OfAttributes(attributes);
  const all = Object.entries(systemAttributes(delivery, call.accountId));
  const chosen = all.filter(([name]) => system.includes("All") || system.includes(name));
  return {
    MessageId: messageId,
    ReceiptHandle: receiptHandle,
    MD5OfBody: md5(content.body),
    Body: content.body,
    ...(chosen.length > 0 && { Attributes: Object.fromEntries(chosen) }),
    ...(digest !== null && { MessageAttributes: attributes, MD5OfMessageAttributes: digest }),
  };
}

/** What SQS itself says of a message. */
export function systemAttributes(delivery: Delivery, senderId: string): Record<string, string> {
  const { content, source } = delivery;
  return {
    SenderId: senderId,
    SentTimestamp: String(delivery.sentAt),
    ApproximateReceiveCount: String(delivery.receives),
    ApproximateFirstReceiveTimestamp: String(delivery.firstReceivedAt),
    ...(content.traceHeader !== null && { AWSTraceHeader: content.traceHeader }),
    ...(content.group !== null && { MessageGroupId: content.group }),
    ...(source !== null && { DeadLetterQueueSourceArn: source }),
  };
}

function checkVisibility(seconds: number): void {
  if (seconds >= 0 && seconds <= maxVisibilitySeconds) return;
  throw invalidValue(
    seconds,
    "VisibilityTimeout",
    `Must be between 0 and ${maxVisibilitySeconds}, if provided.`,
  );
}

const handleSchema = z.object({ ReceiptHandle: z.string() });

const deleteMessage = operation(
  handleSchema.extend({ QueueUrl: queueUrl }),
  async ({ QueueUrl, ReceiptHandle }, call) => {
    await call.queues.delete(queueOf(QueueUrl, call), [ReceiptHandle]);
    return {};
  },
);

const deleteMessageBatch = operation(
  z.object({ QueueUrl: queueUrl, Entries: z.array(handleSchema.extend({ Id: z.string() })) }),
  async ({ QueueUrl, Entries }, call) => {
    const queue = queueOf(QueueUrl, call);
    const { results, good } = batchOf(Entries, maxBatch, (entry) => {
      call.queues.receipt(queue, entry.ReceiptHandle);
      return entry.ReceiptHandle;
    });
    await call.queues.delete(
      queue,
      good.map(({ value }) => value),
    );
    return results(good.map(({ id }) => ({ Id: id })));
  },
);

const visibilitySchema = handleSchema.extend({ VisibilityTimeout: z.int() });

const changeMessageVisibility = operation(
  visibilitySchema.extend({ QueueUrl: queueUrl }),
  async ({ QueueUrl, ReceiptHandle, VisibilityTimeout }, call) => {
    const queue = queueOf(QueueUrl, call);
    checkVisibility(VisibilityTimeout);
    await call.queues.changeVisibility(queue, ReceiptHandle, VisibilityTimeout);
    return {};
  },
);

const changeMessageVisibilityBatch = operation(
  z.object({ QueueUrl: queueUrl, Entries: z.array(visibilitySchema.extend({ Id: z.string() })) }),
  async ({ QueueUrl, Entries }, call) => {
    const queue = queueOf(QueueUrl, call);
    const { results, good } = batchOf(Entries, maxBatch, (entry) => {
      checkVisibility(entry.VisibilityTimeout);
      return entry;
    });
    const failed: BatchFailure[] = [];
    const changed: { Id: string }[] = [];
    const outcomes = await Promise.allSettled(
      good.map(({ value }) =>
        call.queues.changeVisibility(queue, value.ReceiptHandle, value.VisibilityTimeout),
      ),
    );
    for (const [at, outcome] of outcomes.entries()) {
      const Id = good[at]?.id ?? "";
      if (outcome.status === "fulfilled") changed.push({ Id });
      else failed.push(batchFailure(Id, outcome.reason));
    }
    return results(changed, failed);
  },
);

/** The operations on messages. */
export const messageOperations: Record<string, Operation> = {
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
  ReceiveMessage: receiveMessage,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
};
