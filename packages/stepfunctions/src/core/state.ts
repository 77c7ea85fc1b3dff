// The state of one execution and the records that make it. The state is the fold of the records (apply.ts) and
// nothing else, so that a log read back gives exactly the state that wrote it.

/** Who an execution is: fixed at its start. */
export interface ExecutionIdentity {
  arn: string;
  name: string;
  input: string;
  startedAt: number;
  roleArn: string;
  machineArn: string;
  machineName: string;
}

/** One stay in a state. JSON values are kept as text, so that what is passed on is passed on unchanged. */
export interface Visit {
  state: string;
  input: string;
  enteredAt: number;
  /** Event id of the state's Entered event, and the one before it. */
  enteredId: number;
  previousId: number;
  /** Retries made so far: altogether, and for each retrier by its place. */
  retryCount: number;
  retries: Record<number, number>;
}

/** A task that was handed out and has not answered. */
export interface PendingTask {
  /** Event id of its Scheduled event: the name under which the answer comes. */
  id: number;
  functionName: string;
  qualifier: string | null;
  payload: string;
  timeoutAt: number | null;
  heartbeatAt: number | null;
}

/** Where a branch stands. */
export type Position =
  | { kind: "ready"; state: string; input: string }
  | { kind: "entered"; visit: Visit }
  | { kind: "task"; visit: Visit; task: PendingTask }
  | { kind: "wait"; visit: Visit; until: number }
  | { kind: "retry"; visit: Visit; until: number }
  | { kind: "ended" };

/** One thread of control. Branch 0 is the machine itself. */
export interface Branch {
  id: number;
  /** The event that the branch's next event follows. */
  lastEventId: number;
  /** The workflow's variables, as JSON texts. */
  variables: Record<string, string>;
  position: Position;
}

export type Outcome =
  | { status: "SUCCEEDED"; output: string }
  | { status: "FAILED" | "TIMED_OUT" | "ABORTED"; error?: string; cause?: string };

export interface ExecutionState {
  identity: ExecutionIdentity;
  timeoutAt: number | null;
  nextEventId: number;
  branches: Map<number, Branch>;
  outcome: (Outcome & { at: number }) | null;
}

/** What a record does to its branch besides what its event says. */
export type Then =
  | { kind: "start"; identity: ExecutionIdentity; state: string; timeoutAt: number | null }
  | { kind: "task"; task: Omit<PendingTask, "id"> }
  | { kind: "wait"; until: number }
  | { kind: "retry"; until: number; retrier: number }
  | { kind: "go"; state: string }
  | { kind: "end" };

/** An event of the history, as AWS shows it (details without the constant parts), with its internal consequence. */
export interface LogRecord {
  at: number;
  branch: number;
  /** 0: an internal record, which the history does not show. */
  id: number;
  previousId: number;
  type: string;
  details?: Record<string, unknown>;
  then?: Then;
}

/** Moment at which something happens by itself, in milliseconds since 1970; null when nothing will. */
export function nextWake(state: ExecutionState): number | null {
  if (state.outcome !== null) return null;
  const moments: (number | null)[] = [state.timeoutAt];
  for (const { position } of state.branches.values()) {
    if (position.kind === "wait" || position.kind === "retry") moments.push(position.until);
    if (position.kind === "task") moments.push(position.task.timeoutAt, position.task.heartbeatAt);
  }
  const known = moments.filter((moment) => moment !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Whether a branch can go on at once, without a further answer or moment. */
export function hasReady(state: ExecutionState): boolean {
  if (state.outcome !== null) return false;
  return [...state.branches.values()].some((branch) => branch.position.kind === "ready");
}

/** Tasks handed out that have not answered: what a restart delivers again. */
export function pendingTasks(state: ExecutionState): PendingTask[] {
  if (state.outcome !== null) return [];
  return [...state.branches.values()].flatMap(({ position }) =>
    position.kind === "task" ? [position.task] : [],
  );
}
