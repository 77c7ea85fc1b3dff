import { LinearRegExp } from "../regular-expression.js";
import type { Budget } from "./budget.js";
import type { Cursor } from "./cursor.js";
import { comparison, isOperator } from "./filter-operators.js";
import { PathMiss } from "./path-miss.js";
import { directReader } from "./read.js";
import { readPath } from "./syntax.js";
import { routeOf, walkPath } from "./walk.js";

/** Whether a filter takes a value. `document`: what `$` is. */
export type Predicate = (current: unknown, document: unknown, budget: Budget) => boolean;

/** An operand of a comparison; undefined where a path leads to nothing. */
export type Operand = (current: unknown, document: unknown, budget: Budget) => unknown;

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const SYMBOL = /===|!==|==|!=|<=|>=|=~|<|>|[a-zA-Z]+/y;
const FLAGS = /[a-zA-Z]*/y;

/** Reads what stands between `?(` and `)`. @throws SyntaxError */
export function parseFilter(cursor: Cursor): Predicate {
  return cursor.nested(() => readOr(cursor));
}

function readOr(cursor: Cursor): Predicate {
  const parts = [readAnd(cursor)];
  while (cursor.take("||")) parts.push(readAnd(cursor));
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return (...seen) => parts.some((part) => part(...seen));
}

function readAnd(cursor: Cursor): Predicate {
  const parts = [readTerm(cursor)];
  while (cursor.take("&&")) parts.push(readTerm(cursor));
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return (...seen) => parts.every((part) => part(...seen));
}

function readTerm(cursor: Cursor): Predicate {
  cursor.space();
  if (cursor.take("!")) {
    const inner = cursor.nested(() => readTerm(cursor));
    return (...seen) => !inner(...seen);
  }
  if (cursor.take("(")) {
    const inner = cursor.nested(() => readOr(cursor));
    cursor.expect(")");
    cursor.space();
    return inner;
  }
  return readComparison(cursor);
}

function readComparison(cursor: Cursor): Predicate {
  const isPath = cursor.peek() === "@" || cursor.peek() === "$";
  const left = readOperand(cursor);
  cursor.space();
  const symbol = cursor.match(SYMBOL)?.toLowerCase();
  if (symbol === undefined) {
    if (!isPath) cursor.fail("a comparison is missing");
    return (...seen) => left(...seen) !== undefined;
  }
  if (!isOperator(symbol)) return cursor.fail(`there is no operator ${symbol}`);
  cursor.space();
  const right = symbol === "=~" ? readPattern(cursor) : readOperand(cursor);
  cursor.space();
  const holds = comparison(symbol);
  return (...seen) => holds(left(...seen), right(...seen), seen[2]);
}

function readOperand(cursor: Cursor): Operand {
  const first = cursor.peek();
  if (first === "@" || first === "$") return readPathOperand(cursor);
  if (first === "'" || first === '"') {
    const text = readText(cursor, first);
    return () => text;
  }
  if (first === "[") {
    const items = readList(cursor);
    return (...seen) => items.map((item) => item(...seen));
  }
  const number = cursor.match(NUMBER);
  if (number !== undefined) return () => Number(number);
  const word = cursor.match(WORD) ?? cursor.fail("a value is missing");
  const value: unknown = JSON.parse(word);
  return () => value;
}

function readPathOperand(cursor: Cursor): Operand {
  const { root, tokens } = readPath(cursor, "filter");
  if (root.kind === "variable" || root.kind === "context") cursor.fail("a filter sees @ and $ alone");
  const route = routeOf(tokens);
  const current = root.kind === "current";
  const read = directReader(tokens);
  if (read !== undefined)
    return (value, document, budget) => {
      budget.spend();
      return read(current ? value : document);
    };
  return (value, document, budget) => {
    try {
      return walkPath(route, current ? value : document, document, budget);
    } catch (error) {
      if (error instanceof PathMiss) return undefined;
      throw error;
    }
  };
}

function readText(cursor: Cursor, quote: string): string {
  cursor.expect(quote);
  let text = "";
  while (!cursor.take(quote)) {
    if (cursor.done) cursor.fail("a quote is not closed");
    cursor.take("\\");
    text += cursor.peek();
    cursor.at += 1;
  }
  return text;
}

function readList(cursor: Cursor): Operand[] {
  cursor.expect("[");
  const items: Operand[] = [];
  cursor.space();
  if (cursor.take("]")) return items;
  do {
    cursor.space();
    if (cursor.peek() === "[") cursor.fail("a list within a list");
    items.push(readOperand(cursor));
    cursor.space();
  } while (cursor.take(","));
  cursor.expect("]");
  return items;
}

/** A regular expression, which has to match the whole text. */
function readPattern(cursor: Cursor): Operand {
  cursor.expect("/");
  let source = "";
  while (!cursor.take("/")) {
    if (cursor.done) cursor.fail("a regular expression is not closed");
    if (cursor.take("\\")) source += "\\";
    source += cursor.peek();
    cursor.at += 1;
  }
  const flags = cursor.match(FLAGS) ?? "";
  const pattern = compilePattern(source, flags.includes("i") ? "i" : "", cursor);
  return () => pattern;
}

function compilePattern(source: string, flags: string, cursor: Cursor): RegExp {
  try {
    const pattern = new RegExp(`^(?:${source})$`, flags);
    new LinearRegExp(pattern);
    return pattern;
  } catch (error) {
    return cursor.fail((error as Error).message);
  }
}
