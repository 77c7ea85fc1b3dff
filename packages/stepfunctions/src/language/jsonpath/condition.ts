import { isObject } from "../../json.js";
import { StateFailure } from "../failure.js";
import type { PathScope } from "../scope.js";
import { type Comparison, comparisonOf, isOfType } from "./condition-operators.js";
import { compilePath, type Path } from "./path.js";

/** A compiled rule of a Choice state. */
export interface Condition {
  /** @throws StateFailure States.Runtime when a path leads to nothing */
  (scope: PathScope): boolean;
  /** Names of the workflow variables it reads. */
  readonly variables: ReadonlySet<string>;
}

/**
 * Compiles a rule of a Choice state: And, Or, Not, or Variable with one comparison
 * (https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html). Next, Comment and the like are passed over.
 * @throws SyntaxError for a rule that is none of these
 */
export function compileCondition(rule: unknown): Condition {
  const variables = new Set<string>();
  return Object.assign(compileRule(rule, variables), { variables });
}

type Test = (scope: PathScope) => boolean;

function compileRule(rule: unknown, variables: Set<string>): Test {
  if (!isObject(rule)) throw new SyntaxError("A choice rule must be an object");
  if (Object.hasOwn(rule, "And")) {
    const parts = compileRules(rule.And, variables);
    return (scope) => parts.every((part) => part(scope));
  }
  if (Object.hasOwn(rule, "Or")) {
    const parts = compileRules(rule.Or, variables);
    return (scope) => parts.some((part) => part(scope));
  }
  if (Object.hasOwn(rule, "Not")) {
    const inner = compileRule(rule.Not, variables);
    return (scope) => !inner(scope);
  }
  return compileTest(rule, variables);
}

function compileRules(rules: unknown, variables: Set<string>): Test[] {
  if (!Array.isArray(rules) || rules.length === 0)
    throw new SyntaxError("And and Or take a list of choice rules");
  return rules.map((rule) => compileRule(rule, variables));
}

function compileTest(rule: Record<string, unknown>, variables: Set<string>): Test {
  const variable = pathOf(rule.Variable, "Variable", variables);
  for (const [key, operand] of Object.entries(rule)) {
    const test = compileOperator(key, operand, variable, variables);
    if (test !== undefined) return test;
  }
  throw new SyntaxError("A choice rule needs a comparison");
}

function compileOperator(
  key: string,
  operand: unknown,
  variable: Path,
  variables: Set<string>,
): Test | undefined {
  if (key === "IsPresent") {
    const wanted = flag(key, operand);
    return (scope) => (variable.find(scope) !== undefined) === wanted;
  }
  const ofType = isOfType(key);
  if (ofType !== undefined) {
    const wanted = flag(key, operand);
    return (scope) => ofType(valueOf(variable, scope)) === wanted;
  }
  const compare = comparisonOf(key);
  if (compare !== undefined) return compileComparison(key, compare, operand, variable);
  const compareWithPath = key.endsWith("Path") ? comparisonOf(key.slice(0, -4)) : undefined;
  if (compareWithPath === undefined || key === "StringMatchesPath") return undefined;
  const path = pathOf(operand, key, variables);
  const { read = (value: unknown) => value, holds } = compareWithPath;
  return (scope) => holds(valueOf(variable, scope), read(valueOf(path, scope)));
}

function compileComparison(
  key: string,
  { accepts, holds }: Comparison,
  operand: unknown,
  variable: Path,
): Test {
  if (!accepts(operand)) throw new SyntaxError(`The value of ${key} has the wrong type`);
  return (scope) => holds(valueOf(variable, scope), operand);
}

function flag(key: string, operand: unknown): boolean {
  if (typeof operand !== "boolean") throw new SyntaxError(`The value of ${key} must be true or false`);
  return operand;
}

function pathOf(text: unknown, key: string, variables: Set<string>): Path {
  if (typeof text !== "string") throw new SyntaxError(`${key} must be a path`);
  const path = compilePath(text);
  for (const name of path.variables) variables.add(name);
  return path;
}

function valueOf(path: Path, scope: PathScope): unknown {
  const value = path.find(scope);
  if (value === undefined)
    throw new StateFailure(
      "States.Runtime",
      `Invalid path '${path.text}': The choice state's condition path references an invalid value.`,
    );
  return value;
}
