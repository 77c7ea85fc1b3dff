import jsonata from "jsonata";
import {
  MAX_EVALUATION_DEPTH,
  MAX_EVALUATION_MS,
  MAX_JSON_DEPTH,
  MAX_PAYLOAD_BYTES,
  MAX_SEQUENCE_LENGTH,
} from "../limits.js";
import { queryFailure, StateFailure } from "./failure.js";
import { awsFunctions } from "./functions.js";
import type { Maybe } from "./maybe.js";
import { LinearRegExp } from "./regular-expression.js";
import type { Scope } from "./scope.js";

/** A compiled `{% ... %}`. */
export interface Expression {
  source: string;
  /** Names of the variables it reads ("states" among them), its own included. */
  variables: ReadonlySet<string>;
  /** Those of them that it neither binds by `:=` nor takes as a parameter: they must come from outside. */
  free: ReadonlySet<string>;
  /** Its value, at once if `jsonata` need not run. @throws StateFailure States.QueryEvaluationError */
  evaluate(scope: Scope, location: string): Maybe<unknown>;
}

const ENTRY = Symbol.for("jsonata.__evaluate_entry");
const formatNow = jsonata("$fromMillis($at, $picture, $zone)");

/**
 * Compiles one JSONata expression (the text between `{%` and `%}`).
 * @throws Error with jsonata's message when it does not parse
 */
export function compileExpression(source: string): Expression {
  const compiled = jsonata(source, {
    timeout: MAX_EVALUATION_MS,
    stack: MAX_EVALUATION_DEPTH,
    sequence: MAX_SEQUENCE_LENGTH,
    // jsonata calls `new` on it with the RegExp of the expression, and then lastIndex and exec alone.
    RegexEngine: LinearRegExp as unknown as RegExpConstructor,
  });
  const { variables, free } = variablesOf(compiled.ast());
  if (source.includes("toMillis")) fixTimestamp(compiled);
  return {
    source,
    variables,
    free,
    evaluate: (scope, location) => run(compiled, { source, variables }, scope, location),
  };
}

/** $toMillis fills missing parts of a date from the evaluation's own clock: give it the event's. */
function fixTimestamp(compiled: jsonata.Expression): void {
  const entry = (
    _: unknown,
    __: unknown,
    environment: { timestamp: Date; lookup(name: string): unknown },
  ) => {
    environment.timestamp = new Date(environment.lookup("longhaul_at") as number);
  };
  compiled.assign(ENTRY as unknown as string, entry);
}

async function run(
  compiled: jsonata.Expression,
  self: { source: string; variables: ReadonlySet<string> },
  scope: Scope,
  location: string,
): Promise<unknown> {
  const what = `The JSONata expression '${self.source}' specified for the field '${location}'`;
  let value: unknown;
  try {
    value = await compiled.evaluate(undefined, bindings(self.variables, scope));
  } catch (error) {
    throw queryFailure(location, `${what} threw an error during evaluation. ${describe(error)}`);
  }
  if (value === undefined) throw queryFailure(location, `${what} returned nothing (undefined).`);
  assertJson(value, scope.state, () =>
    queryFailure(location, `${what} returned an unsupported result type.`),
  );
  return value;
}

function bindings(names: ReadonlySet<string>, scope: Scope): Record<string, unknown> {
  const bound = awsFunctions(scope.at, scope.random);
  bound.longhaul_at = scope.at;
  bound.now = (picture?: string, zone?: string) =>
    picture === undefined
      ? new Date(scope.at).toISOString()
      : formatNow.evaluate(undefined, { at: scope.at, picture, zone });
  for (const name of names) {
    const text = scope.variable(name);
    if (text !== undefined) bound[name] = JSON.parse(text);
  }
  bound.states = scope.states;
  return bound;
}

function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code === undefined ? String(message ?? error) : `${code}: ${message}`;
}

/** Refuses functions, and values too large or deep to be written: shared parts can make a small value enormous. */
function assertJson(value: unknown, state: string, unsupported: () => StateFailure): void {
  const stack: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  let bytes = 0;
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    bytes += typeof item.value === "string" ? item.value.length : 1;
    if (bytes > MAX_PAYLOAD_BYTES || item.depth > MAX_JSON_DEPTH) throw tooLarge(state);
    if (typeof item.value === "function" || isJsonataFunction(item.value)) throw unsupported();
    if (typeof item.value !== "object" || item.value === null) continue;
    const parts: unknown[] = Array.isArray(item.value) ? item.value : Object.values(item.value);
    if (bytes + parts.length > MAX_PAYLOAD_BYTES) throw tooLarge(state);
    for (const part of parts) stack.push({ value: part, depth: item.depth + 1 });
  }
}

function isJsonataFunction(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "_jsonata_lambda" in value || "_jsonata_function" in value;
}

/** The failure of a result over 256 KiB. `name`: the state's name, or the task's resource. */
export function tooLarge(name: string): StateFailure {
  return new StateFailure(
    "States.DataLimitExceeded",
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

function variablesOf(ast: jsonata.ExprNode): { variables: Set<string>; free: Set<string> } {
  const variables = new Set<string>();
  const bound = new Set<string>();
  const stack: unknown[] = [ast];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (typeof node !== "object" || node === null) continue;
    const { type, value, lhs, arguments: parameters, focus, index } = node as Record<string, unknown>;
    if (type === "variable" && typeof value === "string" && value !== "" && value !== "$")
      variables.add(value);
    if (type === "bind") bound.add(String((lhs as { value?: unknown }).value));
    if (type === "lambda")
      for (const parameter of (parameters as { value: string }[] | undefined) ?? [])
        bound.add(parameter.value);
    if (typeof focus === "string") bound.add(focus);
    if (typeof index === "string") bound.add(index);
    for (const part of Object.values(node)) if (typeof part === "object" && part !== null) stack.push(part);
  }
  return { variables, free: new Set([...variables].filter((name) => !bound.has(name))) };
}
