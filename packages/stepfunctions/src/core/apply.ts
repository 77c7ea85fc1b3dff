import type { Branch, ExecutionState, LogRecord, Outcome, Position, Visit } from "./state.js";

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
    branch.lastEventId = record.id;
  }
  const status = OUTCOMES[record.type];
  if (status !== undefined) state.outcome = { ...outcome(status, record), at: record.at };
  else move(branch, record);
  return state;
}

function begin(record: LogRecord, start: Extract<LogRecord["then"], { kind: "start" }>): ExecutionState {
  const root: Branch = {
    id: 0,
    lastEventId: 0,
    variables: {},
    position: { kind: "ready", state: start.state, input: start.identity.input },
  };
  return {
    identity: start.identity,
    timeoutAt: start.timeoutAt,
    nextEventId: record.id + 1,
    branches: new Map([[0, root]]),
    outcome: null,
  };
}

function outcome(status: Outcome["status"], { details = {} }: LogRecord): Outcome {
  if (status === "SUCCEEDED") return { status, output: details.output as string };
  const { error, cause } = details as { error?: string; cause?: string };
  return { status, ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

function move(branch: Branch, record: LogRecord): void {
  const details = record.details ?? {};
  if (record.type.endsWith("StateEntered")) {
    branch.position = { kind: "entered", visit: enter(record, details) };
    return;
  }
  if (record.type.endsWith("StateExited")) {
    Object.assign(branch.variables, details.assignedVariables);
  } else if (branch.position.kind === "task" && isAnswer(record.type)) {
    branch.position = { kind: "entered", visit: branch.position.visit };
  }
  if (record.then !== undefined) branch.position = follow(branch.position, record, record.then);
}

function enter(record: LogRecord, details: Record<string, unknown>): Visit {
  return {
    state: details.name as string,
    input: details.input as string,
    enteredAt: record.at,
    enteredId: record.id,
    previousId: record.previousId,
    retryCount: 0,
    retries: {},
  };
}

function isAnswer(type: string): boolean {
  return type.endsWith("Succeeded") || type.endsWith("Failed") || type.endsWith("TimedOut");
}

function follow(position: Position, record: LogRecord, then: NonNullable<LogRecord["then"]>): Position {
  if (then.kind === "end") return { kind: "ended" };
  if (then.kind === "go")
    return { kind: "ready", state: then.state, input: record.details?.output as string };
  if (then.kind === "start" || !("visit" in position))
    throw new Error(`record ${record.type} comes out of turn`);
  const { visit } = position;
  switch (then.kind) {
    case "task":
      return { kind: "task", visit, task: { id: record.id, ...then.task } };
    case "wait":
      return { kind: "wait", visit, until: then.until };
    case "retry": {
      const retries = { ...visit.retries, [then.retrier]: (visit.retries[then.retrier] ?? 0) + 1 };
      return {
        kind: "retry",
        visit: { ...visit, retries, retryCount: visit.retryCount + 1 },
        until: then.until,
      };
    }
  }
}
