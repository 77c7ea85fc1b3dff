import { type StateError, StateFailure } from "../language/failure.js";
import { MAX_CAUSE_LENGTH } from "../limits.js";
import { Json } from "../json-text.js";
import { EXITED } from "./event-types.js";
import { conclude, NOTHING_ASSIGNED, type Passed, type Stay } from "./flow.js";
import type { MapState, Next, ParallelState, State, TaskState } from "./machine.js";
import type { Branch, Then, Visit } from "./state.js";
import type { Turn } from "./turn.js";
import type { Work } from "./work.js";

/**
 * Whether an ErrorEquals list names an error
 * (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
 * States.Runtime is never matched; States.ALL does not retry States.DataLimitExceeded, but catches it (as recorded on AWS).
 */
function matches(names: string[], { error, alias }: StateError, purpose: "retry" | "catch"): boolean {
  if (error === "States.Runtime") return false;
  if (names.includes(error) || (alias !== undefined && names.includes(alias))) return true;
  const limit = error === "States.DataLimitExceeded" && purpose === "retry";
  if (names.includes("States.TaskFailed") && error !== "States.Timeout" && !limit) return true;
  return names.includes("States.ALL") && !limit;
}

/** Leaves a state: the Exited event and, at the end of a branch, what follows from that. */
export function leave({ turn, branch, visit }: Stay, state: State, passed: Passed, next: Next): void {
  const { output, assigned } = passed;
  const details: Record<string, unknown> = { name: visit.state, output };
  if (assigned !== NOTHING_ASSIGNED && Object.keys(assigned).length > 0) details.assignedVariables = assigned;
  const then: Then = next === "end" ? END : { kind: "go", state: next.state };
  turn.emit(branch.id, EXITED[state.type], details, { then });
  if (next === "end" && branch.parent === null) turn.emit(branch.id, "ExecutionSucceeded", { output });
}

const END = { kind: "end" } as const;

/** Ends an execution in failure. */
export function failExecution(turn: Turn, branch: number, failure: StateError): void {
  turn.emit(branch, "ExecutionFailed", errorDetails(failure));
}

/** Error and cause as an event shows them. */
export function errorDetails({ error, cause }: StateError): Record<string, unknown> {
  return { ...(cause === undefined ? {} : { cause }), ...(error === undefined ? {} : { error }) };
}

/** Errors whose cause does not say where they came from, as recorded on AWS. */
const PLAIN = new Set([
  "States.DataLimitExceeded",
  "States.ItemReaderFailed",
  "States.ReferencePathConflict",
  "States.ResultWriterFailed",
]);

/** Turns a failure thrown by an evaluation into the state's error and, in JSONata, the history's EvaluationFailed. */
export function failEvaluation(
  { turn, branch, visit }: Stay,
  state: State,
  failure: StateFailure,
): StateError {
  const place = `An error occurred while executing the state '${visit.state}' (entered at the event id #${visit.enteredId}). `;
  // As recorded on AWS, TestState does not say where.
  const said = PLAIN.has(failure.error) || turn.trace !== undefined ? "" : place;
  // Messages quote inputs, and a caught failure is the next input: without a bound a loop would double it for ever.
  const cause = `${said}${failure.message}`.slice(0, MAX_CAUSE_LENGTH);
  if (failure.error !== "States.QueryEvaluationError") return { error: failure.error, cause };
  const location = failure.location === undefined ? {} : { location: failure.location };
  // As recorded on AWS: while a state is being entered, the failure follows what came before it; a Wait has been entered.
  const entering = branch.lastEventId === visit.enteredId && state.type !== "Wait";
  const options = entering ? { previousId: visit.previousId } : {};
  const details = { cause, error: failure.error, ...location, state: visit.state };
  turn.emit(branch.id, "EvaluationFailed", details, options);
  return { error: failure.error, cause };
}

/** Handles a state's error: the next try, a catcher, or the failure of what the state is part of. */
export function* failState(stay: Stay, state: State, failure: StateError): Work {
  const { turn, branch } = stay;
  turn.trace?.("failure", JSON.stringify(failure));
  if (state.type === "Task" || state.type === "Parallel" || state.type === "Map") {
    if (retry(stay, state, failure)) return;
    // As recorded on AWS: not where the execution ends at once.
    if (state.type !== "Task" && failure.error !== "States.Runtime")
      turn.emit(branch.id, `${state.type}StateFailed`, undefined);
    if (yield* caught(stay, state, failure)) return;
  }
  yield* failBranch(turn, branch, failure);
}

/**
 * A branch has failed: the execution has, or the Parallel or Map that the branch belongs to. States.Runtime always fails
 * the execution, and on AWS its history then says nothing of what lies between.
 */
function* failBranch(turn: Turn, branch: Branch, failure: StateError): Work {
  const parent = branch.parent === null ? undefined : turn.branch(branch.parent);
  if (parent === undefined || failure.error === "States.Runtime")
    return failExecution(turn, branch.id, failure);
  if (parent.position.kind !== "fork") throw new Error("only a Parallel or Map has branches");
  const { visit, fork } = parent.position;
  const state = turn.definition(parent, visit.state);
  // As recorded on AWS, everything that follows from the failure follows the event that it came with.
  const previousId = branch.lastEventId;
  if (fork.items !== null) iterationEvent(turn, branch, "Failed", visit, previousId);
  abandon(turn, branch, previousId);
  for (const id of [...fork.live]) {
    const other = id === branch.id ? undefined : turn.state.branches.get(id);
    if (other === undefined) continue;
    if (fork.items !== null) iterationEvent(turn, other, "Aborted", visit, previousId);
    abandon(turn, other, previousId);
  }
  turn.note(parent.id, "BranchFailed", { kind: "adopt" }, previousId);
  yield* failState({ turn, branch: parent, visit }, state, failure);
}

/** MapIterationFailed and the like. */
export function iterationEvent(
  turn: Turn,
  branch: Branch,
  what: "Failed" | "Aborted" | "Succeeded",
  { state: name }: Visit,
  previousId: number,
): void {
  const then = what === "Succeeded" ? { then: { kind: "join" } as const } : {};
  const details = { index: branch.index, name };
  turn.emit(branch.id, `MapIteration${what}`, details, { previousId, aside: true, ...then });
}

/** Gives up a branch that has failed or whose sibling has, with everything below it. */
function abandon(turn: Turn, branch: Branch, previousId: number): void {
  const { position } = branch;
  if (!("visit" in position)) return;
  if ("fork" in position && position.fork !== undefined)
    for (const id of position.fork.live) {
      const inner = turn.state.branches.get(id);
      if (inner !== undefined) abandon(turn, inner, previousId);
    }
  if (position.kind === "task")
    turn.commands.push({ type: "abort", branch: branch.id, task: position.task.id });
  if (position.kind === "mapRun")
    turn.commands.push({ type: "stopMapRun", branch: branch.id, run: position.run.id });
  const { type } = turn.definition(branch, position.visit.state);
  const told = position.kind !== "failed" && ["Task", "Wait", "Map", "Parallel"].includes(type);
  if (told) turn.emit(branch.id, `${type}StateAborted`, undefined, { previousId, aside: true });
  turn.note(branch.id, "BranchGivenUp", { kind: "fail" });
}

function retry(
  { turn, branch, visit }: Stay,
  state: TaskState | ParallelState | MapState,
  failure: StateError,
): boolean {
  const place = state.retriers.findIndex((retrier) => matches(retrier.errors, failure, "retry"));
  const retrier = state.retriers[place];
  const made = visit.retries[place] ?? 0;
  if (retrier !== undefined) turn.trace?.("retryIndex", String(place));
  if (retrier === undefined || made >= retrier.maxAttempts) return false;
  const grown = retrier.intervalSeconds * retrier.backoffRate ** made;
  const seconds = Math.min(grown, retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY, 99_999_999);
  const delay = retrier.fullJitter ? seconds * turn.random.number() : seconds;
  turn.trace?.("retryBackoffIntervalSeconds", String(Math.round(delay)));
  const until = turn.event.at + Math.round(delay * 1000 * turn.settings.waitScale);
  turn.note(branch.id, "RetryScheduled", { kind: "retry", until, retrier: place });
  return true;
}

/** What a catcher sees. As recorded on AWS, a failure without a name has neither, and one without a cause an empty one. */
function errorOutputOf({ error, cause }: StateError): { Error: string | null; Cause: string | null } {
  const named: string | undefined = error;
  return named === undefined ? { Error: null, Cause: cause ?? null } : { Error: named, Cause: cause ?? "" };
}

function* caught(
  stay: Stay,
  state: TaskState | ParallelState | MapState,
  failure: StateError,
): Work<boolean> {
  const place = state.catchers.findIndex((catcher) => matches(catcher.errors, failure, "catch"));
  const catcher = state.catchers[place];
  if (catcher === undefined) return false;
  stay.turn.trace?.("catchIndex", String(place));
  const errorOutput = errorOutputOf(failure);
  try {
    const options = { seen: { errorOutput }, path: `Catch[${place}]/` };
    const passed = yield* conclude(stay, catcher, Json.value(errorOutput), options);
    leave(stay, state, passed, { state: catcher.next });
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    yield* failBranch(stay.turn, stay.branch, failEvaluation(stay, state, error));
  }
  return true;
}
