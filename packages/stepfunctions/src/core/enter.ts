import { StateFailure, queryFailure } from "../language/failure.js";
import { evaluateAs } from "../language/template.js";
import { parseTimestamp } from "../language/timestamp.js";
import { MAX_SECONDS } from "../limits.js";
import { Json } from "../json-text.js";
import { conclude, fieldValue, filteredInput, pathFieldValue, shown, type Stay, typedField } from "./flow.js";
import { failState, leave } from "./failure.js";
import { beginMap, beginParallel } from "./fork.js";
import type {
  ChoiceRule,
  ChoiceState,
  FailState,
  Field,
  PassState,
  State,
  SucceedState,
  WaitState,
} from "./machine.js";
import { schedule } from "./task.js";
import { settled, type Work } from "./work.js";

/** Does what a state does on being entered, up to its end or to the task or moment that it waits for. */
export function enter(stay: Stay, state: State): Work | void {
  switch (state.type) {
    case "Pass":
      return passOn(stay, state);
    case "Succeed":
      return succeed(stay, state);
    case "Fail":
      return fail(stay, state);
    case "Choice":
      return choose(stay, state);
    case "Wait":
      return wait(stay, state);
    case "Task":
      return schedule(stay, state);
    case "Parallel":
      return beginParallel(stay, state);
    case "Map":
      return beginMap(stay, state);
  }
}

/** Ends a Wait whose moment has come. */
export function* wake(stay: Stay, state: WaitState): Work {
  leave(stay, state, yield* passInput(stay, state), state.next);
}

function* passOn(stay: Stay, state: PassState): Work {
  leave(stay, state, yield* conclude(stay, state, passed(stay, state)), state.next);
}

/** What a Pass takes for its result. */
function passed(stay: Stay, state: PassState): Json {
  const { turn, branch, visit } = stay;
  if (state.language === "JSONata") return Json.text(state.result ?? visit.input);
  const input = filteredInput(stay, state);
  const made =
    state.parameters === null
      ? input
      : Json.value(state.parameters.evaluate(turn.pathScope(branch, visit, input)));
  turn.trace?.("afterParameters", made.text);
  if (state.result !== null) turn.trace?.("result", state.result);
  return state.result === null ? made : Json.text(state.result);
}

function* succeed(stay: Stay, state: SucceedState): Work {
  leave(stay, state, yield* passInput(stay, state), "end");
}

/** What a state makes that has no result but its input. */
function* passInput(stay: Stay, state: SucceedState | WaitState | ChoiceState) {
  const input = state.language === "JSONata" ? Json.text(stay.visit.input) : filteredInput(stay, state);
  return yield* conclude(stay, state, input);
}

function* fail(stay: Stay, state: FailState): Work {
  const input = state.language === "JSONata" ? Json.text(stay.visit.input) : filteredInput(stay, state);
  const error = yield* text(stay, state.error, "Error", input);
  const cause = yield* text(stay, state.cause, "Cause", input);
  const details = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
  // AWS fails with neither where the state has neither.
  yield* failState(stay, state, details as { error: string; cause?: string });
}

function* text(stay: Stay, field: Field | string | null, name: string, data: Json): Work<string | undefined> {
  if (field === null || typeof field === "string") return field ?? undefined;
  if (field.language === "JSONata") return yield* typedField(stay, "string", field, name);
  const { path, value } = pathFieldValue(stay, field, `${name}Path`, data);
  if (typeof value === "string") return value;
  throw new StateFailure(
    "States.Runtime",
    `The JSONPath '${path}' specified for the field '${name}Path' must refer to a string but was: ${JSON.stringify(value)}`,
  );
}

function* choose(stay: Stay, state: ChoiceState): Work {
  const { visit } = stay;
  const input = state.language === "JSONata" ? Json.text(visit.input) : filteredInput(stay, state);
  for (const [place, rule] of state.rules.entries()) {
    const path = `Choices[${place}]/`;
    if (!(yield* holds(stay, rule, path, input))) continue;
    const passed = yield* conclude(stay, ruleOf(state, rule), input, { path });
    return leave(stay, state, passed, { state: rule.next });
  }
  if (state.default === null)
    // As measured on AWS, whose documentation has States.NoChoiceMatched here.
    throw new StateFailure(
      "States.Runtime",
      "Failed to transition out of the state. The state does not point to a next state.",
    );
  leave(stay, state, yield* conclude(stay, state, input), { state: state.default });
}

/** A rule's Assign and Output, with the state's OutputPath. */
function ruleOf(state: ChoiceState, rule: ChoiceRule): ChoiceState | ChoiceRule {
  if (state.language === "JSONata") return rule;
  return { ...state, assignPayload: rule.assignPayload };
}

function* holds({ turn, branch, visit }: Stay, rule: ChoiceRule, path: string, input: Json): Work<boolean> {
  const { condition } = rule;
  if (condition.language === "JSONPath") return condition.test(turn.pathScope(branch, visit, input));
  const scope = turn.scope(branch, visit);
  return yield* settled(evaluateAs("boolean", condition.template, scope, `${path}Condition`));
}

function* wait(stay: Stay, state: WaitState): Work {
  const { turn, branch } = stay;
  const until = yield* waitUntil(stay, state);
  if (until <= turn.event.at) return yield* wake(stay, state);
  turn.note(branch.id, "WaitScheduled", { kind: "wait", until });
}

function* waitUntil(stay: Stay, state: WaitState): Work<number> {
  const { at } = stay.turn.event;
  const { waitScale } = stay.turn.settings;
  const moment =
    state.timestamp !== null
      ? wholeSecond(yield* timestamp(stay, state))
      : at + (yield* seconds(stay, state)) * 1000;
  return moment <= at ? moment : at + Math.round((moment - at) * waitScale);
}

/** AWS leaves out what a Timestamp says below the second (https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html). */
function wholeSecond(moment: number): number {
  return Math.floor(moment / 1000) * 1000;
}

function* timestamp(stay: Stay, state: WaitState): Work<number> {
  const field = state.timestamp;
  if (field === null) throw new Error("the state has no Timestamp");
  if (typeof field !== "string" && field.language === "JSONPath") {
    const value = yield* waitPath(stay, state, field, "TimestampPath");
    const at = typeof value === "string" ? parseTimestamp(value) : undefined;
    if (at !== undefined) return at;
    const path = "path" in field ? field.path.text : "";
    throw new StateFailure(
      "States.Runtime",
      `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${path} == ${shown(value)}`,
    );
  }
  const given = typeof field === "string" ? field : yield* typedField(stay, "string", field, "Timestamp");
  const at = parseTimestamp(given);
  if (at !== undefined) return at;
  const message =
    "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string";
  throw queryFailure("Timestamp", `${message}: ${given}`);
}

function* seconds(stay: Stay, state: WaitState): Work<number> {
  const field = state.seconds;
  if (field === null) throw new Error(`the Wait state '${state.name}' has neither Seconds nor Timestamp`);
  if (typeof field === "number") return field;
  if (field.language === "JSONPath") return yield* pathSeconds(stay, state, field);
  const given = yield* typedField(stay, "number", field, "Seconds");
  if (Number.isInteger(given) && given >= 0 && given <= MAX_SECONDS) return given;
  throw queryFailure(
    "Seconds",
    `The Seconds field must be a whole number from 0 to ${MAX_SECONDS} but was: ${given}`,
  );
}

function* pathSeconds(
  stay: Stay,
  state: WaitState,
  field: Extract<Field, { language: "JSONPath" }>,
): Work<number> {
  const value = yield* waitPath(stay, state, field, "SecondsPath");
  const path = "path" in field ? field.path.text : "";
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  const problem =
    typeof number !== "number" || !Number.isInteger(number)
      ? "cannot be parsed as a long value"
      : number < 0
        ? "references a negative value"
        : null;
  if (problem === null) return Math.min(number as number, MAX_SECONDS);
  throw new StateFailure(
    "States.Runtime",
    `The SecondsPath parameter ${problem}: ${path} == ${shown(value)}`,
  );
}

function* waitPath(stay: Stay, state: WaitState, field: Field, name: string): Work<unknown> {
  const data = filteredInput(stay, state);
  try {
    return yield* fieldValue(stay, field, name, data);
  } catch (error) {
    if (!(error instanceof StateFailure) || !("path" in field)) throw error;
    throw new StateFailure(
      "States.Runtime",
      `The ${name} parameter does not reference an input value: ${field.path.text}`,
    );
  }
}
