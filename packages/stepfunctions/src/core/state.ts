// The state of one execution and the records that make it. The state is the fold of the records (apply.ts) and
// nothing else, so that a log read back gives exactly the state that wrote it.

import type { Heap } from "./heap.js";
import type { LambdaResponse } from "./lambda.js";

/** Who an execution is: fixed at its start. */
export interface ExecutionIdentity {
  /** The engine's own number for it; task tokens carry it. */
  number: number;
  arn: string;
  name: string;
  input: string;
  startedAt: number;
  /** null: TestState was given none. */
  roleArn: string | null;
  machineArn: string;
  machineName: string;
  /** Started by StartSyncExecution. */
  sync?: true;
  /** The version and the alias that it was started with. */
  startedAs?: { stateMachineVersionArn: string; stateMachineAliasArn?: string };
}

/** The region of AWS that an execution is in. */
export function regionOf({ machineArn }: ExecutionIdentity): string {
  const start = machineArn.indexOf(":", "arn:aws:".length) + 1;
  return machineArn.slice(start, machineArn.indexOf(":", start));
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
  /** The map run that the state has failed with, which a redrive takes up again. */
  failedRun?: PendingMapRun;
}

/** A task that was handed out and has not answered. */
export interface PendingTask {
  /** Event id of its Scheduled event: the name under which the answer comes. */
  id: number;
  call: TaskCall;
  /** Given out where somebody else ends the task: activities and .waitForTaskToken. */
  token: string | null;
  timeoutAt: number | null;
  heartbeatAt: number | null;
  heartbeatSeconds: number | null;
  /** Whether the call itself has been answered or taken, so that only its token is waited for. */
  accepted: boolean;
}

/** What a task calls. `parameters` and `payload` are JSON texts. */
export type TaskCall =
  | {
      kind: "lambda";
      functionName: string;
      qualifier: string | null;
      payload: string;
      /** InvocationType Event: the call succeeds once it is accepted. */
      event?: true;
    }
  | { kind: "activity"; arn: string; input: string }
  | { kind: "service"; resource: string; parameters: string; name: string };

/** A Parallel or an inline Map on its way. */
export interface Fork {
  /** Texts of the items of a Map, null for a Parallel. */
  items: string[] | null;
  /** Iterations that have been started, of `total`. */
  started: number;
  total: number;
  ended: number;
  outputs: (string | null)[];
  /** Branches that have not ended, by id. */
  live: Set<number>;
  /** Most iterations at a time; 0 is no bound. */
  maxConcurrency: number;
  /** The event that the next iteration, and the state's end, follow. */
  lastEventId: number;
  lastSucceededId: number;
}

/** A distributed Map on its way: its items are executions of their own. */
export interface PendingMapRun {
  /** Event id of MapRunStarted: the name under which its end comes. */
  id: number;
  arn: string;
  /** JSON text of MapRunSpec. */
  spec: string;
}

/** Where a branch stands. */
export type Position =
  | { kind: "ready"; state: string; input: string }
  | { kind: "entered"; visit: Visit }
  | { kind: "task"; visit: Visit; task: PendingTask }
  | { kind: "wait"; visit: Visit; until: number }
  | { kind: "retry"; visit: Visit; until: number }
  | { kind: "fork"; visit: Visit; fork: Fork }
  | { kind: "mapRun"; visit: Visit; run: PendingMapRun }
  /** Failed or given up, and kept for a redrive; `fork` where it was a Parallel or Map. */
  | { kind: "failed"; visit: Visit; fork?: Fork }
  | { kind: "ended"; output: string };

/** One thread of control. Branch 0 is the machine itself, the others belong to a Parallel or Map state of their parent. */
export interface Branch {
  id: number;
  parent: number | null;
  /** Place among the parent's branches or iterations. */
  index: number;
  /** Which part of the machine it runs (machine.ts, Region). */
  region: number;
  /** Text of the item that a Map's iteration is for. */
  item: string | null;
  /** The event that the branch's next event follows. */
  lastEventId: number;
  /** Its own variables, as JSON texts; those of its parents are seen behind them. */
  variables: Record<string, string>;
  position: Position;
}

export type Outcome =
  | { status: "SUCCEEDED"; output: string }
  | { status: "FAILED" | "TIMED_OUT" | "ABORTED"; error?: string; cause?: string };

export interface ExecutionState {
  identity: ExecutionIdentity;
  timeoutAt: number | null;
  /** Seconds of the machine's TimeoutSeconds, for a redrive. */
  timeoutSeconds: number | null;
  nextEventId: number;
  nextBranchId: number;
  branches: Map<number, Branch>;
  outcome: (Outcome & { at: number }) | null;
  redriveCount: number;
  redrivenAt: number | null;
  // What follows is derived from the branches, so that no turn has to look at all of them.
  /** Branches that can go on, first come first; one that is gone is passed over. */
  ready: number[];
  /** Moments of the branches, earliest first; one that no longer holds is passed over. */
  alarms: Heap<{ at: number; branch: number }>;
  /** How many branches are isPending. */
  pending: number;
}

/** What a record does to its branch besides what its event says. */
export type Then =
  | {
      kind: "start";
      identity: ExecutionIdentity;
      region: number;
      state: string;
      timeoutSeconds: number | null;
    }
  | { kind: "task"; task: Omit<PendingTask, "id" | "accepted"> }
  | { kind: "accept"; heartbeatAt: number | null }
  | { kind: "heartbeat"; heartbeatAt: number | null }
  | { kind: "wait"; until: number }
  | { kind: "retry"; until: number; retrier: number }
  | { kind: "parallel"; input: string; branches: { region: number; state: string }[] }
  | { kind: "map"; items: string[]; maxConcurrency: number }
  | { kind: "iterate"; index: number; input: string; region: number; state: string }
  | { kind: "join" }
  | { kind: "mapRun"; arn: string; spec: string }
  | { kind: "fail" }
  | { kind: "adopt" }
  | { kind: "go"; state: string }
  | { kind: "end" }
  | { kind: "redrive"; timeoutAt: number | null };

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
  /** In place of an output that is long and can be made of it: the result of lambda:invoke. */
  response?: LambdaResponse;
  /** The event is a side note: what comes next follows the event before it. */
  aside?: true;
}

/** Moment at which something happens by itself, in milliseconds since 1970; null when nothing will. */
export function nextWake(state: ExecutionState): number | null {
  if (state.outcome !== null) return null;
  const first = nextAlarm(state)?.at ?? null;
  if (first === null) return state.timeoutAt;
  return state.timeoutAt === null ? first : Math.min(first, state.timeoutAt);
}

/** The earliest alarm of a branch that still holds. */
export function nextAlarm(state: ExecutionState): { at: number; branch: number } | undefined {
  for (;;) {
    const first = state.alarms.first();
    if (first === undefined || momentOf(state.branches.get(first.branch)?.position) === first.at)
      return first;
    state.alarms.pop();
  }
}

/** When a position goes on by itself, or null. */
export function momentOf(position: Position | undefined): number | null {
  if (position === undefined) return null;
  if (position.kind === "wait" || position.kind === "retry") return position.until;
  if (position.kind !== "task") return null;
  const { timeoutAt, heartbeatAt } = position.task;
  if (timeoutAt === null || heartbeatAt === null) return timeoutAt ?? heartbeatAt;
  return Math.min(timeoutAt, heartbeatAt);
}

/** The first branch that can go on at once, without a further answer or moment. */
export function nextReady(state: ExecutionState): Branch | undefined {
  if (state.outcome !== null) return undefined;
  while (state.ready.length > 0) {
    const branch = state.branches.get(state.ready[0] as number);
    if (branch?.position.kind === "ready") return branch;
    state.ready.shift();
  }
  return undefined;
}

/** Branches whose task or map run a restart must deliver again. */
export function waiting(state: ExecutionState): Branch[] {
  if (state.outcome !== null || state.pending === 0) return [];
  return [...state.branches.values()].filter(({ position }) => isPending(position));
}

/** Whether a position waits for what this process has called: not for a token that somebody outside holds. */
export function isPending(position: Position): boolean {
  if (position.kind === "mapRun") return true;
  return position.kind === "task" && !(position.task.accepted && position.task.token !== null);
}
