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
  /** @throws PathMiss */
  locate(scope: PathScope): unknown;
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
  if (read === undefined) return { definite, variables, locate: (scope) => walk(text, route, start(scope)) };
  const locate = (scope: PathScope): unknown => {
    const document = start(scope);
    const value = read(document);
    // Walked again, a path that leads to nothing finds the words for its failure.
    return value === undefined ? walk(text, route, document) : value;
  };
  return { definite, variables, locate };
}

function walk(text: string, route: Route, document: unknown): unknown {
  return walkPath(route, document, document, new Budget(text));
}

function documentOf({ root }: ParsedPath): (scope: PathScope) => unknown {
  switch (root.kind) {
    case "context":
      return (scope) => scope.context;
    case "variable":
      return (scope) => readVariable(root.name, scope);
    default:
      return (scope) => scope.data;
  }
}

function readVariable(name: string, scope: PathScope): unknown {
  const text = scope.variable(name);
  if (text === undefined) throw new PathMiss(`The variable '$${name}' has no value`, "absent");
  return JSON.parse(text);
}
