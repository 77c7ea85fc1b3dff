import { fork, iterate, join, mapFork } from "./apply-fork.js";
import { redrive } from "./apply-redrive.js";
import { give, leaveQueue, place, release, spawn } from "./branches.js";
import { kindOf } from "./event-types.js";
import { Heap } from "./heap.js";
import type { Branch, ExecutionState, LogRecord, Outcome, Position, Then, Visit } from "./state.js";

const OUTCOMES: Record<string, Outcome["status"]> = {
  ExecutionSucceeded: "SUCCEEDED",
  ExecutionFailed: "FAILED",
  ExecutionTimedOut: "TIMED_OUT",
  ExecutionAborted: "ABORTED",
};

/** The state that a log's records make. @throws Error for a log without a start */
export function replay(records: Iterable<LogRecord>): ExecutionState {
  let state: ExecutionState | null = null;
  for (const record of records) state = apply(state, record);
  if (state === null) throw new Error("a log must begin with its execution's start");
  return state;
}

/** Adds one record to a state, in place, and returns it. The first record (then.kind "start") makes the state. */
export function apply(state: ExecutionState | null, record: LogRecord): ExecutionState {
  if (record.then?.kind === "start") return begin(record, record.then);
  if (state === null) throw new Error(`a log begins with ${record.type}, not with its execution's start`);
  const branch = state.branches.get(record.branch);
  if (branch === undefined)
    throw new Error(`record ${record.type} names the unknown branch ${record.branch}`);
  if (record.id > 0) {
    state.nextEventId = record.id + 1;
    if (record.aside === undefined) branch.lastEventId = record.id;
  }
  move(state, branch, record);
  return state;
}

function begin(record: LogRecord, start: Extract<Then, { kind: "start" }>): ExecutionState {
  const { identity, region, timeoutSeconds } = start;
  const state: ExecutionState = {
    identity,
    timeoutAt: timeoutSeconds === null ? null : record.at + timeoutSeconds * 1000,
    timeoutSeconds,
    nextEventId: record.id + 1,
    nextBranchId: 0,
    branches: new Map(),
    outcome: null,
    redriveCount: 0,
    redrivenAt: null,
    ready: [],
    alarms: new Heap(),
    pending: 0,
  };
  spawn(state, {
    parent: null,
    index: 0,
    region,
    item: null,
    lastEventId: 0,
    state: start.state,
    input: identity.input,
  });
  return state;
}

function outcome({ type, details = {} }: LogRecord): Outcome {
  const status = OUTCOMES[type] ?? "FAILED";
  if (status === "SUCCEEDED") return { status, output: details.output as string };
  // On AWS, only its event names the error of an execution that has timed out.
  if (status === "TIMED_OUT") return { status };
  const { error, cause } = details as { error?: string; cause?: string };
  return { status, ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

function move(state: ExecutionState, branch: Branch, record: LogRecord): void {
  const { then } = record;
  switch (kindOf(record.type)) {
    case "end":
      state.outcome = Object.assign(outcome(record), { at: record.at });
      return;
    case "entered":
      leaveQueue(state, branch.id);
      place(state, branch, { kind: "entered", visit: enter(record) });
      return;
    case "exited":
      if (record.details?.assignedVariables !== undefined)
        Object.assign(branch.variables, record.details.assignedVariables);
      break;
    case "answer":
      if (branch.position.kind === "task" || branch.position.kind === "mapRun")
        place(state, branch, { kind: "entered", visit: answered(branch.position, record) });
      break;
    case "other":
  }
  if (then?.kind === "redrive") redrive(state, record, then);
  else if (then !== undefined) follow(state, branch, record, then);
}

/** The visit of a task or map run that has ended; a map run that has failed is kept for a redrive. */
function answered(position: Position, record: LogRecord): Visit {
  const visit = visitOf(position, record);
  const failed = position.kind === "mapRun" && record.type === "MapRunFailed";
  return failed ? { ...visit, failedRun: position.run } : visit;
}

function enter(record: LogRecord): Visit {
  const { name, input } = record.details as { name: string; input: string };
  return {
    state: name,
    input,
    enteredAt: record.at,
    enteredId: record.id,
    previousId: record.previousId,
    retryCount: 0,
    retries: {},
  };
}

function visitOf(position: Position, { type }: LogRecord): Visit {
  if ("visit" in position) return position.visit;
  throw new Error(`record ${type} comes out of turn`);
}

function follow(state: ExecutionState, branch: Branch, record: LogRecord, then: Then): void {
  switch (then.kind) {
    case "end":
      return place(state, branch, { kind: "ended", output: record.details?.output as string });
    case "go":
      release(state, branch);
      return place(state, branch, {
        kind: "ready",
        state: then.state,
        input: record.details?.output as string,
      });
    case "iterate":
      return iterate(state, branch, then);
    case "join":
      return join(state, branch, record);
    case "start":
    case "redrive":
      throw new Error(`record ${record.type} comes out of turn`);
    default:
      return stay(state, branch, record, then, visitOf(branch.position, record));
  }
}

/** What happens while a branch stays in its state. */
function stay(
  state: ExecutionState,
  branch: Branch,
  record: LogRecord,
  then: Exclude<Then, { kind: "end" | "go" | "iterate" | "join" | "start" | "redrive" }>,
  visit: Visit,
): void {
  switch (then.kind) {
    case "task":
      return place(state, branch, {
        kind: "task",
        visit,
        task: { id: record.id, accepted: false, ...then.task },
      });
    case "accept":
    case "heartbeat":
      return touch(state, branch, then);
    case "wait":
      return place(state, branch, { kind: "wait", visit, until: then.until });
    case "retry": {
      release(state, branch);
      const retries = { ...visit.retries, [then.retrier]: (visit.retries[then.retrier] ?? 0) + 1 };
      const next: Visit = { ...visit, retries, retryCount: visit.retryCount + 1 };
      delete next.failedRun;
      return place(state, branch, { kind: "retry", visit: next, until: then.until });
    }
    case "parallel":
      return fork(state, branch, visit, record, then);
    case "map":
      return place(state, branch, { kind: "fork", visit, fork: mapFork(record, then) });
    case "mapRun":
      return place(state, branch, {
        kind: "mapRun",
        visit,
        run: { id: record.id, arn: then.arn, spec: then.spec },
      });
    case "fail":
      return give(state, branch, visit);
    case "adopt":
      branch.lastEventId = record.previousId;
      return;
  }
}

function touch(
  state: ExecutionState,
  branch: Branch,
  then: { kind: "accept" | "heartbeat"; heartbeatAt: number | null },
): void {
  const { position } = branch;
  if (position.kind !== "task") throw new Error("only a task is accepted");
  const accepted = position.task.accepted || then.kind === "accept";
  place(state, branch, { ...position, task: { ...position.task, accepted, heartbeatAt: then.heartbeatAt } });
}
