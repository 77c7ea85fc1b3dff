import { StateFailure, type StateError } from "../language/failure.js";
import type { State, TaskState } from "./machine.js";
import { evaluateResult, leave } from "./result.js";
import type { Branch, Visit } from "./state.js";
import type { Turn } from "./turn.js";

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

/** Ends an execution in failure. */
export function failExecution(turn: Turn, branch: number, failure: StateError): void {
  turn.emit(branch, "ExecutionFailed", details(failure));
}

function details({ error, cause }: StateError): Record<string, unknown> {
  return { ...(cause === undefined ? {} : { cause }), error };
}

/** Turns a failure thrown by an evaluation into the history's EvaluationFailed and the state's error. */
export function failEvaluation(
  turn: Turn,
  branch: Branch,
  state: State,
  visit: Visit,
  failure: StateFailure,
): StateError {
  if (failure.error !== "States.QueryEvaluationError")
    return { error: failure.error, cause: failure.message };
  const cause = `An error occurred while executing the state '${visit.state}' (entered at the event id #${visit.enteredId}). ${failure.message}`;
  const location = failure.location === undefined ? {} : { location: failure.location };
  // As recorded on AWS: while a state is being entered, the failure follows what came before it; a Wait has been entered.
  const entering = branch.lastEventId === visit.enteredId && state.type !== "Wait";
  const options = entering ? { previousId: visit.previousId } : {};
  turn.emit(
    branch.id,
    "EvaluationFailed",
    { cause, error: failure.error, ...location, state: visit.state },
    options,
  );
  return { error: failure.error, cause };
}

/** Handles a state's error: the next try, a catcher, or the execution's failure. */
export async function failState(
  turn: Turn,
  branch: Branch,
  state: State,
  visit: Visit,
  failure: StateError,
): Promise<void> {
  if (state.type === "Task") {
    if (retry(turn, branch, state, visit, failure)) return;
    if (await caught(turn, branch, state, visit, failure)) return;
  }
  failExecution(turn, branch.id, failure);
}

function retry(turn: Turn, branch: Branch, state: TaskState, visit: Visit, failure: StateError): boolean {
  const place = state.retriers.findIndex((retrier) => matches(retrier.errors, failure, "retry"));
  const retrier = state.retriers[place];
  const made = visit.retries[place] ?? 0;
  if (retrier === undefined || made >= retrier.maxAttempts) return false;
  const grown = retrier.intervalSeconds * retrier.backoffRate ** made;
  const seconds = Math.min(grown, retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY, 99_999_999);
  const delay = retrier.fullJitter ? seconds * turn.random.number() : seconds;
  const until = turn.event.at + Math.round(delay * 1000);
  turn.note(branch.id, "RetryScheduled", { kind: "retry", until, retrier: place });
  return true;
}

async function caught(
  turn: Turn,
  branch: Branch,
  state: TaskState,
  visit: Visit,
  failure: StateError,
): Promise<boolean> {
  const place = state.catchers.findIndex((catcher) => matches(catcher.errors, failure, "catch"));
  const catcher = state.catchers[place];
  if (catcher === undefined) return false;
  const errorOutput = { Error: failure.error, Cause: failure.cause ?? "" };
  const scope = turn.scope(branch, visit, { errorOutput });
  try {
    const passed = await evaluateResult(catcher, scope, JSON.stringify(errorOutput), `Catch[${place}]/`);
    leave(turn, branch, state, visit, passed, { state: catcher.next });
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    failExecution(turn, branch.id, failEvaluation(turn, branch, state, visit, error));
  }
  return true;
}
