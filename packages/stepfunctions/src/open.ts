import type { IncomingMessage, ServerResponse } from "node:http";
import { Arns } from "./api/arns.js";
import type { Context } from "./api/context.js";
import { answerHttp } from "./api/http.js";
import { operations } from "./api/operations.js";
import { Request } from "./api/request.js";
import { AwsError } from "./aws-error.js";
import type { LambdaInvoker, Logger, StatusChangeEvent } from "./ports.js";
import { type Clock, systemClock } from "./shell/clock.js";
import { Executions } from "./shell/executions.js";
import { MachineCache } from "./shell/machine-cache.js";
import { Mutex } from "./shell/mutex.js";
import { StatusEvents } from "./shell/status-events.js";
import { openLmdbStore } from "./store/lmdb-store.js";
import type { Store } from "./store/store.js";

export interface EngineOptions {
  /** Region and account of the ARNs. */
  region: string;
  accountId: string;
  lambda: LambdaInvoker;
  /** Told of each execution's start and end, at least once each: kept until it resolves, also over a restart. */
  onStatusChange?: (event: StatusChangeEvent) => Promise<void>;
  /** The machine's clock by default. */
  clock?: Clock;
  /** Silent by default. */
  logger?: Logger;
}

export interface StepFunctionsOptions extends EngineOptions {
  /** Folder that holds everything; made if it is missing. */
  dataDir: string;
}

export interface StepFunctions {
  /** Does one operation of the API: request and response in AWS's shapes, dates as seconds. @throws AwsError */
  handle(operation: string, request: unknown): Promise<unknown>;
  /** Answers one HTTP request in AWS JSON 1.0. Never rejects. */
  handleHttp(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Stops; what runs goes on at the next opening. Signals of running invocations abort. */
  close(): Promise<void>;
}

const silent: Logger = { warn: () => {}, error: () => {} };

/**
 * Opens Step Functions on a data folder and takes up the executions that had not ended.
 * @throws DataDirectoryInUseError, DataDirectoryDamagedError
 */
export async function openStepFunctions({
  dataDir,
  ...options
}: StepFunctionsOptions): Promise<StepFunctions> {
  const store = await openLmdbStore(dataDir);
  try {
    return openOn(store, options);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Opens Step Functions on a store: for tests that watch over what is on disk. */
export function openOn(store: Store, options: EngineOptions): StepFunctions {
  const { clock = systemClock, logger = silent, lambda } = options;
  const machines = new MachineCache(store);
  const events = new StatusEvents(store, clock, options.onStatusChange, logger);
  const executions = new Executions({ store, clock, lambda, logger, machines, events });
  const arns = new Arns(options.region, options.accountId);
  const context: Context = {
    store,
    clock,
    arns,
    machines,
    executions,
    mutex: new Mutex(),
    nextNumber: counter(store),
  };
  let closed = false;
  events.resume();
  executions.resume();

  const handle = async (operation: string, request: unknown): Promise<unknown> => {
    const work = operations.get(operation);
    if (work === undefined)
      throw new AwsError(
        "UnknownOperationException",
        `The operation ${operation} of Step Functions is not supported by this engine`,
      );
    if (closed) throw new AwsError("ServiceUnavailable", "The engine is closed", 503);
    return work(context, new Request(request));
  };
  return {
    handle,
    handleHttp: (req, res) => answerHttp(handle, logger, req, res),
    async close() {
      if (closed) return;
      closed = true;
      events.close();
      await executions.close();
      await store.close();
    },
  };
}

function counter(store: Store): () => number {
  let last = 0;
  for (const { key } of store.range("executions", { reverse: true })) {
    last = key;
    break;
  }
  return () => {
    last += 1;
    return last;
  };
}
