// The data flow through a state, in both query languages:
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html (JSONPath) and
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html (JSONata).

import { tooLarge } from "../language/expression.js";
import type { Path } from "../language/jsonpath/path.js";
import type { PathScope, Scope } from "../language/scope.js";
import { evaluate, evaluateAs, evaluateJson, evaluateText } from "../language/template.js";
import { Json } from "../json-text.js";
import { byteLength } from "../json.js";
import { MAX_PAYLOAD_BYTES } from "../limits.js";
import type {
  Catcher,
  ChoiceRule,
  Field,
  MapState,
  ParallelState,
  Result,
  State,
  TaskState,
} from "./machine.js";
import type { Branch, Visit } from "./state.js";
import type { Turn } from "./turn.js";
import type { Seen } from "./visit-scope.js";
import { settled, type Work } from "./work.js";

/** What a state hands on: its output and newly assigned variables, as JSON texts. */
export interface Passed {
  output: string;
  assigned: Record<string, string>;
}

/** A visit under way: where it is and what it is of. */
export interface Stay {
  turn: Turn;
  branch: Branch;
  visit: Visit;
}

/** The state's input as InputPath leaves it. */
export function filteredInput({ turn, branch, visit }: Stay, state: State, seen: Seen = NOTHING): Json {
  const { inputPath } = state;
  const raw = Json.text(visit.input, turn.memo);
  if (inputPath === undefined) return traced(turn, "afterInputPath", raw);
  const filtered =
    inputPath === null
      ? Json.value({})
      : Json.value(inputPath.evaluate(turn.pathScope(branch, visit, raw, seen)), turn.memo);
  return traced(turn, "afterInputPath", filtered);
}

/** What a state calls its task, branches or iterations with: its filtered input through Parameters, or Arguments. */
export function* effectiveInput(
  stay: Stay,
  state: TaskState | ParallelState | MapState,
  seen: Seen = NOTHING,
): Work<Json> {
  const plain = plainInput(stay, state, seen);
  if (plain !== undefined) return plain;
  const field = state.arguments;
  if (field === null) throw new Error("without Arguments the input is there");
  if (field.language === "JSONPath") throw new Error("a state has one language");
  const scope = stay.turn.scope(stay.branch, stay.visit, seen);
  const made = yield* settled(evaluateJson(field.template, scope, "Arguments"));
  return traced(stay.turn, "afterArguments", made);
}

/** As effectiveInput, where no expression has to be evaluated; undefined where one has. */
export function plainInput(
  stay: Stay,
  state: TaskState | ParallelState | MapState,
  seen: Seen = NOTHING,
): Json | undefined {
  const { turn, visit, branch } = stay;
  const field = state.arguments;
  if (state.language === "JSONata")
    return field === null ? traced(turn, "afterArguments", Json.text(visit.input)) : undefined;
  const filtered = filteredInput(stay, state, seen);
  if (field === null) return traced(turn, "afterParameters", filtered);
  if (field.language === "JSONata") throw new Error("a state has one language");
  const value = pathValue(field, turn.pathScope(branch, visit, filtered, seen));
  const made = Json.value(value, turn.memo);
  assertSize(made.text, visit.state);
  return traced(turn, "afterParameters", made);
}

const NOTHING: Seen = {};

function pathValue(field: Extract<Field, { language: "JSONPath" }>, scope: PathScope): unknown {
  return "path" in field ? field.path.evaluate(scope) : field.payload.evaluate(scope);
}

/** The value of a field. `data`: what `$` stands for in JSONPath. */
export function* fieldValue(
  stay: Stay,
  field: Field,
  location: string,
  data: Json,
  seen: Seen = NOTHING,
): Work<unknown> {
  const { turn, branch, visit } = stay;
  if (field.language === "JSONata")
    return yield* settled(evaluate(field.template, turn.scope(branch, visit, seen), location));
  return pathValue(field, turn.pathScope(branch, visit, data, seen));
}

/** The value of a field as JSON text, refused over 256 KiB. */
export function* fieldText(
  stay: Stay,
  field: Field,
  location: string,
  data: Json,
  seen: Seen = NOTHING,
): Work<string> {
  if (field.language === "JSONata") {
    const scope = stay.turn.scope(stay.branch, stay.visit, seen);
    return yield* settled(evaluateText(field.template, scope, location));
  }
  const text = JSON.stringify(yield* fieldValue(stay, field, location, data, seen));
  assertSize(text, stay.visit.state);
  return text;
}

/** What a state makes of its result. `seen.result` is set by it; `path` says where the fields stand ("Catch[0]/"). */
export function* conclude(
  stay: Stay,
  state: State | ChoiceRule | Catcher,
  result: Json,
  options: { seen?: Seen; path?: string } = {},
): Work<Passed> {
  const { seen = NOTHING, path = "" } = options;
  const simple = concludeSimply(stay, state, result, seen);
  if (simple !== undefined) return simple;
  return yield* evaluateResult(state, stay.turn.scope(stay.branch, stay.visit, seen), result, path);
}

/** As conclude, where no expression has to be evaluated; undefined where one has. */
export function concludeSimply(
  stay: Stay,
  state: State | ChoiceRule | Catcher,
  result: Json,
  seen: Seen = NOTHING,
): Passed | undefined {
  const { turn, branch, visit } = stay;
  if (state.language === "JSONata") {
    if (state.output !== null || state.assign.length > 0) return undefined;
    assertSize(result.text, visit.state);
    return { output: result.text, assigned: NOTHING_ASSIGNED };
  }
  const selector = "resultSelector" in state ? state.resultSelector : null;
  const selected =
    selector === null ? result : Json.value(selector.evaluate(turn.pathScope(branch, visit, result, seen)));
  if (selector !== null) assertSize(selected.text, visit.state);
  traced(turn, "afterResultSelector", selected);
  const assigned =
    state.assignPayload === null
      ? NOTHING_ASSIGNED
      : textsOf(state.assignPayload.evaluate(turn.pathScope(branch, visit, selected, seen)));
  const placed = traced(turn, "afterResultPath", placeResult(state, stay, selected));
  const output = "outputPath" in state ? throughOutputPath(stay, state.outputPath, placed, seen) : placed;
  const { text } = output;
  assertSize(text, visit.state);
  assertAssigned(assigned, visit.state);
  return { output: text, assigned };
}

export const NOTHING_ASSIGNED: Record<string, string> = Object.freeze({});

function textsOf(values: unknown): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(values as object)) texts[name] = JSON.stringify(value);
  return texts;
}

function placeResult({ resultPath }: Result, { turn, visit }: Stay, result: Json): Json {
  if (resultPath === undefined) return result;
  const raw = Json.text(visit.input, turn.memo);
  return resultPath === null ? raw : Json.value(resultPath.put(raw.value, result.value));
}

function throughOutputPath(
  { turn, branch, visit }: Stay,
  path: Path | null | undefined,
  placed: Json,
  seen: Seen,
): Json {
  if (path === undefined) return placed;
  if (path === null) return Json.value({});
  return Json.value(path.evaluate(turn.pathScope(branch, visit, placed, seen)), turn.memo);
}

/** Evaluates Assign and Output, both against the variables as they were. */
function* evaluateResult(result: Result, scope: Scope, otherwise: Json, path: string): Work<Passed> {
  const assigned: Record<string, string> = {};
  for (const [name, template] of result.assign)
    assigned[name] = yield* settled(evaluateText(template, scope, `${path}Assign/${name}`));
  assertAssigned(assigned, scope.state);
  if (result.output !== null)
    return { output: yield* settled(evaluateText(result.output, scope, `${path}Output`)), assigned };
  const { text } = otherwise;
  assertSize(text, scope.state);
  return { output: text, assigned };
}

/** A number, string or boolean that JSONata gives; refused as AWS refuses another type. */
export function* typedField<K extends "number" | "string" | "boolean">(
  stay: Stay,
  kind: K,
  field: Extract<Field, { language: "JSONata" }>,
  location: string,
): Work<{ number: number; string: string; boolean: boolean }[K]> {
  const scope = stay.turn.scope(stay.branch, stay.visit);
  return yield* settled(evaluateAs(kind, field.template, scope, location));
}

/** @throws StateFailure States.DataLimitExceeded over 256 KiB. `name`: the state's name, or the task's resource */
function assertSize(text: string, name: string): void {
  if (text.length * 3 > MAX_PAYLOAD_BYTES && byteLength(text) > MAX_PAYLOAD_BYTES) throw tooLarge(name);
}

/**
 * The variables of one Assign may be no larger than 256 KiB together
 * (https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html).
 * @throws StateFailure States.DataLimitExceeded
 */
function assertAssigned(assigned: Record<string, string>, state: string): void {
  if (assigned === NOTHING_ASSIGNED) return;
  let bytes = 0;
  for (const name of Object.keys(assigned)) bytes += byteLength(assigned[name] as string);
  if (bytes > MAX_PAYLOAD_BYTES) throw tooLarge(state);
}

/** What a field such as ErrorPath leads to, and its path. @throws StateFailure that names the field */
export function pathFieldValue(
  { turn, branch, visit }: Stay,
  field: Extract<Field, { language: "JSONPath" }>,
  name: string,
  data: Json,
): { path: string; value: unknown } {
  if (!("path" in field)) throw new Error(`${name} holds a path`);
  const { path } = field;
  return { path: path.text, value: path.evaluateFor(name, turn.pathScope(branch, visit, data)) };
}

/** A value as the messages about paths show it: text as it is, anything else as JSON. */
export function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function traced(turn: Turn, step: string, value: Json): Json {
  turn.trace?.(step, value.text);
  return value;
}
