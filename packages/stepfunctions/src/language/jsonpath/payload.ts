import { isObject } from "../../json.js";
import { MAX_COMPUTING_MS, MAX_VALUE_SIZE } from "../bounds.js";
import { tooLarge } from "../expression.js";
import { StateFailure } from "../failure.js";
import type { PathScope } from "../scope.js";
import { setOwn } from "./members.js";
import { ValueSizes } from "../value-size.js";
import { compilePath, type Path } from "./path.js";

/** A payload template: Parameters, ResultSelector, ItemSelector, Assign and the like. */
export interface Payload {
  /** Whether there is no path in it. */
  readonly literal: boolean;
  /** Names of the workflow variables it reads. */
  readonly variables: ReadonlySet<string>;
  /** @throws StateFailure when a path leads to nothing or an intrinsic function fails */
  evaluate(scope: PathScope): unknown;
}

type Evaluate = (scope: PathScope, work: Work) => unknown;

/** So few paths lead to so little that it need not be looked at. */
const FEW_PATHS = 8;

const NO_VARIABLES: ReadonlySet<string> = new Set();

/**
 * Compiles a payload template. Keys that end in ".$" hold a path or a call of an intrinsic function.
 * @param value as it stands in the definition
 * @throws SyntaxError with AWS's words for a field that holds neither
 */
export function compilePayload(value: unknown): Payload {
  const found: Found = { variables: new Set(), paths: 0 };
  const evaluate = compileValue(value, found);
  if (evaluate === undefined) return { literal: true, variables: NO_VARIABLES, evaluate: () => value };
  const make = found.paths > FEW_PATHS ? (scope: PathScope) => new Measured(scope) : () => UNMEASURED;
  return { literal: false, variables: found.variables, evaluate: (scope) => evaluate(scope, make(scope)) };
}

/** What a template has in it. */
interface Found {
  variables: Set<string>;
  paths: number;
}

/** One evaluation of a template. */
interface Work {
  /** Passes on what a path leads to. @throws StateFailure once that is too much, or took too long */
  take(value: unknown): unknown;
}

const UNMEASURED: Work = { take: (value) => value };

/** Many paths may lead to the same large value, or each take long. */
class Measured implements Work {
  private readonly sizes = new ValueSizes();
  private readonly since = performance.now();
  private size = 0;

  constructor(private readonly scope: PathScope) {}

  take(value: unknown): unknown {
    this.size += this.sizes.of(value);
    if (this.size > MAX_VALUE_SIZE) throw tooLarge(this.scope.state);
    if (performance.now() - this.since > MAX_COMPUTING_MS)
      throw new StateFailure("States.Runtime", "The paths of the payload template take too long to evaluate");
    return value;
  }
}

/** undefined for a value without paths. */
function compileValue(value: unknown, found: Found): Evaluate | undefined {
  if (Array.isArray(value)) return compileList(value, found);
  return isObject(value) ? compileObject(value, found) : undefined;
}

function compileList(list: unknown[], found: Found): Evaluate | undefined {
  const items = list.map((item) => compileValue(item, found));
  if (items.every((item) => item === undefined)) return undefined;
  return (scope, work) =>
    items.map((evaluate, index) => (evaluate === undefined ? list[index] : evaluate(scope, work)));
}

function compileObject(object: Record<string, unknown>, found: Found): Evaluate | undefined {
  const members = Object.entries(object).map(([key, value]) => compileMember(key, value, found));
  if (members.every(({ evaluate }) => evaluate === undefined)) return undefined;
  return (scope, work) => {
    const result: Record<string, unknown> = {};
    for (const { key, evaluate, literal } of members)
      setOwn(result, key, evaluate === undefined ? literal : evaluate(scope, work));
    return result;
  };
}

interface Member {
  key: string;
  evaluate: Evaluate | undefined;
  literal: unknown;
}

function compileMember(key: string, value: unknown, found: Found): Member {
  if (!key.endsWith(".$")) return { key, evaluate: compileValue(value, found), literal: value };
  const path = compileField(key, value);
  for (const name of path.variables) found.variables.add(name);
  found.paths += 1;
  const evaluate: Evaluate = (scope, work) => work.take(path.evaluateFor(key, scope));
  return { key: key.slice(0, -2), evaluate, literal: undefined };
}

function compileField(key: string, value: unknown): Path {
  const words = `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`;
  if (typeof value !== "string") throw new SyntaxError(words);
  try {
    return compilePath(value, { intrinsics: true });
  } catch (error) {
    throw error instanceof SyntaxError ? new SyntaxError(words, { cause: error }) : error;
  }
}
