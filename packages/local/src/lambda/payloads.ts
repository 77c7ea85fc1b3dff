import { AwsError } from "@longhaul/stepfunctions";
import type { ErrorPayload } from "./messages.js";
import type { Outcome } from "./process.js";

/** Largest request and response of a synchronous invocation, in bytes. Source: "Lambda quotas". */
export const maxRequestBytes = 6_291_456;
const maxResponseBytes = 6_291_556;
/** Largest event of an asynchronous invocation, in bytes. */
export const maxEventBytes = 1_048_576;

/** @throws AwsError RequestTooLargeException */
export function checkSize(payload: string, limit: number): void {
  // A UTF-16 unit is three bytes at most.
  if (payload.length * 3 <= limit || Buffer.byteLength(payload) <= limit) return;
  const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`;
  throw new AwsError("RequestTooLargeException", message, 413);
}

/**
 * What comes from outside as an event.
 *
 * @throws AwsError RequestTooLargeException, InvalidRequestContentException when it is no JSON
 */
export function checkPayload(payload: string, limit: number): void {
  checkSize(payload, limit);
  try {
    JSON.parse(payload);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError("InvalidRequestContentException", `Could not parse request body into json: ${reason}`);
  }
}

export interface FunctionResult {
  readonly payload: string;
  readonly functionError?: "Unhandled";
}

/** The answer that Lambda gives for how an invocation ended. */
export function resultOf(outcome: Outcome, requestId: string, timeoutSeconds: number): FunctionResult {
  if (outcome.kind !== "result") return failed(errorOf(outcome, requestId, timeoutSeconds));
  const { length } = outcome.payload;
  if (length * 3 <= maxResponseBytes || Buffer.byteLength(outcome.payload) <= maxResponseBytes)
    return { payload: outcome.payload };
  return failed({
    errorType: "Function.ResponseSizeTooLarge",
    errorMessage: `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`,
  });
}

function failed(error: ErrorPayload): FunctionResult {
  return { payload: JSON.stringify(error), functionError: "Unhandled" };
}

/** Source: the error payloads that Lambda's sandbox writes when the runtime cannot. */
function errorOf(
  outcome: Exclude<Outcome, { kind: "result" }>,
  requestId: string,
  timeoutSeconds: number,
): ErrorPayload {
  if (outcome.kind === "error") return outcome.error;
  if (outcome.kind === "timeout") {
    const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
    return { errorType: "Sandbox.Timedout", errorMessage };
  }
  return {
    errorType: "Runtime.ExitError",
    errorMessage: `RequestId: ${requestId} Error: Runtime ${exitReason(outcome)}`,
  };
}

const signalWords: Record<string, string> = {
  SIGKILL: "killed",
  SIGABRT: "aborted",
  SIGSEGV: "segmentation fault",
};

function exitReason({ code, signal }: { code: number | null; signal: string | null }): string {
  if (signal !== null) return `exited with error: signal: ${signalWords[signal] ?? signal}`;
  return code === 0 ? "exited without providing a reason" : `exited with error: exit status ${code}`;
}
