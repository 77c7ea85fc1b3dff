import { randomUUID } from "node:crypto";
import { AwsError } from "@longhaul/stepfunctions";
import { z } from "zod";
import type { Account } from "../lambda/names.js";
import type { Logger } from "../log.js";
import type { Outbox } from "../outbox/outbox.js";
import { batchOf } from "../sqs/batch.js";
import { messageBytes } from "../sqs/message-attributes.js";
import type { Queues } from "../sqs/queues.js";
import { RecordStore } from "../store/record-store.js";
import { deliver } from "./delivery.js";
import { publishDirectly } from "./direct.js";
import {
  attributesOf,
  invalid,
  maxMessageBytes,
  type MessageInput,
  messageShape,
  publishSchema,
  subjectOf,
  textFor,
} from "./message.js";
import type { Notification, Subscription, Topic } from "./records.js";
import { parse } from "./parse.js";
import { topicOperations } from "./topic-operations.js";
import { Topics } from "./topics.js";

/** What an operation works with. */
export interface Sns {
  readonly topics: Topics;
  /** Runs an operation; undefined where there is none of that name. Maps in the answer are maps of SNS. */
  run(operation: string, input: unknown): Promise<object> | undefined;
  close(): Promise<void>;
}

export interface SnsOptions extends Account {
  readonly folder: string;
  readonly outbox: Outbox;
  readonly queues: Queues;
  readonly logger: Logger;
}

const maxBatch = 10;
const batchSchema = z.object({
  TopicArn: z.string(),
  // How an empty list is written in the Query protocol.
  PublishBatchRequestEntries: z.preprocess(
    (given) => (given === "" ? [] : given),
    z.array(z.object({ ...messageShape, Id: z.string() })).default([]),
  ),
});

/** Opens SNS: topics in a folder, which is made if it is missing, and messages to phones and devices. */
export function openSns(options: SnsOptions): Sns {
  const store = new RecordStore(options.folder, 2);
  const topics = new Topics(
    options,
    store.table<Topic>("topics"),
    store.table<Subscription>("subscriptions"),
  );

  async function publish(input: unknown): Promise<object> {
    const given = parse(publishSchema, input);
    const { PhoneNumber, TargetArn, TopicArn } = given;
    if ([PhoneNumber, TargetArn, TopicArn].filter((value) => value !== undefined).length !== 1)
      throw invalid("TopicArn", "exactly one of TopicArn, TargetArn and PhoneNumber must be given");
    const topicArn = TopicArn ?? (TargetArn?.includes(":endpoint/") === false ? TargetArn : undefined);
    if (topicArn === undefined) return { MessageId: await publishDirectly(given, options.outbox) };
    const topic = topics.find(topicArn, TopicArn === undefined ? "TargetArn" : "TopicArn");
    const { notification } = checked(given);
    await deliver([notification], topics.subscriptions(topic.arn), options);
    return { MessageId: notification.messageId };
  }

  async function publishBatch(input: unknown): Promise<object> {
    const { TopicArn, PublishBatchRequestEntries: entries } = parse(batchSchema, input);
    const topic = topics.find(TopicArn);
    const { good, results } = batchOf(entries, maxBatch, checked);
    if (good.reduce((sum, { value }) => sum + value.bytes, 0) > maxMessageBytes)
      throw new AwsError(
        "BatchRequestTooLong",
        "The length of all the batch messages put together is more than the limit.",
      );
    const notifications = good.map(({ value }) => value.notification);
    await deliver(notifications, topics.subscriptions(topic.arn), options);
    return results(good.map(({ id, value }) => ({ Id: id, MessageId: value.notification.messageId })));
  }

  const operations = new Map(
    Object.entries({ ...topicOperations(topics), Publish: publish, PublishBatch: publishBatch }),
  );
  return { topics, run: (name, input) => operations.get(name)?.(input), close: () => store.close() };
}

/** @throws AwsError where a topic does not take such a message */
function checked(input: MessageInput): { readonly notification: Notification; readonly bytes: number } {
  if (input.MessageDeduplicationId !== undefined)
    throw invalid(
      "MessageDeduplicationId",
      "The request includes MessageDeduplicationId parameter that is not valid for this topic type",
    );
  const attributes = attributesOf(input);
  const notification = {
    ...{ messageId: randomUUID(), attributes },
    subject: subjectOf(input),
    text: textFor(input, "sqs"),
  };
  return { notification, bytes: messageBytes(input.Message, attributes) };
}
