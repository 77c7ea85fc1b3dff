import type jsonata from "jsonata";
import { MAX_JSON_DEPTH, MAX_PAYLOAD_BYTES } from "../limits.js";
import { MAX_VALUE_SIZE, MAX_WRITTEN_ITEMS } from "./bounds.js";
import { builtIn } from "./built-ins.js";
import { compileDirect, type Direct } from "./direct.js";
import { LEFT } from "./direct-values.js";
import { ENTRY, Evaluation, type Frame } from "./evaluation.js";
import { queryFailure, StateFailure } from "./failure.js";
import { awsFunctions } from "./functions.js";
import { guarded } from "./guarded.js";
import type { Maybe } from "./maybe.js";
import { parseExpression } from "./parse.js";
import { readsOf } from "./reads.js";
import type { Scope } from "./scope.js";
import { Sight, type StatesMember, statesObject } from "./sight.js";
import { type AstNode, nodesOf, variablesOf } from "./syntax-tree.js";
import { isFunctionValue, ValueSizes } from "./value-size.js";

/** A compiled `{% ... %}`. */
export interface Expression {
  source: string;
  /** Names of the variables it reads ("states" among them), its own included. */
  variables: ReadonlySet<string>;
  /** Those of them that it neither binds by `:=` nor takes as a parameter: they must come from outside. */
  free: ReadonlySet<string>;
  /** Those of the free ones that can only be the workflow's: neither $states nor a function. */
  references: ReadonlySet<string>;
  /** The members of $states.result that it reads; undefined where more than single ones may be read. */
  results: readonly string[] | undefined;
  /** Its value, at once if `jsonata` need not run. @throws StateFailure States.QueryEvaluationError */
  evaluate(scope: Scope, location: string): Maybe<unknown>;
}

/** No variable can be written like this: expressions do not see it. */
const EVALUATION = "the evaluation";

/**
 * Compiles one JSONata expression (the text between `{%` and `%}`).
 * @throws Error with jsonata's message when it does not parse
 */
export function compileExpression(source: string): Expression {
  const compiled = parseExpression(source);
  compiled.assign(ENTRY as unknown as string, (_: unknown, __: unknown, frame: Frame) =>
    (frame.lookup(EVALUATION) as Evaluation).begin(frame),
  );
  const ast = compiled.ast() as unknown as AstNode;
  const { variables, free } = variablesOf(ast);
  const direct = compileDirect(ast, isFunctionName);
  const { members, results } = readsOf(ast);
  const bindings = compileBindings(ast, variables, members);
  const small = partsOf(ast) <= TRUSTED_PARTS;
  return {
    source,
    variables,
    free,
    results,
    references: new Set([...free].filter((name) => name !== "states" && !isFunctionName(name))),
    evaluate: (scope, location) => {
      const place = { source, scope, location };
      const value = direct === undefined ? LEFT : evaluateDirect(direct, scope);
      if (value === LEFT) return run(compiled, bindings, place);
      return value === undefined || !small ? checked(value, place) : value;
    },
  };
}

/** A value that is made of so few parts of documents may be written without a look at its size. */
const TRUSTED_PARTS = 8;

function partsOf(ast: AstNode): number {
  let parts = 0;
  for (const { type } of nodesOf(ast)) if (type === "variable") parts += 1;
  return parts;
}

function isFunctionName(name: string): boolean {
  return awsFunctions.has(name) || builtIn(name) !== undefined;
}

function evaluateDirect(direct: Direct, scope: Scope): unknown {
  try {
    return direct(new Sight(scope));
  } catch (error) {
    // jsonata knows how to fail where the call stack does not suffice.
    if (error === LEFT || error instanceof RangeError) return LEFT;
    throw error;
  }
}

interface Place {
  source: string;
  scope: Scope;
  location: string;
}

function failure({ source, location }: Place, message: string): StateFailure {
  return queryFailure(
    location,
    `The JSONata expression '${source}' specified for the field '${location}' ${message}`,
  );
}

async function run(compiled: jsonata.Expression, bindings: Bindings, place: Place): Promise<unknown> {
  const evaluation = new Evaluation(place.scope);
  let value: unknown;
  try {
    value = await compiled.evaluate(undefined, bindings(evaluation));
  } catch (error) {
    evaluation.end(new Error("The evaluation is over"));
    throw failure(place, `threw an error during evaluation${describe(error)}`);
  }
  return checked(value, place);
}

type Bindings = (evaluation: Evaluation) => Record<string, unknown>;

/** What an evaluation needs bound: only what the expression names. */
function compileBindings(
  ast: AstNode,
  variables: ReadonlySet<string>,
  members: readonly StatesMember[],
): Bindings {
  const names = [...variables].filter((name) => name !== "states");
  const tooLong = [...nodesOf(ast)].some(
    ({ type, expressions = [] }) => type === "unary" && expressions.length > MAX_WRITTEN_ITEMS,
  );
  return (evaluation) => {
    if (tooLong) throw new Error(`An array constructor has more than ${MAX_WRITTEN_ITEMS} items`);
    const bound: Record<string, unknown> = {
      [EVALUATION]: evaluation,
      states: statesObject(evaluation.scope, members),
    };
    for (const name of names) {
      const value = bindingOf(name, evaluation);
      if (value !== undefined || awsFunctions.has(name)) bound[name] = value;
    }
    return bound;
  };
}

/** What a name stands for: a variable of the workflow's, or else a function. */
function bindingOf(name: string, evaluation: Evaluation): unknown {
  const { scope, random } = evaluation;
  const text = scope.variable(name);
  if (text !== undefined) return JSON.parse(text);
  const made = awsFunctions.get(name);
  if (made === undefined) return guarded(name, evaluation);
  return made({ at: scope.at, random, account: (value) => evaluation.account(value) });
}

/** As seen on AWS, what has a code is a sentence of its own, and what has none ends the one before it. */
function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code === undefined ? `: ${message ?? String(error)}` : `. ${code}: ${message}`;
}

/**
 * Refuses what is no JSON, and values too large or deep to be written: shared parts can make a small value enormous.
 * As seen on AWS, a number that is not finite is written as its name.
 */
function checked(value: unknown, place: Place): unknown {
  if (value === undefined) throw failure(place, "returned nothing (undefined).");
  const stack: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  let bytes = 0;
  let finite = true;
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    bytes += typeof item.value === "string" ? item.value.length : 1;
    if (bytes > MAX_PAYLOAD_BYTES || item.depth > MAX_JSON_DEPTH) throw tooLarge(place.scope.state);
    if (isFunctionValue(item.value)) throw failure(place, "returned an unsupported result type.");
    if (typeof item.value === "number" && !Number.isFinite(item.value)) finite = false;
    if (typeof item.value !== "object" || item.value === null) continue;
    const parts: unknown[] = Array.isArray(item.value) ? item.value : Object.values(item.value);
    if (bytes + parts.length > MAX_PAYLOAD_BYTES) throw tooLarge(place.scope.state);
    for (const part of parts) stack.push({ value: part, depth: item.depth + 1 });
  }
  return finite ? value : named(value);
}

/** A copy of a value with the names of numbers that are not finite: Infinity, -Infinity, NaN. */
function named(value: unknown): unknown {
  const text = JSON.stringify(value, (_, part: unknown) =>
    typeof part === "number" && !Number.isFinite(part) ? String(part) : part,
  );
  return JSON.parse(text) as unknown;
}

/** The failure of a result over 256 KiB. `name`: the state's name, or the task's resource. */
export function tooLarge(name: string): StateFailure {
  return new StateFailure(
    "States.DataLimitExceeded",
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/**
 * Parts that occur over and over make a value larger than memory once it is written.
 * @param sizes what has been looked through before
 * @throws StateFailure States.DataLimitExceeded
 */
export function assertWritable<T>(value: T, name: string, sizes: ValueSizes = new ValueSizes()): T {
  if (sizes.of(value) > MAX_VALUE_SIZE) throw tooLarge(name);
  return value;
}
