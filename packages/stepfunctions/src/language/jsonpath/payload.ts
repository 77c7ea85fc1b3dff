import { isObject } from "../../json.js";
import type { PathScope } from "../scope.js";
import { setOwn } from "./members.js";
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

type Evaluate = (scope: PathScope) => unknown;

const NO_VARIABLES: ReadonlySet<string> = new Set();

/**
 * Compiles a payload template. Keys that end in ".$" hold a path or a call of an intrinsic function.
 * @param value as it stands in the definition
 * @throws SyntaxError with AWS's words for a field that holds neither
 */
export function compilePayload(value: unknown): Payload {
  const variables = new Set<string>();
  const evaluate = compileValue(value, variables);
  if (evaluate === undefined) return { literal: true, variables: NO_VARIABLES, evaluate: () => value };
  return { literal: false, variables, evaluate };
}

/** undefined for a value without paths. */
function compileValue(value: unknown, variables: Set<string>): Evaluate | undefined {
  if (Array.isArray(value)) return compileList(value, variables);
  return isObject(value) ? compileObject(value, variables) : undefined;
}

function compileList(list: unknown[], variables: Set<string>): Evaluate | undefined {
  const items = list.map((item) => compileValue(item, variables));
  if (items.every((item) => item === undefined)) return undefined;
  return (scope) => items.map((evaluate, index) => (evaluate === undefined ? list[index] : evaluate(scope)));
}

function compileObject(object: Record<string, unknown>, variables: Set<string>): Evaluate | undefined {
  const members = Object.entries(object).map(([key, value]) => compileMember(key, value, variables));
  if (members.every(({ evaluate }) => evaluate === undefined)) return undefined;
  return (scope) => {
    const result: Record<string, unknown> = {};
    for (const { key, evaluate, literal } of members)
      setOwn(result, key, evaluate === undefined ? literal : evaluate(scope));
    return result;
  };
}

interface Member {
  key: string;
  evaluate: Evaluate | undefined;
  literal: unknown;
}

function compileMember(key: string, value: unknown, variables: Set<string>): Member {
  if (!key.endsWith(".$")) return { key, evaluate: compileValue(value, variables), literal: value };
  const path = compileField(key, value);
  for (const name of path.variables) variables.add(name);
  return { key: key.slice(0, -2), evaluate: (scope) => path.evaluateFor(key, scope), literal: undefined };
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
