import type { Outbox } from "../outbox/outbox.js";
import type { PublishInput } from "./message.js";
import { invalid, subjectOf, textFor } from "./message.js";

type Kind = "sms" | "push";

/**
 * Publish to a phone number (text message) or a platform endpoint (push): the message lands in the outbox.
 *
 * @returns its id
 */
export async function publishDirectly(input: PublishInput, outbox: Outbox): Promise<string> {
  const { kind, to } = target(input);
  const text = kind === "sms" ? textFor(input, "sms") : pushText(input);
  return outbox.add({ kind, from: null, to: [to], subject: subjectOf(input), text, html: null });
}

function target({ PhoneNumber: phone, TargetArn: arn = "" }: PublishInput): { kind: Kind; to: string } {
  if (phone !== undefined) {
    if (!/^\+[1-9]\d{4,14}$/.test(phone))
      throw invalid("PhoneNumber", `${phone.slice(0, 40)} is not valid to publish to`);
    return { kind: "sms", to: phone };
  }
  if (!/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:endpoint\/[A-Za-z0-9_./-]{1,512}$/.test(arn))
    throw invalid("TargetArn", `${arn.slice(0, 200)} is not an ARN of an endpoint of SNS`);
  return { kind: "push", to: arn };
}

/** The default text, and what the message holds for one of the platforms. */
function pushText(input: PublishInput): string {
  const text = textFor(input, "default");
  if (input.MessageStructure !== "json") return text;
  const texts = Object.values(JSON.parse(input.Message) as Record<string, unknown>);
  const platform = texts.find((one) => typeof one === "string" && one !== text);
  return typeof platform === "string" ? `${text}\n\n${platform}` : text;
}
