/** A queue as it is kept. */
export interface QueueRecord {
  /** Another queue of the same name, made later, has another id. */
  readonly id: string;
  readonly name: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly modified: number;
  /** Those that were set. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A message attribute as clients write it; binary values in base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** What of a message never changes. */
export interface Content {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader: string | null;
  readonly group: string | null;
}

/** What of a message changes as it is received. Times are milliseconds since 1970. */
export interface MessageState {
  messageId: string;
  sentAt: number;
  /** Hidden until then: delayed where it was never received, in flight otherwise. */
  visibleAt: number;
  /** Receives in all queues that it was in. */
  receives: number;
  /** Receives in this queue, which its redrive policy counts. */
  receivesHere: number;
  firstReceivedAt: number | null;
  lastReceivedAt: number | null;
  /** Part of the receipt handle of its last receive. */
  receipt: string;
  /** The ARN of the queue whose redrive policy moved it here. */
  source: string | null;
  /** Whether a delivery has been doubled on purpose, or is to be after its deletion. */
  doubled: "no" | "owed" | "done";
}

/** A task that moves messages back from a dead-letter queue. */
export interface MoveTask {
  readonly handle: string;
  readonly sourceArn: string;
  readonly destinationArn: string | null;
  /** Messages a second. */
  readonly rate: number | null;
  readonly started: number;
  readonly toMove: number;
  readonly moved: number;
  readonly status: "RUNNING" | "COMPLETED" | "CANCELLING" | "CANCELLED" | "FAILED";
  readonly failure: string | null;
}
