import type { Logger } from "../log.js";
import type { Queues } from "../sqs/queues.js";
import type { Content } from "../sqs/records.js";
import { parseFilterPolicy, wants } from "./filter-policy.js";
import type { Notification, Subscription } from "./records.js";

const maxRawAttributes = 10;

/**
 * Puts messages into the queues whose subscriptions want them; resolves when they are on disk there. A queue that is
 * gone is passed over, as on AWS, with a line in the log.
 */
export async function deliver(
  notifications: readonly Notification[],
  subscriptions: readonly Subscription[],
  { queues, logger }: { readonly queues: Queues; readonly logger: Logger },
): Promise<void> {
  const sends = subscriptions.flatMap((subscription) => {
    const { attributes, endpoint, arn } = subscription;
    const queue = queues.findByArn(endpoint);
    if (queue === undefined) {
      logger.warn(`A notification was lost: the queue ${endpoint} does not exist.`, { subscription: arn });
      return [];
    }
    const policy = attributes["FilterPolicy"] ? parseFilterPolicy(attributes["FilterPolicy"]) : {};
    const wanted = notifications.filter((one) => wants(policy, one.attributes));
    return wanted.flatMap((one) => {
      const content = isRaw(subscription) ? raw(one) : enveloped(one, subscription);
      if (content === null)
        logger.warn("A notification was lost: raw delivery takes ten attributes.", { arn });
      return content === null ? [] : [{ queue, content }];
    });
  });
  await queues.send(sends);
}

export function isRaw({ attributes }: Pick<Subscription, "attributes">): boolean {
  return attributes["RawMessageDelivery"]?.toLowerCase() === "true";
}

function raw({ text: body, attributes }: Notification): Content | null {
  if (Object.keys(attributes).length > maxRawAttributes) return null;
  return { body, attributes, traceHeader: null, group: null };
}

/** Source: "Parsing Amazon SNS message formats". Nothing here signs, so the signature is said to be none. */
function enveloped(notification: Notification, { topicArn }: Subscription): Content {
  const { messageId, subject, text, attributes } = notification;
  const shown = Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    { Type: DataType, Value: StringValue ?? BinaryValue },
  ]);
  const body = JSON.stringify(
    {
      Type: "Notification",
      MessageId: messageId,
      TopicArn: topicArn,
      ...(subject !== null && { Subject: subject }),
      Message: text,
      Timestamp: new Date().toISOString(),
      SignatureVersion: "1",
      Signature: "unsigned",
      ...(shown.length > 0 && { MessageAttributes: Object.fromEntries(shown) as object }),
    },
    null,
    2,
  );
  return { body, attributes: {}, traceHeader: null, group: null };
}
