import { assertWritable } from "../expression.js";
import { StateFailure } from "../failure.js";
import type { PathScope } from "../scope.js";
import { ValueSizes } from "../value-size.js";
import { IntrinsicError } from "./intrinsic-error.js";
import { intrinsicFunction } from "./intrinsic-functions.js";
import { parseCall, type Term } from "./intrinsic-syntax.js";
import { locatorOf } from "./locator.js";
import { PathMiss } from "./path-miss.js";

/** A compiled call such as States.Format('{}', $.name). */
export interface Intrinsic {
  readonly variables: ReadonlySet<string>;
  /** @throws StateFailure States.Runtime */
  evaluate(scope: PathScope): unknown;
}

type Evaluate = (scope: PathScope, sizes: ValueSizes | null) => unknown;

/** So few paths lead to so little that it need not be looked at. */
const FEW_PATHS = 8;

/** Compiles a call of an intrinsic function. @throws SyntaxError for what AWS refuses when a machine is created */
export function compileIntrinsic(text: string): Intrinsic {
  const variables = new Set<string>();
  const term = parseCall(text);
  const call = compileTerm(term, variables);
  const many = pathsIn(term) > FEW_PATHS;
  return {
    variables,
    evaluate(scope) {
      try {
        return call(scope, many ? new ValueSizes() : null);
      } catch (error) {
        if (!(error instanceof IntrinsicError)) throw error;
        throw new StateFailure(
          "States.Runtime",
          `The function '${text}' had the following error: ${error.message}`,
        );
      }
    },
  };
}

function pathsIn(term: Term): number {
  if (term.kind === "call") return term.args.reduce((paths, arg) => paths + pathsIn(arg), 0);
  return term.kind === "path" ? 1 : 0;
}

function compileTerm(term: Term, variables: Set<string>): Evaluate {
  switch (term.kind) {
    case "text":
    case "literal":
      return () => term.value;
    case "path":
      return compileArgument(term, variables);
    case "call":
      return compileCall(term, variables);
  }
}

function compileCall({ name, args }: Term & { kind: "call" }, variables: Set<string>): Evaluate {
  const apply = intrinsicFunction(name);
  const values = args.map((arg, place) => {
    // A literal template keeps its backslashes: only with them is \\{} told from {}.
    if (name === "States.Format" && place === 0 && arg.kind === "text") return () => arg.raw;
    return compileTerm(arg, variables);
  });
  return (scope, sizes) => {
    const known = values.map((value) => value(scope, sizes));
    // States.Format looks at what it makes while it makes it.
    if (sizes !== null && name !== "States.Format") assertWritable(known, scope.state, sizes);
    return apply(known, scope.random);
  };
}

/** An argument that leads to nothing. As recorded on AWS, a `$$` path is named as if its document were the input. */
function compileArgument({ text, path }: Term & { kind: "path" }, variables: Set<string>): Evaluate {
  const locator = locatorOf(text, path);
  for (const name of locator.variables) variables.add(name);
  const named = path.root.kind === "context" ? text.slice(1) : text;
  return (scope) => {
    try {
      return locator.locate(scope);
    } catch (error) {
      if (!(error instanceof PathMiss)) throw error;
      if (error.kind === "misused") throw new IntrinsicError(error.message);
      if (!locator.definite) return [];
      throw new IntrinsicError(
        `The JsonPath argument for the field '${named}' could not be found in the input '${scope.text}'`,
      );
    }
  };
}
