import { StateFailure } from "../failure.js";
import type { PathScope } from "../scope.js";
import { compileIntrinsic } from "./intrinsic.js";
import { type Locator, locatorOf } from "./locator.js";
import { PathMiss } from "./path-miss.js";
import { stepFailure } from "./reference-path.js";
import { parsePath } from "./syntax.js";
import type { Token } from "./tokens.js";

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
  /** The value as ItemsPath needs it. @throws StateFailure States.ReferencePathConflict, as observed on AWS */
  follow(scope: PathScope): unknown;
}

/** A field that takes a path only, or also a call such as States.Format(...). */
export interface PathOptions {
  intrinsics?: boolean;
}

/**
 * Compiles a path: `$.a[0].b`, `$..x`, `$.a[?(@.b > 1)]`, `$$.Execution.Id`, `$variable.a`.
 * @throws SyntaxError for what AWS refuses when a machine is created
 */
export function compilePath(text: string, options: PathOptions = {}): Path {
  if (options.intrinsics === true && text.startsWith("States.")) return intrinsicPath(text);
  const parsed = parsePath(text);
  return pathOf(text, parsed.tokens, locatorOf(text, parsed));
}

function pathOf(
  text: string,
  tokens: readonly Token[],
  { definite, variables, locate, find, start }: Locator,
): Path {
  return {
    text,
    definite,
    variables,
    evaluate(scope) {
      try {
        return locate(scope);
      } catch (error) {
        throw error instanceof PathMiss ? invalidPath(text, error.message) : error;
      }
    },
    find,
    evaluateFor(field, scope) {
      try {
        return locate(scope);
      } catch (error) {
        if (!(error instanceof PathMiss)) throw error;
        if (error.kind === "misused") throw invalidPath(text, error.message);
        if (error.kind === "outside") return null;
        if (!definite) return [];
        throw notFound(text, field, text.startsWith("$$") ? JSON.stringify(scope.context) : scope.text);
      }
    },
    follow(scope) {
      const value = find(scope);
      if (value !== undefined) return value;
      const document = start(scope);
      throw document === undefined
        ? invalidPath(text, `${text} has no value`)
        : stepFailure(tokens, document);
    },
  };
}

/** Text of a path that leads to nothing, as InputPath has it. */
function invalidPath(text: string, message: string): StateFailure {
  return new StateFailure("States.Runtime", `Invalid path '${text}' : ${message}`);
}

function notFound(text: string, field: string, input: string): StateFailure {
  return new StateFailure(
    "States.Runtime",
    `The JSONPath '${text}' specified for the field '${field}' could not be found in the input '${input}'`,
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
    follow: evaluate,
  };
}
