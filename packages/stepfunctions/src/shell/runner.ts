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
  const { number, arn, name, input, startedAt, machineArn, roleArn, machineName, sync, versionArn } = row;
  const identity: ExecutionIdentity = {
    number,
    arn,
    name,
    input,
    startedAt,
    roleArn,
    machineArn,
    machineName,
  };
  if (sync === true) identity.sync = sync;
  if (versionArn !== null) identity.startedAs = startedAs(versionArn, row.aliasArn);
  return identity;
}

function startedAs(version: string, alias: string | null): NonNullable<ExecutionIdentity["startedAs"]> {
  return { stateMachineVersionArn: version, ...(alias === null ? {} : { stateMachineAliasArn: alias }) };
}

/** The row of an execution that has ended. */
export function closed(row: ExecutionRow, outcome: NonNullable<ExecutionState["outcome"]>): ExecutionRow {
  const ended = copyOf(row);
  ended.status = outcome.status;
  ended.stoppedAt = outcome.at;
  if (outcome.status === "SUCCEEDED") ended.output = outcome.output;
  else {
    ended.error = outcome.error ?? null;
    ended.cause = outcome.cause ?? null;
  }
  return ended;
}

/** Written out: of an object with so many members a spread, or Object.assign, takes ten times as long. */
function copyOf(row: ExecutionRow): ExecutionRow {
  const copy: ExecutionRow = {
    number: row.number,
    arn: row.arn,
    name: row.name,
    machineId: row.machineId,
    machineArn: row.machineArn,
    versionArn: row.versionArn,
    aliasArn: row.aliasArn,
    type: row.type,
    revisionId: row.revisionId,
    region: row.region,
    roleArn: row.roleArn,
    machineName: row.machineName,
    testCase: row.testCase,
    mapRun: row.mapRun,
    startedBy: row.startedBy,
    traceHeader: row.traceHeader,
    input: row.input,
    startedAt: row.startedAt,
    status: row.status,
    stoppedAt: row.stoppedAt,
    output: row.output,
    error: row.error,
    cause: row.cause,
    redriveCount: row.redriveCount,
    redrivenAt: row.redrivenAt,
  };
  if (row.sync !== undefined) copy.sync = row.sync;
  if (row.redriveTokens !== undefined) copy.redriveTokens = row.redriveTokens;
  return copy;
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

/** What takes back all that is handed out. */
export function withdrawal(state: ExecutionState | null): Command[] {
  return redelivery(state).map((command) =>
    command.type === "invoke"
      ? { type: "abort", branch: command.branch, task: command.task.id }
      : { type: "stopMapRun", branch: command.branch, run: command.run.id },
  );
}
