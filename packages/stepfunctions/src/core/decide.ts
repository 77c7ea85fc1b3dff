import { type StateError, StateFailure } from "../language/failure.js";
import type { Maybe } from "../language/maybe.js";
import { TRANSITIONS_PER_TURN } from "../limits.js";
import { breakdown } from "./breakdown.js";
import { answer } from "./answer.js";
import { enter, wake } from "./enter.js";
import { ENTERED } from "./event-types.js";
import { failEvaluation, failExecution, failState } from "./failure.js";
import { joinBranch, proceed } from "./fork.js";
import type { Machine, State } from "./machine.js";
import { endMapRun } from "./map-run.js";
import {
  type Branch,
  type ExecutionIdentity,
  type ExecutionState,
  type LogRecord,
  nextAlarm,
  nextReady,
} from "./state.js";
import type { Stay } from "./flow.js";
import { expire } from "./task.js";
import { type Command, type CoreEvent, HistoryFull, type Settings, Turn } from "./turn.js";
import { perform, type Work } from "./work.js";

/** As measured on AWS, what ends an execution from outside follows event 0. */
const FROM_OUTSIDE = { previousId: 0 };
const TIMED_OUT = { error: "States.Timeout" };

export interface Decision {
  state: ExecutionState;
  records: LogRecord[];
  commands: Command[];
  /** What was thrown that nothing here expects; the execution's failure is among the records, unless it had ended. */
  fault?: unknown;
}

/**
 * Decides what an event does to an execution. Pure: the same machine, state and event give the same records, for clock
 * and randomness come with the event. Advances `state` in place by the records it returns (null: before the start).
 * The decision is there at once unless an expression has to be waited for.
 *
 * An event that comes too late (an answer to a task that timed out, anything after the end) makes no records. A turn ends
 * after TRANSITIONS_PER_TURN states, so that an endless loop holds up nobody: while hasReady(state), send "advance".
 */
export function decide(
  machine: Machine,
  state: ExecutionState | null,
  event: CoreEvent,
  settings: Settings,
): Maybe<Decision> {
  return perform(decision(new Turn(machine, state, event, settings)));
}

function* decision(turn: Turn): Work<Decision> {
  let fault: unknown;
  try {
    yield* handle(turn);
  } catch (error) {
    // Whatever goes wrong in one execution ends that execution and no other.
    if (!turn.started) throw error;
    if (!(error instanceof HistoryFull)) fault = error;
    if (!turn.closed) failExecution(turn, 0, error instanceof HistoryFull ? full(error) : breakdown(error));
  }
  if (turn.closed && turn.records.length > 0) letGo(turn);
  const { state, records, commands } = turn;
  const made = { state, records, commands };
  return fault === undefined ? made : { ...made, fault };
}

function full({ message }: HistoryFull): StateError {
  return { error: "States.Runtime", cause: message };
}

function* handle(turn: Turn): Work {
  const { event } = turn;
  if (event.type === "start") start(turn, event.identity);
  else if (event.type === "redrive") return yield* redrive(turn);
  else if (turn.closed) return;
  if (event.type === "stop") {
    const { error, cause } = event;
    const details = { ...(cause === undefined ? {} : { cause }), ...(error === undefined ? {} : { error }) };
    turn.emit(0, "ExecutionAborted", details, FROM_OUTSIDE);
    return;
  }
  if (isDue(turn)) yield* meetDeadlines(turn);
  if (!turn.closed) {
    const work = take(turn, event);
    if (work !== undefined) yield* work;
  }
  yield* goOn(turn);
}

/** Takes what has come from outside. */
function take(turn: Turn, event: CoreEvent): Work | void {
  if (event.type === "answer") return takeAnswer(turn, event);
  if (event.type === "mapRunEnded") return takeMapRun(turn, event);
  if (event.type === "skip") return skipWaits(turn);
}

function* skipWaits(turn: Turn): Work {
  for (const branch of [...turn.state.branches.values()]) yield* meetDeadline(turn, branch);
}

/** Enters what states can be entered. */
function* goOn(turn: Turn): Work {
  for (let budget = TRANSITIONS_PER_TURN; budget > 0 && !turn.closed; budget -= 1) {
    const branch = nextReady(turn.state);
    if (branch === undefined) return;
    const work = enterNext(turn, branch);
    if (work !== undefined) yield* work;
  }
}

function start(turn: Turn, identity: ExecutionIdentity): void {
  const { timeoutSeconds, root } = turn.machine;
  const then = { kind: "start", identity, region: root.id, state: root.startAt, timeoutSeconds } as const;
  // As recorded on AWS, the first state's Entered event follows event 0, not the start.
  turn.emit(0, "ExecutionStarted", { input: identity.input, roleArn: identity.roleArn }, { then });
}

function* redrive(turn: Turn): Work {
  const { outcome, timeoutSeconds, redriveCount } = turn.state;
  if (outcome === null || outcome.status === "SUCCEEDED") return;
  const timeoutAt = timeoutSeconds === null ? null : turn.event.at + timeoutSeconds * 1000;
  const then = { kind: "redrive", timeoutAt } as const;
  turn.emit(0, "ExecutionRedriven", { redriveCount: redriveCount + 1 }, { then });
  for (const branch of [...turn.state.branches.values()]) {
    const { position } = branch;
    if (position.kind === "mapRun") {
      const { run, visit } = position;
      const details = { mapRunArn: run.arn, redriveCount: turn.state.redriveCount };
      turn.emit(branch.id, "MapRunRedriven", details);
      turn.commands.push({ type: "startMapRun", branch: branch.id, state: visit.state, run });
    }
    if (position.kind === "fork") yield* tried(turn, branch, () => proceed(turn, branch));
  }
  if (isDue(turn)) yield* meetDeadlines(turn);
  yield* goOn(turn);
}

function enterNext(turn: Turn, branch: Branch): Work | void {
  if (branch.position.kind !== "ready") return;
  const { state: name, input } = branch.position;
  const definition = turn.definition(branch, name);
  turn.emit(branch.id, ENTERED[definition.type], { input, name });
  return attempt(turn, branch, (stay) => enter(stay, definition));
}

function takeAnswer(turn: Turn, event: Extract<CoreEvent, { type: "answer" }>): Work | void {
  const branch = turn.state.branches.get(event.branch);
  if (branch?.position.kind !== "task" || branch.position.task.id !== event.task) return;
  const { visit, task } = branch.position;
  // The call was answered before: a repeat of it, after a restart, has nothing to add.
  const { kind } = event.answer;
  if (
    task.accepted &&
    (kind === "submitted" || kind === "taken" || (kind === "returned" && task.token !== null))
  )
    return;
  const definition = turn.definition(branch, visit.state);
  if (definition.type !== "Task") throw new Error("only a Task waits for an answer");
  return attempt(turn, branch, (stay) => answer(stay, definition, task, event.answer));
}

function takeMapRun(turn: Turn, event: Extract<CoreEvent, { type: "mapRunEnded" }>): Work | void {
  const branch = turn.state.branches.get(event.branch);
  if (branch?.position.kind !== "mapRun" || branch.position.run.id !== event.run) return;
  const definition = turn.definition(branch, branch.position.visit.state);
  if (definition.type !== "Map") throw new Error("only a Map has a map run");
  return attempt(turn, branch, (stay) => endMapRun(stay, definition, event.answer));
}

function isDue({ state, event }: Turn): boolean {
  if (state.timeoutAt !== null && state.timeoutAt <= event.at) return true;
  const alarm = nextAlarm(state);
  return alarm !== undefined && alarm.at <= event.at;
}

/** Does what is due by the event's clock: first the branches, then the execution's own timeout. */
function* meetDeadlines(turn: Turn): Work {
  const { at } = turn.event;
  const limit = turn.state.timeoutAt ?? Number.POSITIVE_INFINITY;
  const rung: { at: number; branch: number }[] = [];
  for (;;) {
    const alarm = nextAlarm(turn.state);
    if (alarm === undefined || alarm.at > at || alarm.at > limit) break;
    turn.state.alarms.pop();
    rung.push(alarm);
  }
  // Of one moment, in the order of the branches: the heap's order is not kept over a restart.
  rung.sort((left, right) => left.at - right.at || left.branch - right.branch);
  const due = new Set(rung.map(({ branch }) => turn.branch(branch)));
  // As recorded on AWS, all that time out at a moment have done so before anything follows from it.
  const expired = new Map<Branch, StateError>();
  for (const branch of due) {
    const failure = expire(turn, branch, at);
    if (failure !== null) expired.set(branch, failure);
  }
  for (const branch of due) if (!expired.has(branch)) yield* meetDeadline(turn, branch);
  for (const [branch, failure] of expired) {
    if (turn.closed || branch.position.kind !== "entered" || !isLive(turn, branch)) continue;
    yield* tried(turn, branch, (stay) => failState(stay, turn.definition(branch, stay.visit.state), failure));
  }
  if (!turn.closed && limit <= at) turn.emit(0, "ExecutionTimedOut", TIMED_OUT, FROM_OUTSIDE);
}

function isLive(turn: Turn, branch: Branch): boolean {
  return turn.state.branches.get(branch.id) === branch;
}

function* meetDeadline(turn: Turn, branch: Branch): Work {
  const { position } = branch;
  if (turn.closed || !("visit" in position) || !isLive(turn, branch)) return;
  const definition = turn.definition(branch, position.visit.state);
  if (position.kind === "wait" && definition.type === "Wait")
    yield* tried(turn, branch, (stay) => wake(stay, definition));
  if (position.kind === "retry") yield* tried(turn, branch, (stay) => enter(stay, definition));
}

type Part = (stay: Stay) => Work | void;

/**
 * Runs a part of a visit; what its evaluations throw becomes the state's error. A branch that it ends is joined.
 * Returns what is left of it where something has to be waited for, or undone.
 */
function attempt(turn: Turn, branch: Branch, part: Part): Work | void {
  const left = attemptOne(turn, branch, part);
  if (left !== undefined || isToBeJoined(turn, branch)) return rest(turn, branch, left);
}

function* tried(turn: Turn, branch: Branch, part: Part): Work {
  const work = attempt(turn, branch, part);
  if (work !== undefined) yield* work;
}

function* rest(turn: Turn, branch: Branch, left: Work | void): Work {
  if (left !== undefined) yield* left;
  let at = branch;
  while (isToBeJoined(turn, at)) {
    const parent = joinBranch(turn, at);
    const work = attemptOne(turn, parent, () => proceed(turn, parent));
    if (work !== undefined) yield* work;
    at = parent;
  }
}

function isToBeJoined(turn: Turn, { position, parent }: Branch): boolean {
  return position.kind === "ended" && parent !== null && !turn.closed;
}

function attemptOne(turn: Turn, branch: Branch, part: Part): Work | void {
  if (!("visit" in branch.position)) throw new Error("the branch is not in a state");
  const { visit } = branch.position;
  const stay = { turn, branch, visit };
  try {
    const work = part(stay);
    return work === undefined ? undefined : guarded(stay, work);
  } catch (error) {
    return failed(stay, error);
  }
}

function* guarded(stay: Stay, work: Work): Work {
  try {
    yield* work;
  } catch (error) {
    yield* failed(stay, error);
  }
}

/** @throws what is no failure of a state's */
function failed(stay: Stay, error: unknown): Work {
  if (!(error instanceof StateFailure)) throw error;
  const definition: State = stay.turn.definition(stay.branch, stay.visit.state);
  return failState(stay, definition, failEvaluation(stay, definition, error));
}

/** An execution that ends takes its running tasks with it; a stopped one leaves its functions running, as on AWS. */
function letGo(turn: Turn): void {
  const stopped = turn.event.type === "stop";
  for (const { id, position } of turn.state.branches.values()) {
    if (position.kind === "mapRun")
      turn.commands.push({ type: "stopMapRun", branch: id, run: position.run.id });
    if (position.kind !== "task") continue;
    if (stopped && position.task.call.kind === "lambda") continue;
    turn.commands.push({ type: "abort", branch: id, task: position.task.id });
  }
}
