import type { IncomingMessage, ServerResponse } from "node:http";
import { Arns } from "./api/arns.js";
import type { Context } from "./api/context.js";
import { answerHttp } from "./api/http.js";
import { operations } from "./api/operations.js";
import { Request } from "./api/request.js";
import { AwsError } from "./aws-error.js";
import { startForTask } from "./api/start.js";
import { MAX_SYNC_EXECUTIONS } from "./limits.js";
import type {
  LambdaInvoker,
  LogEntry,
  Logger,
  ObjectStore,
  Overrides,
  ServiceInvoker,
  StatusChangeEvent,
} from "./ports.js";
import { type Clock, systemClock } from "./shell/clock.js";
import { Activities } from "./shell/activities.js";
import { Executions } from "./shell/executions.js";
import { ExecutionLogs } from "./shell/execution-logs.js";
import { ExpressRemains } from "./shell/express-remains.js";
import { MachineCache } from "./shell/machine-cache.js";
import { MapRuns } from "./shell/map-runs.js";
import { Mutex } from "./shell/mutex.js";
import { OwnServices } from "./shell/own-services.js";
import { Slots } from "./shell/slots.js";
import { StatusEvents } from "./shell/status-events.js";
import { stopForsaken } from "./shell/sync-children.js";
import { Tasks } from "./shell/tasks.js";
import { Waits } from "./shell/waits.js";
import type { DataDirectoryWriteError } from "./store/errors.js";
import { openStore } from "./store/open-store.js";
import type { Store } from "./store/store.js";

export interface EngineOptions {
  /** Region and account of the ARNs. */
  region: string;
  accountId: string;
  lambda: LambdaInvoker;
  /**
   * What other services' integrations call, by `service:action` (`sqs:sendMessage`), by service (`sqs`,
   * `aws-sdk:dynamodb`) or `*` for all; the most special name wins. A call that nothing is registered for fails.
   */
  services?: Record<string, ServiceInvoker>;
  /** Where distributed Maps read items from and write results to. */
  objects?: ObjectStore;
  /** Answers tasks in place of what they call. */
  overrides?: Overrides;
  /** Factor for Waits and the delays of retries (never for timeouts): 0.001 makes a minute of a day. 1 by default. */
  waitScale?: number;
  /** Told of the events that machines with a loggingConfiguration log, in order within an execution. */
  onLog?: (entry: LogEntry) => void;
  /** Opens for reading alone: nothing that runs is taken up. */
  paused?: boolean;
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
  /**
   * Told, perhaps more than once, that the folder cannot be written any more, a full disk for example: nothing is done from
   * then on, and what was acknowledged is there at the next opening.
   */
  onWriteError?: (error: DataDirectoryWriteError) => void;
}

export interface StepFunctions {
  /**
   * Does one operation of the API: request and response in AWS's shapes, dates as seconds. The signal ends the wait of
   * GetActivityTask. @throws AwsError
   */
  handle(operation: string, request: unknown, signal?: AbortSignal): Promise<unknown>;
  /** Answers one HTTP request in AWS JSON 1.0. Never rejects. */
  handleHttp(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** What developers may do to the time of executions. */
  readonly waits: Waits;
  /** Stops; what runs goes on at the next opening. Signals of running invocations abort. */
  close(): Promise<void>;
}

const silent: Logger = { warn: () => {}, error: () => {} };

/**
 * Opens Step Functions on a data folder and takes up the executions that had not ended.
 * @throws DataDirectoryInUseError, DataDirectoryDamagedError, DataDirectoryFormatError
 */
export async function openStepFunctions({
  dataDir,
  onWriteError,
  ...options
}: StepFunctionsOptions): Promise<StepFunctions> {
  const store = await openStore(dataDir, { onWriteError });
  try {
    return openOn(store, options);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Opens Step Functions on a store: for tests that watch over what is on disk. */
export function openOn(store: Store, options: EngineOptions): StepFunctions {
  const { clock = systemClock, logger = silent, lambda, services = {}, objects, overrides } = options;
  const settings = { waitScale: options.waitScale ?? 1 };
  const machines = new MachineCache(store);
  const events = new StatusEvents(store, clock, options.onStatusChange, logger);
  const executions = new Executions({ store, clock, logger, machines, events, settings });
  const activities = new Activities(executions, (arn) => store.get("activities", arn) !== undefined);
  const arns = new Arns(options.region, options.accountId);
  const nextNumber = counter(store);
  const mapRuns = new MapRuns({ store, clock, logger, executions, objects, settings, nextNumber });
  const context: Context = {
    store,
    clock,
    arns,
    machines,
    executions,
    activities,
    mapRuns,
    settings,
    mutex: new Mutex(),
    syncExecutions: new Slots(MAX_SYNC_EXECUTIONS),
    callTask: (executionArn, command, signal) => tasks.callOnce(executionArn, command, signal),
    nextNumber,
  };
  const own = new OwnServices({
    executions,
    clock,
    start: (request) => startForTask(context, request),
    handle: (operation, request) => handle(operation, request),
  });
  const tasks = new Tasks({ lambda, services, overrides, executions, activities, own, clock });
  const logs = new ExecutionLogs(machines, options.onLog);
  const remains = new ExpressRemains(store, logger);
  executions.connect({
    invoke: (runner, command) => tasks.invoke(runner, command),
    abort: (execution, task) => tasks.abort(execution, task),
    startMapRun: (runner, command) => mapRuns.start(runner, command),
    stopMapRun: (execution, run) => mapRuns.stop(execution, run),
    ended: (row) => {
      mapRuns.ended(row);
      remains.add(row);
    },
    recorded: (runner, records) => logs.record(runner.row, records),
  });
  let closed = false;
  if (options.paused !== true) {
    events.resume();
    executions.resume();
    mapRuns.sweep();
    stopForsaken({ store, logger, recall: executions.recall, executions });
    remains.resume();
  }

  const handle = async (operation: string, request: unknown, signal?: AbortSignal): Promise<unknown> => {
    const work = operations.get(operation);
    if (work === undefined)
      throw new AwsError(
        "UnknownOperationException",
        `The operation ${operation} of Step Functions is not supported by this engine`,
      );
    if (closed) throw new AwsError("ServiceUnavailable", "The engine is closed", 503);
    return work(context, new Request(request), signal);
  };
  return {
    handle,
    waits: new Waits(store, executions, settings),
    handleHttp: (req, res) => answerHttp(handle, logger, req, res),
    async close() {
      if (closed) return;
      closed = true;
      events.close();
      // First, so that nothing that follows from signals that abort is taken for something that happens to an execution.
      const atRest = executions.close();
      mapRuns.close();
      tasks.close();
      activities.close();
      await atRest;
      await remains.close();
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
