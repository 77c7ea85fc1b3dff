import { randomBytes } from "node:crypto";
import type { Faults } from "./faults.js";
import type { LiveQueue, Message } from "./live-queue.js";
import { receiptHandle } from "./receipt.js";
import type { Content } from "./records.js";
import type { QueueStore } from "./store.js";

/** A message as a receiver gets it. */
export interface Delivery {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly content: Content;
  readonly sentAt: number;
  readonly receives: number;
  readonly firstReceivedAt: number;
  readonly source: string | null;
}

export interface ReceiveOptions {
  /** 1 to 10. */
  readonly max: number;
  readonly waitMs: number;
  /** The queue's own where it is null. */
  readonly visibilitySeconds: number | null;
  /** Ends the waiting; nothing is received then. */
  readonly signal?: AbortSignal | undefined;
}

/** Notes a receive. @returns its receipt, which is not the message's own when this is a delivery that is doubled on purpose */
export function noteReceive(
  message: Message,
  now: number,
  duplicates: () => ReturnType<Faults["duplicates"]>,
): string {
  const receipt = randomBytes(8).toString("hex");
  message.visibleAt = now;
  message.receives += 1;
  message.receivesHere += 1;
  message.firstReceivedAt ??= now;
  message.lastReceivedAt = now;
  const double = message.doubled === "no" ? duplicates() : "none";
  if (double === "at-once") {
    message.doubled = "done";
    message.receipt = "";
    return receipt;
  }
  if (double === "after-delete") message.doubled = "owed";
  message.receipt = receipt;
  return receipt;
}

/** What a receiver is given of a message of this queue. */
export function deliveryOf(store: QueueStore, queue: LiveQueue, message: Message, receipt: string): Delivery {
  const content = store.content(message.seq);
  if (content === undefined) throw new Error(`The message ${message.messageId} has lost its content.`);
  const { messageId, sentAt, receives, firstReceivedAt, source, seq } = message;
  return {
    ...{ messageId, content, sentAt, receives, source },
    firstReceivedAt: firstReceivedAt ?? sentAt,
    receiptHandle: receiptHandle({ queueId: queue.record.id, seq, receipt }, store.secret),
  };
}
