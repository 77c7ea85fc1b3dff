import { MAX_SEQUENCE } from "./bounds.js";
import { type DirectCall, directCalls } from "./direct-calls.js";
import { compilePath } from "./direct-path.js";
import { calculate, compare, concatenate, isEqual, isIn, LEFT, truth } from "./direct-values.js";
import type { Sight } from "./sight.js";
import { type AstNode, isPlain } from "./syntax-tree.js";

/** Computes an expression's value without `jsonata`; throws LEFT where only `jsonata` knows it. */
export type Direct = (sight: Sight) => unknown;

/**
 * Compiles what needs no `jsonata` to run: paths, literals, constructors, operators and the plainest functions. Such an
 * expression is pure, so whatever is unusual at run time (every error above all) may be left to `jsonata` after all.
 * @param builtIn tells the names that mean a function unless the workflow has a variable of that name
 * @returns undefined for any expression beyond that
 */
export function compileDirect(node: AstNode, builtIn: (name: string) => boolean): Direct | undefined {
  const compile = (part: AstNode): Direct | undefined => compileDirect(part, builtIn);
  switch (node.type) {
    case "string":
    case "number":
    case "value": {
      const { value } = node;
      return isPlain(node) ? () => value : undefined;
    }
    case "variable":
    case "path":
      return compilePath(node, builtIn);
    case "unary":
      return isPlain(node, "expressions", "lhs", "expression") ? compileUnary(node, compile) : undefined;
    case "binary":
      return isPlain(node, "lhs", "rhs") ? compileBinary(node, compile) : undefined;
    case "condition":
      return isPlain(node, "condition", "then", "else") ? compileCondition(node, compile) : undefined;
    case "function":
      return isPlain(node, "name", "arguments", "procedure") ? compileCall(node, compile) : undefined;
    case "block": {
      const [only] = node.expressions ?? [];
      const plain = isPlain(node, "expressions", "consarray") && node.expressions?.length === 1;
      return plain && only !== undefined ? compile(only) : undefined;
    }
    default:
      return undefined;
  }
}

type Compile = (part: AstNode) => Direct | undefined;

/** Compiles all parts, or none. */
function compileAll(parts: readonly AstNode[], compile: Compile): Direct[] | undefined {
  const compiled: Direct[] = [];
  for (const part of parts) {
    const direct = compile(part);
    if (direct === undefined) return undefined;
    compiled.push(direct);
  }
  return compiled;
}

function compileUnary(node: AstNode, compile: Compile): Direct | undefined {
  if (node.value === "{") return compileObject(node.lhs as [AstNode, AstNode][], compile);
  if (node.value === "[") return compileArray(node.expressions ?? [], compile);
  const operand = node.value === "-" && node.expression !== undefined ? compile(node.expression) : undefined;
  return operand === undefined
    ? undefined
    : (sight) => {
        const value = operand(sight);
        if (value === undefined) return undefined;
        if (typeof value !== "number" || !Number.isFinite(value)) throw LEFT;
        return -value;
      };
}

/** An object whose keys are written out and differ. Members without a value are left out. */
function compileObject(pairs: readonly [AstNode, AstNode][], compile: Compile): Direct | undefined {
  const keys = pairs.map(([key]) => (key.type === "string" && isPlain(key) ? key.value : undefined));
  if (!keys.every((key): key is string => typeof key === "string" && !RESERVED.has(key))) return undefined;
  if (new Set(keys).size < keys.length) return undefined;
  const values = compileAll(
    pairs.map(([, value]) => value),
    compile,
  );
  if (values === undefined) return undefined;
  return (sight) => {
    const object: Record<string, unknown> = {};
    for (let index = 0; index < keys.length; index += 1) {
      const value = (values[index] as Direct)(sight);
      if (value !== undefined) object[keys[index] as string] = value;
    }
    return object;
  };
}

const RESERVED = new Set<string>(["__proto__", "_jsonata_lambda", "_jsonata_function"]);

/** An array: the arrays that its parts give flow into it, except from parts that are written as arrays themselves. */
function compileArray(items: readonly AstNode[], compile: Compile): Direct | undefined {
  const values = compileAll(items, compile);
  if (values === undefined) return undefined;
  const nested = items.map((item) => item.value === "[");
  return (sight) => {
    const array: unknown[] = [];
    for (let index = 0; index < values.length; index += 1) {
      const value = (values[index] as Direct)(sight);
      if (value === undefined) continue;
      if (nested[index] === true || !Array.isArray(value)) array.push(value);
      else for (const part of value) array.push(part);
      if (array.length > MAX_SEQUENCE) throw LEFT;
    }
    return array;
  };
}

function compileBinary(node: AstNode, compile: Compile): Direct | undefined {
  const left = compile(node.lhs as AstNode);
  const right = left === undefined ? undefined : compile(node.rhs as AstNode);
  if (left === undefined || right === undefined) return undefined;
  const operator = node.value as string;
  switch (operator) {
    case "and":
      return (sight) => truth(left(sight)) === true && truth(right(sight)) === true;
    case "or":
      return (sight) => truth(left(sight)) === true || truth(right(sight)) === true;
    case "&":
      return (sight) => concatenate(left(sight), right(sight));
    case "=":
      return (sight) => isEqual(left(sight), right(sight)) === true;
    case "!=":
      return (sight) => isEqual(left(sight), right(sight)) === false;
    case "in":
      return (sight) => isIn(left(sight), right(sight));
    case "<":
    case "<=":
    case ">":
    case ">=":
      return (sight) => compare(operator, left(sight), right(sight));
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return (sight) => calculate(operator, left(sight), right(sight));
    default:
      return undefined;
  }
}

function compileCondition(node: AstNode, compile: Compile): Direct | undefined {
  const condition = compile(node.condition as AstNode);
  const yes = compile(node.then as AstNode);
  const no = node.else === undefined ? () => undefined : compile(node.else);
  if (condition === undefined || yes === undefined || no === undefined) return undefined;
  return (sight) => (truth(condition(sight)) === true ? yes(sight) : no(sight));
}

function compileCall(node: AstNode, compile: Compile): Direct | undefined {
  const { procedure } = node;
  if (procedure?.type !== "variable" || !isPlain(procedure)) return undefined;
  const name = procedure.value as string;
  const call: DirectCall | undefined = directCalls.get(name);
  const [argument, ...others] = node.arguments ?? [];
  if (call === undefined || argument === undefined || others.length > 0) return undefined;
  const value = compile(argument);
  return value === undefined
    ? undefined
    : (sight) => {
        if (sight.scope.variable(name) !== undefined) throw LEFT;
        return call(value(sight));
      };
}
