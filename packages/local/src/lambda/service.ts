import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import type { FunctionSpec } from "@longhaul/functions/manifest";
import { AwsError } from "@longhaul/stepfunctions";
import type { Logger } from "../log.js";
import { type ProcessKind, processKinds } from "./kinds.js";
import { FunctionFaults, runStruck } from "./faults.js";
import { type FunctionLogs, logTail, openFunctionLogs } from "./logs.js";
import { type Account, functionArn, functionName, notFound } from "./names.js";
import { checkSize, type FunctionResult, maxEventBytes, maxRequestBytes, resultOf } from "./payloads.js";
import { Pool } from "./pool.js";
import { NoProcess, PoolClosed } from "./pool-errors.js";
import { type Outcome, startWorker } from "./process.js";
import type { Invocation, Pooled } from "./slot.js";

export interface InvokeCall {
  /** A name or ARN of a function. */
  readonly functionName: string;
  readonly qualifier?: string | null;
  /** JSON text; who takes it from outside has checked it with {@link checkPayload}. */
  readonly payload: string;
  /**
   * Takes the call out of the queue where it waits for its turn. As on AWS, a function that runs is not stopped. Looked
   * at only when the call has to wait: it may be one that is made by the looking.
   */
  readonly signal?: AbortSignal;
}

export interface InvokeResult extends FunctionResult {
  readonly statusCode: 200;
  readonly executedVersion: "$LATEST";
  /** The last 4 kB of the invocation's log in base64. */
  readonly logTail: () => string;
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
  /** Starts the processes of functions in the background and keeps them, so that the first invocation need not wait. */
  warm(names: readonly string[]): void;
  /** What a test or a developer wants to go wrong. */
  readonly faults: FunctionFaults;
  /**
   * Kills the processes that hold an invocation of a function, or with null all; what they held fares as when they crash.
   *
   * @returns how many
   */
  kill(name: string | null): number;
  close(): Promise<void>;
}

export interface LambdaOptions extends Account {
  readonly functions: readonly FunctionSpec[];
  /** What a function finds in process.env besides its own settings and AWS's. */
  readonly environment: (spec: FunctionSpec) => Record<string, string>;
  readonly logFolder: string;
  readonly logger: Logger;
  /** Invocations at a time of functions that want a process for each, those with reserved concurrency aside. */
  readonly concurrency?: number;
  /** Processes at a time of all functions without reserved concurrency. */
  readonly processes?: number;
  /** How long a free process is kept, in milliseconds. */
  readonly idleMs?: number;
  /** Waits before the second and the third try of an event, in milliseconds; AWS waits 1 and 2 minutes. */
  readonly retryDelaysMs?: readonly number[];
}

/** The local Lambda: runs functions in processes of their own, killed at their timeout, reused otherwise. */
export function createLambda(options: LambdaOptions): Lambda {
  return new LocalLambda(options);
}

/** Room for a process of each function of a few workflows. */
const standardProcesses = 24;

/** A function, and how the pool starts processes for it, once somebody has asked. */
interface Deployed {
  readonly spec: FunctionSpec;
  pooled: Pooled | null;
}

class LocalLambda implements Lambda {
  readonly faults = new FunctionFaults();
  readonly #options: LambdaOptions;
  readonly #pool: Pool;
  readonly #logs: FunctionLogs;
  readonly #retries = new Set<NodeJS.Timeout>();
  #functions = new Map<string, Deployed>();
  /** By the names and ARNs under which they were called without a qualifier. */
  readonly #called = new Map<string, Deployed>();
  /** Made at the first use: before, nobody can tell what the functions will find in their environment. */
  #kinds: ReadonlyMap<string, ProcessKind> | null = null;
  readonly #closing = new AbortController();

  constructor(options: LambdaOptions) {
    this.#options = options;
    this.#pool = new Pool({
      concurrency: options.concurrency ?? Math.max(4, 2 * availableParallelism()),
      processes: options.processes ?? standardProcesses,
      idleMs: options.idleMs ?? 300_000,
      warn: (sentence) => options.logger.warn(sentence),
    });
    this.#logs = openFunctionLogs(options.logFolder);
    this.#deploy(options.functions);
  }

  find(name: string, qualifier: string | null = null): FunctionSpec {
    return this.#find(name, qualifier).spec;
  }

  async invoke(call: InvokeCall): Promise<InvokeResult> {
    const deployed = this.#find(call.functionName, call.qualifier ?? null);
    const { spec } = deployed;
    const { payload } = call;
    checkSize(payload, maxRequestBytes);
    const requestId = randomUUID();
    const tail = logTail();
    const onLine = (line: string) => {
      tail.add(line);
      this.#logs.write(spec.name, requestId, line);
    };
    const timeoutMs = spec.timeoutSeconds * 1000;
    const invocation = { requestId, functionName: spec.name, payload, timeoutMs, onLine };
    const faults = this.faults.strike(spec.name, payload);
    const run = (given: Invocation) => this.#run(deployed, given, call);
    const outcome = await (faults.length === 0
      ? run(invocation)
      : runStruck(invocation, faults, {
          run,
          kill: () => this.#pool.kill((held) => held.requestId === requestId),
          closing: this.#closing.signal,
        }));
    const result = resultOf(outcome, requestId, spec.timeoutSeconds);
    if (result.functionError !== undefined) {
      const failed: unknown = JSON.parse(result.payload);
      this.#logs.write(spec.name, requestId, JSON.stringify({ level: "error", failed }));
    }
    return { statusCode: 200, executedVersion: "$LATEST", logTail: () => tail.base64(), ...result };
  }

  #run(deployed: Deployed, invocation: Invocation, call: InvokeCall): Promise<Outcome> {
    return this.#pool
      .run(this.#pooled(deployed), invocation, () => call.signal)
      .catch((error: unknown) => {
        if (error instanceof PoolClosed || error instanceof NoProcess)
          throw new AwsError("ServiceException", error.message, 500);
        throw error;
      });
  }

  kill(name: string | null): number {
    return this.#pool.kill(name === null ? null : ({ functionName }) => functionName === name);
  }

  invokeLater(call: InvokeCall): void {
    this.find(call.functionName, call.qualifier);
    checkSize(call.payload, maxEventBytes);
    this.#try(call, 0);
  }

  list(): readonly FunctionSpec[] {
    return [...this.#functions.values()].map(({ spec }) => spec);
  }

  arn(name: string): string {
    return functionArn(this.#options, name);
  }

  reload(functions: readonly FunctionSpec[]): void {
    this.#deploy(functions);
    this.#pool.recycle();
  }

  warm(names: readonly string[]): void {
    const kinds = names.flatMap((name) => {
      const deployed = this.#functions.get(name);
      return deployed === undefined ? [] : [this.#pooled(deployed)];
    });
    // What cannot be started now is tried again by its first invocation, which is told why.
    this.#pool.warm(kinds).catch(() => {});
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const timer of this.#retries) clearTimeout(timer);
    await this.#pool.close();
    await this.#logs.flush();
  }

  #deploy(functions: readonly FunctionSpec[]): void {
    this.#called.clear();
    this.#kinds = null;
    this.#functions = new Map(functions.map((spec) => [spec.name, { spec, pooled: null }]));
  }

  #pooled(deployed: Deployed): Pooled {
    deployed.pooled ??= this.#newPooled(deployed.spec);
    return deployed.pooled;
  }

  #newPooled(spec: FunctionSpec): Pooled {
    this.#kinds ??= processKinds(this.list(), this.#options.environment);
    const kind = this.#kinds.get(spec.name) as ProcessKind;
    const { reservedConcurrency, concurrency } = spec;
    const arnPrefix = this.arn("");
    const description = { entry: spec.entry.href, arnPrefix, memoryMb: kind.memoryMb, concurrency };
    return {
      ...{ name: kind.key, reservedConcurrency, concurrency },
      start: (listener) => startWorker(description, workerEnvironment(spec, kind, this.#options), listener),
      onLine: (line) => this.#logs.write(kind.name, null, line),
    };
  }

  #find(name: string, qualifier: string | null): Deployed {
    const known = qualifier === null ? this.#called.get(name) : undefined;
    if (known !== undefined) return known;
    const plainName = functionName(name, qualifier, this.#options);
    const found = this.#functions.get(plainName);
    if (found === undefined) throw notFound(this.arn(plainName));
    if (qualifier === null) this.#called.set(name, found);
    return found;
  }

  #try(call: InvokeCall, tried: number): void {
    const again = (problem: unknown) => {
      if (this.#closing.signal.aborted) return;
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

/** As on AWS, a function sees its own settings only: nothing of the environment of whoever started the cloud. */
function workerEnvironment(
  spec: FunctionSpec,
  { name, memoryMb, hosts }: ProcessKind,
  options: LambdaOptions,
): Record<string, string> {
  return {
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    ...(spec.concurrency > 1 && { AWS_LAMBDA_MAX_CONCURRENCY: String(spec.concurrency) }),
    ...options.environment(spec),
    ...(!hosts && spec.environment),
  };
}
