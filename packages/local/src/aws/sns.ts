import type { Outbox } from "../outbox/outbox.js";
import { AwsError } from "@longhaul/stepfunctions";
import { escapeXml, json, queryResult, type Reply } from "./reply.js";

const namespace = "http://sns.amazonaws.com/doc/2010-03-31/";
const maxMessageBytes = 262_144;
const maxSubjectLength = 100;

/** The parameters of a request, flat as the Query protocol writes them. */
export type SnsParameters = Readonly<Record<string, string>>;

/**
 * SNS Publish to a phone number (text message), a platform endpoint (push) or a topic: the message lands in
 * the outbox. Answers in the protocol that asked.
 */
export async function publish(
  parameters: SnsParameters,
  outbox: Outbox,
  wire: "json" | "query",
): Promise<Reply> {
  const { kind, to } = target(parameters);
  const subject = parameters["Subject"] ?? null;
  if (subject !== null && (subject.length === 0 || subject.length > maxSubjectLength)) {
    throw invalid("Subject", `must be 1 to ${maxSubjectLength} characters`);
  }
  const text = messageText(parameters, kind);
  const id = await outbox.add({ kind, from: null, to: [to], subject, text, html: null });
  if (wire === "json") return json({ MessageId: id });
  return queryResult("Publish", namespace, `<MessageId>${escapeXml(id)}</MessageId>`);
}

function target(parameters: SnsParameters): { kind: "sms" | "push" | "topic"; to: string } {
  const { PhoneNumber: phone, TargetArn: targetArn, TopicArn: topicArn } = parameters;
  const given = [phone, targetArn, topicArn].filter((value) => value !== undefined);
  const [first] = given;
  if (given.length !== 1 || first === undefined) {
    throw invalid("TopicArn", "exactly one of TopicArn, TargetArn and PhoneNumber must be given");
  }
  if (phone !== undefined) {
    if (!/^\+[1-9]\d{4,14}$/.test(phone))
      throw invalid("PhoneNumber", `${phone.slice(0, 40)} is not valid to publish to`);
    return { kind: "sms", to: phone };
  }
  const field = topicArn === undefined ? "TargetArn" : "TopicArn";
  if (!/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_./-]{1,512}$/.test(first)) {
    throw invalid(field, `${first.slice(0, 200)} is not an ARN of SNS`);
  }
  return { kind: /:endpoint\//.test(first) ? "push" : "topic", to: first };
}

function messageText(parameters: SnsParameters, kind: "sms" | "push" | "topic"): string {
  const message = parameters["Message"] ?? "";
  if (message === "") throw invalid("Message", "Empty message");
  if (Buffer.byteLength(message) > maxMessageBytes) throw invalid("Message", "Message too long");
  if (parameters["MessageStructure"] !== "json") return message;
  return structured(message, kind);
}

/** With MessageStructure json the message is one text per transport, of which `default` is a must. */
function structured(message: string, kind: "sms" | "push" | "topic"): string {
  let texts: unknown;
  try {
    texts = JSON.parse(message);
  } catch {
    throw invalid("Message", "JSON message body failed to parse");
  }
  const byTransport = (typeof texts === "object" && texts !== null ? texts : {}) as Record<string, unknown>;
  const text = (kind === "sms" ? byTransport["sms"] : undefined) ?? byTransport["default"];
  if (typeof text !== "string") throw invalid("Message Structure", "No default entry in JSON message body");
  if (kind === "push") {
    const platform = Object.values(byTransport).find((value) => typeof value === "string" && value !== text);
    return typeof platform === "string" ? `${text}\n\n${platform}` : text;
  }
  return text;
}

function invalid(parameter: string, reason: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: ${parameter} Reason: ${reason}`);
}
