import { assertWritable } from "../expression.js";
import { StateFailure } from "../failure.js";
import type { PathScope } from "../scope.js";
import { Budget } from "./budget.js";
import { PathMiss } from "./path-miss.js";
import { directReader } from "./read.js";
import type { ParsedPath } from "./syntax.js";
import { type Route, routeOf, walkPath } from "./walk.js";

/** A path whose document and steps are known. */
export interface Locator {
  readonly definite: boolean;
  readonly variables: ReadonlySet<string>;
  /** @throws PathMiss, StateFailure */
  locate(scope: PathScope): unknown;
  /** What `locate` gives, or undefined (from a definite path) or an empty array where that would throw PathMiss. @throws StateFailure */
  find(scope: PathScope): unknown;
  /** What the path starts from; undefined for a variable that has no value. */
  start(scope: PathScope): unknown;
}

const NO_VARIABLES: ReadonlySet<string> = new Set();

/** Prepares a parsed path: plain members and indexes are read directly, everything else is walked. */
export function locatorOf(text: string, parsed: ParsedPath): Locator {
  const { root, tokens } = parsed;
  const route = routeOf(tokens);
  const definite = route.firstIndefinite === tokens.length;
  const variables = root.kind === "variable" ? new Set([root.name]) : NO_VARIABLES;
  const read = directReader(tokens);
  const start = documentOf(parsed);
  const locate = (scope: PathScope): unknown => {
    const document = start(scope);
    if (document === undefined) throw new PathMiss(`${text} has no value`, "absent");
    const value = read?.(document);
    // Walked as well, a path that leads to nothing finds the words for its failure.
    if (value !== undefined) return value;
    const found = walk(text, route, document);
    // What is found at several levels is found again in each level round it.
    return definite ? found : assertWritable(found, scope.state);
  };
  const find = (scope: PathScope): unknown => {
    if (read !== undefined) return read(start(scope));
    try {
      return locate(scope);
    } catch (error) {
      if (error instanceof PathMiss) return definite ? undefined : [];
      throw error;
    }
  };
  return { definite, variables, locate, find, start };
}

function walk(text: string, route: Route, document: unknown): unknown {
  return walkPath(route, document, document, new Budget(text));
}

/** undefined for a variable that has no value. */
function documentOf({ root }: ParsedPath): (scope: PathScope) => unknown {
  switch (root.kind) {
    case "context":
      return (scope) => scope.context;
    case "variable":
      return (scope) => parsed(scope.variable(root.name));
    default:
      return inputOf;
  }
}

/** @throws StateFailure for an input of null, in which AWS looks for nothing */
function inputOf({ data }: PathScope): unknown {
  if (data !== null) return data;
  const message = "Unable to apply Path transformation to null or empty input.";
  throw new StateFailure("States.Runtime", message);
}

function parsed(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json);
}
