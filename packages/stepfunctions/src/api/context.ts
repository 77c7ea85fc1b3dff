import type { Command, Settings, TaskAnswer } from "../core/turn.js";
import type { Activities } from "../shell/activities.js";
import type { Executions } from "../shell/executions.js";
import type { Clock } from "../shell/clock.js";
import type { MachineCache } from "../shell/machine-cache.js";
import type { MapRuns } from "../shell/map-runs.js";
import type { Mutex } from "../shell/mutex.js";
import type { Slots } from "../shell/slots.js";
import type { Store } from "../store/store.js";
import type { Arns } from "./arns.js";
import type { Request } from "./request.js";

type TaskCommand = Extract<Command, { type: "invoke" }>;

/** What the operations work on. */
export interface Context {
  store: Store;
  clock: Clock;
  arns: Arns;
  machines: MachineCache;
  executions: Executions;
  activities: Activities;
  mapRuns: MapRuns;
  settings: Settings;
  mutex: Mutex;
  /** Room for the callers of StartSyncExecution. */
  syncExecutions: Slots;
  /** Makes the call of a task that is of no execution. Never rejects. */
  callTask(executionArn: string, command: TaskCommand, signal: AbortSignal): Promise<TaskAnswer>;
  /** The number for the next execution. */
  nextNumber(): number;
}

/** One operation of the API: its request in AWS's shape gives its response in AWS's shape. */
export type Operation = (context: Context, request: Request, signal?: AbortSignal) => unknown;

/** A moment as AWS JSON 1.0 writes it: seconds since 1970. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
