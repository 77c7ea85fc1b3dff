import { AwsError } from "@longhaul/stepfunctions";
import { z } from "zod";
import { checkAttributes, messageBytes } from "../sqs/message-attributes.js";
import type { MessageAttributes } from "../sqs/records.js";

/** Largest message, and largest sum of a batch, in bytes. Source: "Amazon SNS quotas". */
export const maxMessageBytes = 262_144;
const maxSubjectLength = 100;

const attributeSchema = z.object({
  DataType: z.string(),
  StringValue: z.string().optional(),
  BinaryValue: z.base64().optional(),
});

export const messageShape = {
  Message: z.string().default(""),
  Subject: z.string().optional(),
  MessageStructure: z.string().optional(),
  MessageAttributes: z.record(z.string(), attributeSchema).optional(),
  MessageDeduplicationId: z.string().optional(),
  MessageGroupId: z.string().optional(),
};
const messageSchema = z.object(messageShape);
export type MessageInput = z.output<typeof messageSchema>;

export const publishSchema = messageSchema.extend({
  TopicArn: z.string().optional(),
  TargetArn: z.string().optional(),
  PhoneNumber: z.string().optional(),
});
export type PublishInput = z.output<typeof publishSchema>;

export function invalid(parameter: string, reason: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: ${parameter} Reason: ${reason}`);
}

/** @throws AwsError InvalidParameter */
export function subjectOf({ Subject: subject }: MessageInput): string | null {
  if (subject === undefined) return null;
  if (subject.length < 1 || subject.length > maxSubjectLength || /[\u0000-\u001f\u007f]/.test(subject))
    throw invalid("Subject", `must be 1 to ${maxSubjectLength} characters without line breaks`);
  return subject;
}

/** @throws AwsError where an attribute is none, as SNS words it */
export function attributesOf({ MessageAttributes: given = {} }: MessageInput): MessageAttributes {
  const attributes: MessageAttributes = Object.fromEntries(
    Object.entries(given).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        DataType,
        ...(StringValue !== undefined && { StringValue }),
        ...(BinaryValue !== undefined && { BinaryValue }),
      },
    ]),
  );
  try {
    // SNS has no limit of ten; what goes to a queue raw does.
    for (const [name, attribute] of Object.entries(attributes)) checkAttributes({ [name]: attribute });
  } catch (error) {
    throw new AwsError("ParameterValueInvalid", (error as Error).message);
  }
  return attributes;
}

/**
 * The text for a transport. With MessageStructure json the message is one text per transport, of which `default` is
 * a must.
 *
 * @throws AwsError InvalidParameter
 */
export function textFor(input: MessageInput, transport: string): string {
  const { Message: message, MessageStructure: structure } = input;
  if (message === "") throw invalid("Message", "Empty message");
  if (messageBytes(message, attributesOf(input)) > maxMessageBytes)
    throw invalid("Message", "Message too long");
  if (structure !== "json") return message;
  let texts: unknown;
  try {
    texts = JSON.parse(message);
  } catch {
    throw invalid("Message", "JSON message body failed to parse");
  }
  const byTransport = new Map(Object.entries(typeof texts === "object" && texts !== null ? texts : {}));
  const text: unknown = byTransport.get("default");
  if (typeof text !== "string") throw invalid("Message Structure", "No default entry in JSON message body");
  const own: unknown = byTransport.get(transport);
  return typeof own === "string" ? own : text;
}
