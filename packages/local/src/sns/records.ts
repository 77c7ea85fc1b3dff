import type { MessageAttributes } from "../sqs/records.js";

export interface Topic {
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  /** The ARN of a queue. */
  readonly endpoint: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A message to a topic. */
export interface Notification {
  readonly messageId: string;
  readonly subject: string | null;
  readonly text: string;
  readonly attributes: MessageAttributes;
}
