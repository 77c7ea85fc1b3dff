import { AwsError } from "@longhaul/stepfunctions";
import { z } from "zod";
import { invalidValue, unsupported } from "./errors.js";

/** Largest message, and largest sum of a batch, in bytes. Source: "Amazon SQS message quotas". */
export const maxMessageBytes = 1_048_576;
export const maxVisibilitySeconds = 43_200;

/** A queue's attributes as the queue works with them. */
export interface Settings {
  readonly delaySeconds: number;
  readonly maxBytes: number;
  readonly retentionSeconds: number;
  readonly waitSeconds: number;
  readonly visibilitySeconds: number;
  readonly redrive: { readonly targetArn: string; readonly maxReceives: number } | null;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly standard: number;
}

const numbers = {
  DelaySeconds: { from: 0, to: 900, standard: 0 },
  MaximumMessageSize: { from: 1_024, to: maxMessageBytes, standard: maxMessageBytes },
  MessageRetentionPeriod: { from: 60, to: 1_209_600, standard: 345_600 },
  ReceiveMessageWaitTimeSeconds: { from: 0, to: 20, standard: 0 },
  VisibilityTimeout: { from: 0, to: maxVisibilitySeconds, standard: 30 },
  KmsDataKeyReusePeriodSeconds: { from: 60, to: 86_400, standard: 300 },
} as const satisfies Record<string, Range>;
type NumberName = keyof typeof numbers;

const documents = ["RedrivePolicy", "RedriveAllowPolicy", "Policy"];
const texts = ["KmsMasterKeyId", "SqsManagedSseEnabled"];
const fifo = ["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"];

/** Attributes that a queue shows and nobody sets. */
const shownAttributes = [
  "QueueArn",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
];
/** Every name that GetQueueAttributes takes. */
export const attributeNames = new Set([
  ...Object.keys(numbers),
  ...documents,
  ...texts,
  ...fifo,
  ...shownAttributes,
  "All",
]);

const redriveSchema = z.object({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.union([z.int(), z.string().regex(/^\d{1,4}$/)]).transform(Number),
});

/**
 * Checks attributes that a client sets. An empty text takes an attribute away, as with `RedrivePolicy: ""`.
 *
 * @throws AwsError InvalidAttributeName, InvalidAttributeValue, or UnsupportedOperation for those of FIFO queues
 */
export function checkAttributeValues(attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (fifo.includes(name)) {
      if (name === "FifoQueue" && value === "false") continue;
      throw unsupported(`The local cloud has no FIFO queues: it does not take the attribute ${name}.`);
    }
    if (Object.hasOwn(numbers, name)) checkNumber(name as NumberName, value);
    else if (documents.includes(name)) checkDocument(name, value);
    else if (!texts.includes(name)) throw new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
  }
}

function checkNumber(name: NumberName, value: string): void {
  const { from, to } = numbers[name];
  const ok = /^\d{1,9}$/.test(value) && Number(value) >= from && Number(value) <= to;
  if (!ok) throw new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
}

function checkDocument(name: string, value: string): void {
  if (value === "") return;
  const parsed = parseDocument(value);
  if (parsed === null)
    throw new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
  if (name === "RedrivePolicy") redrivePolicy(value);
}

/** @throws AwsError when it is no redrive policy */
export function redrivePolicy(text: string): NonNullable<Settings["redrive"]> {
  const parsed = redriveSchema.safeParse(parseDocument(text));
  if (!parsed.success) {
    const about = "Redrive policy must be a JSON object of deadLetterTargetArn and maxReceiveCount.";
    throw invalidValue(text, "RedrivePolicy", about);
  }
  const { deadLetterTargetArn: targetArn, maxReceiveCount: maxReceives } = parsed.data;
  if (maxReceives < 1 || maxReceives > 1_000)
    throw invalidValue(text, "RedrivePolicy", "Invalid value for maxReceiveCount: must be from 1 to 1000.");
  return { targetArn, maxReceives };
}

const allowSchema = z.object({
  redrivePermission: z.enum(["allowAll", "denyAll", "byQueue"]),
  sourceQueueArns: z.array(z.string()).optional(),
});

/** Whether a dead-letter queue's RedriveAllowPolicy lets the queue of an ARN use it. */
export function allowsRedrive(policy: string | undefined, sourceArn: string): boolean {
  const parsed = allowSchema.safeParse(parseDocument(policy ?? ""));
  if (!parsed.success || parsed.data.redrivePermission === "allowAll") return true;
  return parsed.data.redrivePermission === "byQueue" && !!parsed.data.sourceQueueArns?.includes(sourceArn);
}

function parseDocument(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** @param attributes have been checked */
export function settingsOf(attributes: Readonly<Record<string, string>>): Settings {
  const number = (name: NumberName) => Number(attributes[name] ?? numbers[name].standard);
  const policy = attributes["RedrivePolicy"];
  return {
    delaySeconds: number("DelaySeconds"),
    maxBytes: number("MaximumMessageSize"),
    retentionSeconds: number("MessageRetentionPeriod"),
    waitSeconds: number("ReceiveMessageWaitTimeSeconds"),
    visibilitySeconds: number("VisibilityTimeout"),
    redrive: policy ? redrivePolicy(policy) : null,
  };
}

/** What GetQueueAttributes shows of what is set, or holds where nothing is. */
export function effectiveAttributes(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, { standard }] of Object.entries(numbers))
    if (name !== "KmsDataKeyReusePeriodSeconds") shown[name] = String(standard);
  shown["SqsManagedSseEnabled"] = attributes["KmsMasterKeyId"] ? "false" : "true";
  const given = Object.entries(attributes).filter(([name, value]) => value !== "" && !fifo.includes(name));
  return { ...shown, ...Object.fromEntries(given) };
}
