import type { Permission } from "@longhaul/kit/step";

/** One Lambda function, as the local cloud runs it and infra deploys it. */
export interface FunctionSpec {
  readonly name: string;
  /** The built module that exports `handler`. */
  readonly entry: URL;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** The database role it signs in with; null where it needs no database. */
  readonly databaseRole: "worker" | "dispatcher" | null;
  readonly permissions: readonly Permission[];
  /** Whether it starts, ends and looks at runs: what that takes on AWS it gets. */
  readonly managesRuns: boolean;
  /**
   * Invocations that one instance may hold at a time, where instances can hold several: the local cloud's do, as Lambda
   * Managed Instances do. 1 has an instance for each.
   */
  readonly concurrency: number;
  /**
   * What an instance is called that hosts the function beside others, where instances can (the local cloud's do). Its
   * `environment` is not given there: the handler knows by the name in its context whose invocation it is. Functions that
   * could not be the same process, by their entry, their other settings or the database role, share none. null: never.
   */
  readonly host: string | null;
  /** Instances kept free for it, and no more than these; null shares the account's concurrency. */
  readonly reservedConcurrency: number | null;
}

/** What starts a function: events on the default bus that match the pattern, or the clock. */
export type RuleSpec = {
  readonly name: string;
  readonly description: string;
  /** The name of the function. */
  readonly target: string;
} & (
  | { readonly pattern: EventPattern }
  | {
      readonly everySeconds: number;
      /** Whether it looks for what went wrong while nothing ran, so that a laptop's cloud calls it when it is started again. */
      readonly mends?: true;
    }
);

/** An EventBridge pattern of exact values: each named field must hold one of those listed. */
export interface EventPattern {
  readonly [field: string]: readonly (string | number | boolean | null)[] | EventPattern;
}

/** One state machine, deployed as it is; only the functions' ARNs differ from account to account. */
export interface StateMachineSpec {
  /** The workflow's name, and the key of its version's ARN in STATE_MACHINES. */
  readonly workflow: string;
  readonly name: string;
  /** SHA-256 of the machine without ARNs. */
  readonly hash: string;
  /** The names of functions that its text does not call, and executions of its earlier versions do. */
  readonly retired: readonly string[];
  /** ASL text with the ARN of each function, which `arnOf` gives by the function's name. */
  definition(arnOf: (functionName: string) => string): string;
}

/** An SNS topic. */
export interface TopicSpec {
  readonly name: string;
  readonly description: string;
}

/** A standard SQS queue with a dead-letter queue of its own, `<name>-dead-letters`. */
export interface QueueSpec {
  readonly name: string;
  readonly deadLetters: string;
  /** Receives after which a message that nobody deleted is a dead letter. */
  readonly maxReceives: number;
  /** How long a received message is hidden from others; AWS advises six times the consumer's timeout. */
  readonly visibilityTimeoutSeconds: number;
  /** The topic that feeds it raw messages, of those whose attributes hold one of the values. */
  readonly subscription: {
    readonly topic: string;
    readonly filter: Readonly<Record<string, readonly string[]>>;
  };
}

/** A function that a queue's messages start; it reports the messages of a batch that it could not handle. */
export interface EventSourceSpec {
  /** The name of a queue, or of its dead-letter queue. */
  readonly queue: string;
  readonly target: string;
  readonly batchSize: number;
  /** How long a batch may wait to be filled. */
  readonly windowSeconds: number;
  readonly maxConcurrency: number;
}
