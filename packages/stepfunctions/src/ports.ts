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

/** `detail` of EventBridge's "Step Functions Execution Status Change". Dates are milliseconds since 1970. */
export interface StatusChangeEvent {
  executionArn: string;
  stateMachineArn: string;
  stateMachineVersionArn: string | null;
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
