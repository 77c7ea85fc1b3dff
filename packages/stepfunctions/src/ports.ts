import type { ExecutionStatus } from "./store/store.js";

/**
 * Calls a Lambda function and resolves with what it returned, errors of the function included (functionError).
 * Rejects with an AwsError when Lambda itself refuses (ResourceNotFoundException and the like).
 * `functionName` is the bare name; `signal` aborts when the state or the execution has timed out: nobody waits any more.
 */
export type LambdaInvoker = (call: {
  functionName: string;
  qualifier?: string;
  payload: string;
  executionArn: string;
  signal: AbortSignal;
}) => Promise<{
  statusCode: number;
  executedVersion: string;
  payload: string;
  functionError?: "Unhandled" | "Handled";
}>;

/** One call of a service integration. */
export interface ServiceCall {
  /** What follows `arn:aws:states:::` in the state's Resource, such as `sqs:sendMessage.waitForTaskToken`. */
  resource: string;
  /** `sqs`, `aws-sdk:dynamodb` */
  service: string;
  /** `sendMessage` */
  action: string;
  pattern: "request" | "sync" | "sync:2" | "waitForTaskToken";
  /** The state's Parameters or Arguments, as a JSON value. */
  parameters: unknown;
  /** With waitForTaskToken: what SendTaskSuccess and the like end the task with. */
  taskToken?: string;
  executionArn: string;
  stateName: string;
  retryCount: number;
  /** Aborts when nobody waits any more. */
  signal: AbortSignal;
  /** With sync: tells that the job is accepted, with the service's response. Resolves when that is on disk. */
  submitted(output: unknown): Promise<void>;
}

/**
 * Calls a service other than Lambda, Step Functions and activities. Resolves with its response, a JSON value; with
 * waitForTaskToken that is only the acceptance, and the result comes by SendTaskSuccess. Rejects with a TaskFailure to
 * fail the task with exactly that, with an AwsError to fail it as AWS words such an error. Calls may come twice: after a
 * restart those are made again that had not been answered.
 */
export type ServiceInvoker = (call: ServiceCall) => Promise<unknown>;

/** The failure of a task, as Retry and Catch and the history see it. */
export class TaskFailure extends Error {
  constructor(
    readonly error: string,
    override readonly cause?: string,
  ) {
    super(cause === undefined ? error : `${error}: ${cause}`);
    this.name = "TaskFailure";
  }
}

/** A task that somebody may answer in place of what it calls. */
export interface OverrideCall {
  machineName: string;
  stateName: string;
  /** What follows `#` in the ARN that the execution was started with. */
  testCase: string | null;
  executionArn: string;
  retryCount: number;
  /** The task's parameters, as a JSON value. */
  parameters: unknown;
  /** For an activity and waitForTaskToken. */
  taskToken: string | null;
}

/**
 * Answers tasks in place of what they call: undefined leaves a call alone, a promise is the task's raw result. Rejects
 * with a TaskFailure to fail the task.
 */
export type Overrides = (call: OverrideCall) => Promise<unknown> | undefined;

/** Where a distributed Map reads its items from and writes its results to. */
export interface ObjectStore {
  /** Rejects with an AwsError NoSuchBucket, NoSuchKey or AccessDenied. */
  get(location: { bucket: string; key: string; versionId?: string }): Promise<AsyncIterable<Uint8Array>>;
  list(location: { bucket: string; prefix: string }): AsyncIterable<{
    key: string;
    size: number;
    etag: string;
    /** In ms since 1970. */
    lastModified: number;
    storageClass: string;
  }>;
  put(location: { bucket: string; key: string; contentType?: string }, body: Uint8Array): Promise<void>;
}

/** One event of an execution, as CloudWatch Logs gets it. */
export interface LogEntry {
  /** The log groups of the machine's loggingConfiguration. */
  logGroupArns: string[];
  stateMachineArn: string;
  executionArn: string;
  /** The record's text is this as JSON. */
  event: Record<string, unknown>;
}

/** `detail` of EventBridge's "Step Functions Execution Status Change". Dates are milliseconds since 1970. */
export interface StatusChangeEvent {
  executionArn: string;
  stateMachineArn: string;
  stateMachineVersionArn: string | null;
  stateMachineAliasArn: string | null;
  name: string;
  status: ExecutionStatus;
  startDate: number;
  stopDate: number | null;
  /** null with `included: false` when it is too large for an event. */
  input: string | null;
  inputDetails: { included: boolean };
  output: string | null;
  outputDetails: { included: boolean } | null;
  error: string | null;
  cause: string | null;
}

/** What the engine logs to; pino fits. */
export interface Logger {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
