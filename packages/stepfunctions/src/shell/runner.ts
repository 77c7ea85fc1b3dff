import type { Machine } from "../core/machine.js";
import {
  type ExecutionIdentity,
  type ExecutionState,
  isPending,
  type LogRecord,
  waiting,
} from "../core/state.js";
import type { Command, CoreEvent } from "../core/turn.js";
import type { ExecutionRow, RunningRow } from "../store/store.js";
import type { Told } from "./told.js";

/** An event that waits for its turn. */
export interface Waiting {
  /** Clock reading and seed are filled in when its turn comes. */
  event: CoreEvent;
  told: Told;
}

/** A running execution in memory. Its events are taken one after the other. */
export interface Runner {
  row: ExecutionRow;
  machine: Machine | null;
  /** null before the start, and for what could not be read back from its log. */
  state: ExecutionState | null;
  /** What went wrong when it was read back: it ends at its next event. */
  fault: Error | undefined;
  batches: number;
  queue: Waiting[];
  /** An event is being decided upon. */
  deciding: boolean;
  /** Writes that are on their way to the disk. */
  unsynced: number;
  saved: RunningRow | null;
}

/** What an event came to. */
export interface Ruling {
  state: ExecutionState | null;
  outcome: ExecutionState["outcome"];
  records: LogRecord[];
  commands: Command[];
}

/** Who an execution is, from its row. */
export function identityOf(row: ExecutionRow): ExecutionIdentity {
  const { number, arn, name, input, startedAt, machineArn, roleArn, machineName, sync } = row;
  const identity = { number, arn, name, input, startedAt, roleArn, machineArn, machineName };
  return sync === true ? { ...identity, sync } : identity;
}

/** The row of an execution that has ended. */
export function closed(row: ExecutionRow, outcome: NonNullable<ExecutionState["outcome"]>): ExecutionRow {
  const { at: stoppedAt, status } = outcome;
  // Object.assign is many times quicker here than a spread that more members follow.
  if (outcome.status === "SUCCEEDED")
    return Object.assign({}, row, { status, stoppedAt, output: outcome.output });
  const { error = null, cause = null } = outcome;
  return Object.assign({}, row, { status, stoppedAt, error, cause });
}

/** A task or map run that is handed out. */
type Delivery = Extract<Command, { type: "invoke" | "startMapRun" }>;

/** What a restart hands out again. */
export function redelivery(state: ExecutionState | null): Delivery[] {
  if (state === null) return [];
  return waiting(state).flatMap(({ id, position }): Delivery[] => {
    if (position.kind === "mapRun")
      return [{ type: "startMapRun", branch: id, state: position.visit.state, run: position.run }];
    if (position.kind !== "task" || !isPending(position)) return [];
    const { state: name, retryCount } = position.visit;
    return [{ type: "invoke", branch: id, state: name, retryCount, task: position.task }];
  });
}
