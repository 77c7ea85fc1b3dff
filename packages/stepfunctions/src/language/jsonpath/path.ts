import { StateFailure } from "../failure.js";
import type { PathScope } from "../scope.js";
import { Budget } from "./budget.js";
import { compileIntrinsic } from "./intrinsic.js";
import { PathMiss } from "./path-miss.js";
import { directReader } from "./read.js";
import { parsePath, type ParsedPath } from "./syntax.js";
import { type Route, routeOf, walkPath } from "./walk.js";

/** A compiled path or, where a field takes one, a call of an intrinsic function. */
export interface Path {
  /** As it stands in the definition. */
  readonly text: string;
  /** Whether it leads to one value at most. Any other path gives an array, empty when nothing is there. */
  readonly definite: boolean;
  /** Names of the workflow variables it reads. */
  readonly variables: ReadonlySet<string>;
  /**
   * The value as InputPath and OutputPath need it.
   * @throws StateFailure States.Runtime "Invalid path '...' : ..." when a definite path leads to nothing
   */
  evaluate(scope: PathScope): unknown;
  /** The value, or undefined when a definite path leads to nothing: for fields that have an error text of their own. */
  find(scope: PathScope): unknown;
  /**
   * The value for a field such as ErrorPath, or for "name.$" in a payload. As observed on AWS, it is null where an
   * array is too short for the index that ends the path.
   * @throws StateFailure States.Runtime "The JSONPath '...' specified for the field '...' could not be found in the input '...'"
   */
  evaluateFor(field: string, scope: PathScope): unknown;
}

/** A path whose document and steps are known. */
export interface Locator {
  readonly parsed: ParsedPath;
  readonly definite: boolean;
  readonly variables: ReadonlySet<string>;
  /** @throws PathMiss */
  locate(scope: PathScope): unknown;
}

/** A field that takes a path only, or also a call such as States.Format(...). */
export interface PathOptions {
  intrinsics?: boolean;
}

const NO_VARIABLES: ReadonlySet<string> = new Set();

/**
 * Compiles a path: `$.a[0].b`, `$..x`, `$.a[?(@.b > 1)]`, `$$.Execution.Id`, `$variable.a`.
 * @throws SyntaxError for what AWS refuses when a machine is created
 */
export function compilePath(text: string, options: PathOptions = {}): Path {
  if (options.intrinsics === true && text.startsWith("States.")) return intrinsicPath(text);
  return pathOf(text, locatorOf(text, parsePath(text)));
}

function pathOf(text: string, { definite, variables, locate }: Locator): Path {
  return {
    text,
    definite,
    variables,
    evaluate(scope) {
      try {
        return locate(scope);
      } catch (error) {
        throw error instanceof PathMiss ? invalidPath(text, error) : error;
      }
    },
    find(scope) {
      try {
        return locate(scope);
      } catch (error) {
        if (error instanceof PathMiss) return definite ? undefined : [];
        throw error;
      }
    },
    evaluateFor(field, scope) {
      try {
        return locate(scope);
      } catch (error) {
        if (!(error instanceof PathMiss)) throw error;
        if (error.kind === "misused") throw invalidPath(text, error);
        if (error.kind === "outside") return null;
        if (!definite) return [];
        throw notFound(text, field, text.startsWith("$$") ? scope.context : scope.data);
      }
    },
  };
}

/** Text of a path that leads to nothing, as InputPath has it. */
function invalidPath(text: string, { message }: PathMiss): StateFailure {
  return new StateFailure("States.Runtime", `Invalid path '${text}' : ${message}`);
}

function notFound(text: string, field: string, input: unknown): StateFailure {
  return new StateFailure(
    "States.Runtime",
    `The JSONPath '${text}' specified for the field '${field}' could not be found in the input '${JSON.stringify(input)}'`,
  );
}

function intrinsicPath(text: string): Path {
  const { variables, evaluate } = compileIntrinsic(text);
  return {
    text,
    definite: true,
    variables,
    evaluate,
    find: evaluate,
    evaluateFor: (_field, scope) => evaluate(scope),
  };
}

/** Prepares a parsed path: plain members and indexes are read directly, everything else is walked. */
export function locatorOf(text: string, parsed: ParsedPath): Locator {
  const { root, tokens } = parsed;
  const route = routeOf(tokens);
  const definite = route.firstIndefinite === tokens.length;
  const variables = root.kind === "variable" ? new Set([root.name]) : NO_VARIABLES;
  const read = directReader(tokens);
  const start = documentOf(parsed);
  if (read === undefined)
    return { parsed, definite, variables, locate: (scope) => walk(text, route, start(scope)) };
  const locate = (scope: PathScope): unknown => {
    const document = start(scope);
    const value = read(document);
    // Walked again, a path that leads to nothing finds the words for its failure.
    return value === undefined ? walk(text, route, document) : value;
  };
  return { parsed, definite, variables, locate };
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
