import { systemAttributes } from "../sqs/message-operations.js";
import { md5, md5OfAttributes } from "../sqs/message-attributes.js";
import type { Delivery } from "../sqs/delivery.js";
import { maxRequestBytes } from "./payloads.js";

/** Messages of one invocation. */
export interface Chunk {
  readonly deliveries: readonly Delivery[];
  /** The event, as JSON. */
  readonly payload: string;
}

interface Source {
  readonly queueArn: string;
  readonly region: string;
  readonly accountId: string;
}

/** Room for what is round the records. */
const margin = 64;

/** The events for a batch of messages: one, or more where the messages do not fit into one invocation. */
export function chunksOf(batch: readonly Delivery[], source: Source): Chunk[] {
  const chunks: { deliveries: Delivery[]; records: string[]; bytes: number }[] = [];
  for (const delivery of batch) {
    const record = JSON.stringify(recordOf(delivery, source));
    const bytes = Buffer.byteLength(record) + 1;
    const last = chunks.at(-1);
    if (last !== undefined && last.bytes + bytes <= maxRequestBytes - margin) {
      last.deliveries.push(delivery);
      last.records.push(record);
      last.bytes += bytes;
    } else chunks.push({ deliveries: [delivery], records: [record], bytes });
  }
  return chunks.map(({ deliveries, records }) => ({
    deliveries,
    payload: `{"Records":[${records.join(",")}]}`,
  }));
}

/** Source: "Example Amazon SQS message event" of the Lambda developer guide. */
function recordOf(delivery: Delivery, { queueArn, region, accountId }: Source): object {
  const { messageId, receiptHandle, content } = delivery;
  const attributes = Object.entries(content.attributes).map(
    ([name, { DataType, StringValue, BinaryValue }]): [string, object] => [
      name,
      {
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ],
  );
  const digest = md5OfAttributes(content.attributes);
  return {
    messageId,
    receiptHandle,
    body: content.body,
    attributes: systemAttributes(delivery, accountId),
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: md5(content.body),
    ...(digest !== null && { md5OfMessageAttributes: digest }),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

/**
 * The ids of messages that a function says it could not handle, or null when its answer makes the whole batch fail.
 * Source: "Implementing partial batch responses": nothing, or an empty list, is success; an id that is empty or no
 * message's, or an answer of another shape, is the failure of all.
 */
export function failuresOf(payload: string, ids: ReadonlySet<string>): Set<string> | null {
  const answer: unknown = JSON.parse(payload);
  if (answer === null) return new Set();
  if (typeof answer !== "object") return null;
  const failures: unknown = Reflect.get(answer, "batchItemFailures") ?? [];
  if (!Array.isArray(failures)) return null;
  const named = failures.map((failure: unknown): unknown =>
    typeof failure === "object" && failure !== null ? Reflect.get(failure, "itemIdentifier") : null,
  );
  const known = named.filter((id): id is string => typeof id === "string" && ids.has(id));
  return known.length === named.length ? new Set(known) : null;
}
