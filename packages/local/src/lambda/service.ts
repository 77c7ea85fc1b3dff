import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import type { FunctionSpec } from "@longhaul/functions/manifest";
import { AwsError } from "@longhaul/stepfunctions";
import type { Logger } from "../log.js";
import { logTail, openFunctionLogs } from "./logs.js";
import { type Account, functionArn, functionName, notFound } from "./names.js";
import { type FunctionResult, maxEventBytes, maxRequestBytes, resultOf } from "./payloads.js";
import { createPool, type Pooled, PoolClosed } from "./pool.js";
import { type Outcome, startWorker } from "./process.js";

export interface InvokeCall {
  /** A name or ARN of a function. */
  readonly functionName: string;
  readonly qualifier?: string | null;
  /** JSON text. */
  readonly payload: string;
  /** Gives up waiting; as on AWS, a function that runs is not stopped. */
  readonly signal?: AbortSignal;
}

export interface InvokeResult extends FunctionResult {
  readonly statusCode: 200;
  readonly executedVersion: "$LATEST";
  /** The last 4 kB of the invocation's log in base64. */
  readonly logTail: string;
}

export interface Lambda {
  /** Runs a function and waits for its answer (invocation type RequestResponse). */
  invoke(call: InvokeCall): Promise<InvokeResult>;
  /** Takes an event and runs the function later, three times at most (invocation type Event). */
  invokeLater(call: InvokeCall): void;
  /** The function that a name or ARN means. Throws AwsError where there is none. */
  find(name: string, qualifier?: string | null): FunctionSpec;
  list(): readonly FunctionSpec[];
  arn(name: string): string;
  /** Replaces the functions and lets their processes read new code with the next invocation. */
  reload(functions: readonly FunctionSpec[]): void;
  /** The ids of the worker processes. */
  pids(): number[];
  close(): Promise<void>;
}

export interface LambdaOptions extends Account {
  readonly functions: readonly FunctionSpec[];
  /** What a function finds in process.env besides its own settings and AWS's. */
  readonly environment: (spec: FunctionSpec) => Record<string, string>;
  readonly logFolder: string;
  readonly logger: Logger;
  /** Invocations at a time of all functions without reserved concurrency. */
  readonly concurrency?: number;
  /** How long a free process is kept, in milliseconds. */
  readonly idleMs?: number;
  /** Waits before the second and the third try of an event, in milliseconds; AWS waits 1 and 2 minutes. */
  readonly retryDelaysMs?: readonly number[];
}

/** The local Lambda: runs functions in processes of their own, killed at their timeout, reused otherwise. */
export function createLambda(options: LambdaOptions): Lambda {
  const { logger } = options;
  const concurrency = options.concurrency ?? Math.max(4, 2 * availableParallelism());
  const pool = createPool({ concurrency, idleMs: options.idleMs ?? 300_000 });
  const logs = openFunctionLogs(options.logFolder);
  const retryDelaysMs = options.retryDelaysMs ?? [60_000, 120_000];
  const timers = new Set<NodeJS.Timeout>();
  let functions = byName(options.functions);
  let closed = false;

  function find(name: string, qualifier: string | null = null): FunctionSpec {
    const spec = functions.get(functionName(name, qualifier, options));
    if (spec === undefined) throw notFound(functionArn(options, functionName(name, null, options)));
    return spec;
  }

  async function invoke(call: InvokeCall): Promise<InvokeResult> {
    const spec = find(call.functionName, call.qualifier ?? null);
    checkPayload(call.payload, maxRequestBytes, "InvokeFunction");
    const requestId = randomUUID();
    const tail = logTail();
    const invocation = {
      requestId,
      payload: call.payload,
      timeoutMs: spec.timeoutSeconds * 1000,
      onLine: (line: string) => {
        tail.add(line);
        logs.write(spec.name, requestId, line);
      },
    };
    const outcome = await unlessAborted(runInPool(pooled(spec), invocation, call.signal), call.signal);
    const result = resultOf(outcome, requestId, spec.timeoutSeconds);
    if (result.functionError !== undefined) {
      logs.write(
        spec.name,
        requestId,
        JSON.stringify({ level: "error", failed: JSON.parse(result.payload) }),
      );
    }
    return { statusCode: 200, executedVersion: "$LATEST", logTail: tail.base64(), ...result };
  }

  async function runInPool(...args: Parameters<typeof pool.run>): Promise<Outcome> {
    try {
      return await pool.run(...args);
    } catch (error) {
      if (error instanceof PoolClosed) throw new AwsError("ServiceException", error.message, 500);
      throw error;
    }
  }

  function pooled(spec: FunctionSpec): Pooled {
    const { name, reservedConcurrency } = spec;
    const description = {
      entry: spec.entry.href,
      functionName: name,
      functionArn: functionArn(options, name),
      memoryMb: spec.memoryMb,
    };
    const start = () => startWorker(description, workerEnvironment(spec, options));
    return { name, reservedConcurrency, start };
  }

  function tryLater(call: InvokeCall, attempt: number): void {
    const again = (problem: unknown) => {
      const delay = retryDelaysMs[attempt];
      if (closed) return;
      if (delay === undefined) {
        logger.error("An event was dropped: its function failed every time.", {
          function: call.functionName,
          problem,
        });
        return;
      }
      const timer = setTimeout(() => {
        timers.delete(timer);
        tryLater(call, attempt + 1);
      }, delay);
      timers.add(timer.unref());
    };
    invoke(call).then((result) => {
      if (result.functionError !== undefined) again(result.payload);
    }, again);
  }

  return {
    invoke,
    find,
    invokeLater(call) {
      find(call.functionName, call.qualifier ?? null);
      checkPayload(call.payload, maxEventBytes, "InvokeFunction");
      tryLater(call, 0);
    },
    list: () => [...functions.values()],
    arn: (name) => functionArn(options, name),
    reload(next) {
      functions = byName(next);
      pool.recycle();
    },
    pids: () => pool.pids(),
    async close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      await pool.close();
      await logs.flush();
    },
  };
}

function byName(functions: readonly FunctionSpec[]): Map<string, FunctionSpec> {
  return new Map(functions.map((spec) => [spec.name, spec]));
}

/** Settles as `work` does, or rejects when the signal aborts first; the work goes on and nobody listens. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    stop = () => signal.removeEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stop();
  }
}

function checkPayload(payload: string, limit: number, operation: string): void {
  if (Buffer.byteLength(payload) > limit) {
    const message = `Request must be smaller than ${limit} bytes for the ${operation} operation`;
    throw new AwsError("RequestTooLargeException", message, 413);
  }
  try {
    JSON.parse(payload);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError("InvalidRequestContentException", `Could not parse request body into json: ${reason}`);
  }
}

/** As on AWS, a function sees its own settings only: nothing of the environment of whoever started the cloud. */
function workerEnvironment(spec: FunctionSpec, options: LambdaOptions): Record<string, string> {
  return {
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    ...options.environment(spec),
    ...spec.environment,
  };
}
