import { MAX_SECONDS } from "../limits.js";
import { queryFailure } from "../language/failure.js";
import { evaluateAs } from "../language/template.js";
import type { ChoiceState, FailState, State, WaitState } from "./machine.js";
import { failExecution } from "./failure.js";
import { evaluateResult, leave } from "./result.js";
import type { Branch, Visit } from "./state.js";
import { schedule } from "./task.js";
import { parseTimestamp } from "../language/timestamp.js";
import type { Turn } from "./turn.js";

/** Does what a state does on being entered, up to its end or to the task or moment that it waits for. */
export async function enter(turn: Turn, branch: Branch, state: State, visit: Visit): Promise<void> {
  switch (state.type) {
    case "Pass":
      return leave(turn, branch, state, visit, await passed(turn, branch, state, visit), state.next);
    case "Succeed":
      return leave(turn, branch, state, visit, await passed(turn, branch, state, visit), "end");
    case "Fail":
      return fail(turn, branch, state, visit);
    case "Choice":
      return choose(turn, branch, state, visit);
    case "Wait":
      return wait(turn, branch, state, visit);
    case "Task":
      return schedule(turn, branch, state, visit);
  }
}

/** Ends a Wait whose moment has come. */
export async function wake(turn: Turn, branch: Branch, state: WaitState, visit: Visit): Promise<void> {
  leave(turn, branch, state, visit, await passed(turn, branch, state, visit), state.next);
}

function passed(turn: Turn, branch: Branch, state: Exclude<State, FailState>, visit: Visit) {
  return evaluateResult(state, turn.scope(branch, visit), visit.input);
}

async function fail(turn: Turn, branch: Branch, state: FailState, visit: Visit): Promise<void> {
  const scope = turn.scope(branch, visit);
  const error = state.error === null ? undefined : await evaluateAs("string", state.error, scope, "Error");
  const cause = state.cause === null ? undefined : await evaluateAs("string", state.cause, scope, "Cause");
  const details = { ...(cause === undefined ? {} : { cause }), ...(error === undefined ? {} : { error }) };
  turn.emit(branch.id, "ExecutionFailed", details);
}

async function choose(turn: Turn, branch: Branch, state: ChoiceState, visit: Visit): Promise<void> {
  const scope = turn.scope(branch, visit);
  for (const [place, rule] of state.rules.entries()) {
    const path = `Choices[${place}]/`;
    if (!(await evaluateAs("boolean", rule.condition, scope, `${path}Condition`))) continue;
    const result = await evaluateResult(rule, scope, visit.input, path);
    return leave(turn, branch, state, visit, result, { state: rule.next });
  }
  if (state.default === null) {
    const cause = `Failed to transition out of the state '${visit.state}'. The state does not point to a next state.`;
    return failExecution(turn, branch.id, { error: "States.NoChoiceMatched", cause });
  }
  const result = await evaluateResult(state, scope, visit.input);
  leave(turn, branch, state, visit, result, { state: state.default });
}

async function wait(turn: Turn, branch: Branch, state: WaitState, visit: Visit): Promise<void> {
  const until = await waitUntil(turn, branch, state, visit);
  if (until <= turn.event.at) return wake(turn, branch, state, visit);
  turn.note(branch.id, "WaitScheduled", { kind: "wait", until });
}

async function waitUntil(turn: Turn, branch: Branch, state: WaitState, visit: Visit): Promise<number> {
  const scope = turn.scope(branch, visit);
  if (state.timestamp !== null) {
    const text = await evaluateAs("string", state.timestamp, scope, "Timestamp");
    const at = parseTimestamp(text);
    if (at !== undefined) return at;
    const message =
      "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string";
    throw queryFailure("Timestamp", `${message}: ${text}`);
  }
  if (state.seconds === null)
    throw new Error(`the Wait state '${visit.state}' has neither Seconds nor Timestamp`);
  const seconds = await evaluateAs("number", state.seconds, scope, "Seconds");
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_SECONDS)
    throw queryFailure(
      "Seconds",
      `The Seconds field must be a whole number from 0 to ${MAX_SECONDS} but was: ${seconds}`,
    );
  return turn.event.at + seconds * 1000;
}
