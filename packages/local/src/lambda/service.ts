import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import type { FunctionSpec } from "@longhaul/functions/manifest";
import { AwsError } from "@longhaul/stepfunctions";
import type { Logger } from "../log.js";
import { type FunctionLogs, logTail, openFunctionLogs } from "./logs.js";
import { type Account, functionArn, functionName, notFound } from "./names.js";
import { type FunctionResult, maxEventBytes, maxRequestBytes, resultOf } from "./payloads.js";
import { Pool, PoolClosed } from "./pool.js";
import { type Invocation, type Outcome, startWorker } from "./process.js";

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
  return new LocalLambda(options);
}

class LocalLambda implements Lambda {
  readonly #options: LambdaOptions;
  readonly #pool: Pool;
  readonly #logs: FunctionLogs;
  readonly #retries = new Set<NodeJS.Timeout>();
  #functions: Map<string, FunctionSpec>;
  #closed = false;

  constructor(options: LambdaOptions) {
    const concurrency = options.concurrency ?? Math.max(4, 2 * availableParallelism());
    this.#options = options;
    this.#pool = new Pool({ concurrency, idleMs: options.idleMs ?? 300_000 });
    this.#logs = openFunctionLogs(options.logFolder);
    this.#functions = byName(options.functions);
  }

  find(name: string, qualifier: string | null = null): FunctionSpec {
    const plainName = functionName(name, qualifier, this.#options);
    const spec = this.#functions.get(plainName);
    if (spec === undefined) throw notFound(this.arn(plainName));
    return spec;
  }

  async invoke(call: InvokeCall): Promise<InvokeResult> {
    const spec = this.find(call.functionName, call.qualifier);
    checkPayload(call.payload, maxRequestBytes);
    const requestId = randomUUID();
    const tail = logTail();
    const running = this.#run(spec, call, {
      requestId,
      payload: call.payload,
      timeoutMs: spec.timeoutSeconds * 1000,
      onLine: (line) => {
        tail.add(line);
        this.#logs.write(spec.name, requestId, line);
      },
    });
    const result = resultOf(await unlessAborted(running, call.signal), requestId, spec.timeoutSeconds);
    if (result.functionError !== undefined) {
      const failed: unknown = JSON.parse(result.payload);
      this.#logs.write(spec.name, requestId, JSON.stringify({ level: "error", failed }));
    }
    return { statusCode: 200, executedVersion: "$LATEST", logTail: tail.base64(), ...result };
  }

  invokeLater(call: InvokeCall): void {
    this.find(call.functionName, call.qualifier);
    checkPayload(call.payload, maxEventBytes);
    this.#try(call, 0);
  }

  list(): readonly FunctionSpec[] {
    return [...this.#functions.values()];
  }

  arn(name: string): string {
    return functionArn(this.#options, name);
  }

  reload(functions: readonly FunctionSpec[]): void {
    this.#functions = byName(functions);
    this.#pool.recycle();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#retries) clearTimeout(timer);
    await this.#pool.close();
    await this.#logs.flush();
  }

  async #run(spec: FunctionSpec, call: InvokeCall, invocation: Invocation): Promise<Outcome> {
    const description = {
      entry: spec.entry.href,
      functionName: spec.name,
      functionArn: this.arn(spec.name),
      memoryMb: spec.memoryMb,
    };
    const start = () => startWorker(description, workerEnvironment(spec, this.#options));
    try {
      return await this.#pool.run({ ...spec, start }, invocation, call.signal);
    } catch (error) {
      if (error instanceof PoolClosed) throw new AwsError("ServiceException", error.message, 500);
      throw error;
    }
  }

  #try(call: InvokeCall, tried: number): void {
    const again = (problem: unknown) => {
      if (this.#closed) return;
      const delay = (this.#options.retryDelaysMs ?? [60_000, 120_000])[tried];
      if (delay === undefined) {
        const about = { function: call.functionName, problem };
        this.#options.logger.error("An event was dropped: its function failed every time.", about);
        return;
      }
      const timer = setTimeout(() => {
        this.#retries.delete(timer);
        this.#try(call, tried + 1);
      }, delay);
      this.#retries.add(timer.unref());
    };
    this.invoke(call).then((result) => {
      if (result.functionError !== undefined) again(result.payload);
    }, again);
  }
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

function checkPayload(payload: string, limit: number): void {
  if (Buffer.byteLength(payload) > limit) {
    const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`;
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
