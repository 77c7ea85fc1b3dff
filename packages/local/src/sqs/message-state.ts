import { randomUUID } from "node:crypto";
import type { LiveQueue, Message } from "./live-queue.js";
import type { MessageState } from "./records.js";

/** The state of a message that nobody has received. */
export function newState(now: number, visibleAt: number): MessageState {
  return {
    messageId: randomUUID(),
    sentAt: now,
    visibleAt,
    receives: 0,
    receivesHere: 0,
    firstReceivedAt: null,
    lastReceivedAt: null,
    receipt: "",
    source: null,
    doubled: "no",
  };
}

/** What of a message is kept on disk. */
export function stateOf({ seq: _seq, place: _place, ...state }: Message): MessageState {
  return state;
}

/** Whether its queue keeps a message no longer. */
export function isExpired({ settings }: LiveQueue, { sentAt }: Message, now: number): boolean {
  return sentAt + settings.retentionSeconds * 1000 <= now;
}
