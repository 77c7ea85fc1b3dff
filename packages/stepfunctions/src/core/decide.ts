import { StateFailure, type StateError } from "../language/failure.js";
import { TRANSITIONS_PER_TURN } from "../limits.js";
import { enter, wake } from "./enter.js";
import { breakdown } from "./breakdown.js";
import { failEvaluation, failExecution, failState } from "./failure.js";
import type { Machine } from "./machine.js";
import type { Branch, ExecutionIdentity, ExecutionState, LogRecord, Visit } from "./state.js";
import { answer, expire, schedule } from "./task.js";
import { type Command, type CoreEvent, HistoryFull, Turn } from "./turn.js";

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
 *
 * An event that comes too late (an answer to a task that timed out, anything after the end) makes no records. A turn ends
 * after TRANSITIONS_PER_TURN states, so that an endless loop holds up nobody: while hasReady(state), send "advance".
 */
export async function decide(
  machine: Machine,
  state: ExecutionState | null,
  event: CoreEvent,
): Promise<Decision> {
  const turn = new Turn(machine, state, event);
  let fault: unknown;
  try {
    await handle(turn);
  } catch (error) {
    // Whatever goes wrong in one execution ends that execution and no other.
    if (!turn.started) throw error;
    if (!(error instanceof HistoryFull)) fault = error;
    if (!turn.closed) failExecution(turn, 0, error instanceof HistoryFull ? full(error) : breakdown(error));
  }
  if (turn.closed) abandon(turn);
  const decision = { state: turn.state, records: turn.records, commands: turn.commands };
  return fault === undefined ? decision : { ...decision, fault };
}

function full({ message }: HistoryFull): StateError {
  return { error: "States.Runtime", cause: message };
}

async function handle(turn: Turn): Promise<void> {
  const { event } = turn;
  if (event.type === "start") start(turn, event.identity);
  else if (turn.closed) return;
  if (event.type === "stop") {
    const { error, cause } = event;
    const details = { ...(cause === undefined ? {} : { cause }), ...(error === undefined ? {} : { error }) };
    return turn.emit(0, "ExecutionAborted", details);
  }
  await meetDeadlines(turn);
  if (event.type === "answer" && !turn.closed) await takeAnswer(turn, event);
  for (let budget = TRANSITIONS_PER_TURN; budget > 0 && !turn.closed; budget -= 1) {
    const branch = [...turn.state.branches.values()].find(({ position }) => position.kind === "ready");
    if (branch === undefined) return;
    await enterNext(turn, branch);
  }
}

function start(turn: Turn, identity: ExecutionIdentity): void {
  const { timeoutSeconds, startAt } = turn.machine;
  const timeoutAt = timeoutSeconds === null ? null : turn.event.at + timeoutSeconds * 1000;
  turn.emit(
    0,
    "ExecutionStarted",
    { input: identity.input, roleArn: identity.roleArn },
    { then: { kind: "start", identity, state: startAt, timeoutAt } },
  );
  // As recorded on AWS, the first state's Entered event follows event 0, not the start.
}

async function enterNext(turn: Turn, branch: Branch): Promise<void> {
  if (branch.position.kind !== "ready") return;
  const { state: name, input } = branch.position;
  const definition = turn.definition(name);
  turn.emit(branch.id, `${definition.type}StateEntered`, { input, name });
  await attempt(turn, branch, (visit) => enter(turn, branch, definition, visit));
}

async function takeAnswer(turn: Turn, event: Extract<CoreEvent, { type: "answer" }>): Promise<void> {
  const branch = turn.state.branches.get(event.branch);
  if (branch?.position.kind !== "task" || branch.position.task.id !== event.task) return;
  const definition = turn.definition(branch.position.visit.state);
  if (definition.type !== "Task") throw new Error("only a Task waits for an answer");
  await attempt(turn, branch, (visit) => answer(turn, branch, definition, visit, event.answer));
}

/** Does what is due by the event's clock: first the branches, then the execution's own timeout. */
async function meetDeadlines(turn: Turn): Promise<void> {
  const { at } = turn.event;
  for (const branch of turn.state.branches.values()) {
    if (turn.closed) return;
    await meetDeadline(turn, branch, at);
  }
  const { timeoutAt } = turn.state;
  if (!turn.closed && timeoutAt !== null && timeoutAt <= at) turn.emit(0, "ExecutionTimedOut", undefined);
}

async function meetDeadline(turn: Turn, branch: Branch, at: number): Promise<void> {
  const { position } = branch;
  const limit = turn.state.timeoutAt ?? Number.POSITIVE_INFINITY;
  const due = (moment: number | null): boolean => moment !== null && moment <= at && moment <= limit;
  if (!("visit" in position)) return;
  const definition = turn.definition(position.visit.state);
  if (position.kind === "wait" && due(position.until) && definition.type === "Wait")
    await attempt(turn, branch, (visit) => wake(turn, branch, definition, visit));
  if (definition.type !== "Task") return;
  if (position.kind === "retry" && due(position.until))
    await attempt(turn, branch, (visit) => schedule(turn, branch, definition, visit));
  if (position.kind !== "task") return;
  const { task } = position;
  const limitMet = due(task.timeoutAt) ? "timeout" : due(task.heartbeatAt) ? "heartbeat" : null;
  if (limitMet !== null)
    await attempt(turn, branch, (visit) => expire(turn, branch, definition, visit, task, limitMet));
}

/** Runs a part of a visit; what its evaluations throw becomes the state's error. */
async function attempt(
  turn: Turn,
  branch: Branch,
  part: (visit: Visit) => void | Promise<void>,
): Promise<void> {
  if (!("visit" in branch.position)) throw new Error("the branch is not in a state");
  const { visit } = branch.position;
  const definition = turn.definition(visit.state);
  try {
    await part(visit);
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const failure = failEvaluation(turn, branch, definition, visit, error);
    await failState(turn, branch, definition, visit, failure);
  }
}

/** An execution that times out takes its running tasks with it; a stopped one leaves them running, as on AWS. */
function abandon(turn: Turn): void {
  if (turn.event.type === "stop") return;
  for (const { id, position } of turn.state.branches.values())
    if (position.kind === "task") turn.commands.push({ type: "abort", branch: id, task: position.task.id });
}
