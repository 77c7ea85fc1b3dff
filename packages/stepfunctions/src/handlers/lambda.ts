import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.js";
import type { LambdaInvoker } from "../ports.js";

/** What a handler is told besides its event. Source: "Using the Lambda context object"; `signal` is ours. */
export interface LambdaContext {
  awsRequestId: string;
  functionName: string;
  functionVersion: "$LATEST";
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  logGroupName: string;
  logStreamName: string;
  getRemainingTimeInMillis(): number;
  /** Aborts when the state has timed out: nobody waits for the result any more. */
  signal: AbortSignal;
}

/** A Lambda function: resolves with its result, a JSON value. What it throws fails the task, its `name` is the error. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- an event is what the machine sends: its handler knows
export type LambdaHandler = (event: any, context: LambdaContext) => unknown;

export interface HandlersOptions {
  region: string;
  accountId: string;
  /** Told of a function that was called and is not there. */
  onMissing?: (functionName: string) => void;
}

/** Lambda's longest timeout: handlers that run in this process have none of their own. */
const LONGEST_INVOCATION_MS = 900_000;

/**
 * Calls Lambda handlers in this process. Versions and aliases are not told apart: any qualifier means the handler.
 * @param find the handler of a function's bare name, undefined when there is none
 */
export function invokeHandlers(
  find: (functionName: string) => LambdaHandler | undefined | Promise<LambdaHandler | undefined>,
  { region, accountId, onMissing }: HandlersOptions,
): LambdaInvoker {
  return async ({ functionName, qualifier, payload, signal }) => {
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
    const handler = await find(functionName);
    if (handler === undefined) {
      onMissing?.(functionName);
      const what = `${arn}:${qualifier ?? "$LATEST"}`;
      throw new AwsError("ResourceNotFoundException", `Function not found: ${what}`, 404);
    }
    const answer = { statusCode: 200, executedVersion: "$LATEST" };
    try {
      const result = await handler(JSON.parse(payload), contextOf(functionName, arn, signal));
      return { ...answer, payload: serialise(result) };
    } catch (error) {
      return { ...answer, payload: JSON.stringify(errorPayload(error)), functionError: "Unhandled" };
    }
  };
}

function contextOf(functionName: string, arn: string, signal: AbortSignal): LambdaContext {
  const deadline = Date.now() + LONGEST_INVOCATION_MS;
  return {
    awsRequestId: randomUUID(),
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: arn,
    memoryLimitInMB: "128",
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `local/${process.pid}`,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    signal,
  };
}

function serialise(result: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(result);
  } catch {
    throw new Error("Unable to stringify response body");
  }
  return text ?? "null";
}

/** As Lambda's runtime for Node writes it. */
function errorPayload(error: unknown): object {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  const trace = (error.stack ?? "").split("\n");
  return { errorType: error.name || "Error", errorMessage: error.message, trace };
}
