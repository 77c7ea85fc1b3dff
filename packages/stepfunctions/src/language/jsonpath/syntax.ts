import { Cursor } from "./cursor.js";
import { parseFilter } from "./filter.js";
import { isPathFunction } from "./path-functions.js";
import type { Root, Token } from "./tokens.js";

/** Documents nest 500 levels at most, so a longer path finds nothing. */
const MAX_TOKENS = 500;

/** Where a path stands: alone, as an argument of an intrinsic function, or in a filter. It decides where a name ends. */
type Place = "alone" | "argument" | "filter";

const NAMES: Record<Place, RegExp> = {
  alone: /[^\s.[(]+/y,
  argument: /[^\s.[(),]+/y,
  filter: /[^\s.[\](),=!<>&|~]+/y,
};
const VARIABLE = /[\p{ID_Start}][\p{ID_Continue}]*/uy;
const INTEGER = /-?\d+/y;

export interface ParsedPath {
  root: Root;
  tokens: Token[];
}

/** Parses a whole text as a path. @throws SyntaxError when it is not one */
export function parsePath(text: string): ParsedPath {
  const cursor = new Cursor(text);
  const path = readPath(cursor, "alone");
  if (!cursor.done) cursor.fail("unexpected text");
  return path;
}

/** Reads the path that starts at the cursor and leaves the cursor behind it. */
export function readPath(cursor: Cursor, place: Place): ParsedPath {
  const root = readRoot(cursor, place);
  const tokens: Token[] = [];
  while (readToken(cursor, place, tokens))
    if (tokens.length > MAX_TOKENS) cursor.fail(`more than ${MAX_TOKENS} steps`);
  return { root, tokens };
}

function readRoot(cursor: Cursor, place: Place): Root {
  if (place === "filter" && cursor.take("@")) return { kind: "current" };
  cursor.expect("$");
  if (cursor.take("$")) return { kind: "context" };
  const name = cursor.match(VARIABLE);
  return name === undefined ? { kind: "data" } : { kind: "variable", name };
}

function readToken(cursor: Cursor, place: Place, tokens: Token[]): boolean {
  if (cursor.take("..")) {
    tokens.push({ kind: "scan" });
    tokens.push(cursor.peek() === "[" ? readBracket(cursor) : readName(cursor, place));
    return true;
  }
  if (cursor.take(".")) {
    tokens.push(cursor.peek() === "[" ? readBracket(cursor) : readName(cursor, place));
    return true;
  }
  if (cursor.peek() !== "[") return false;
  tokens.push(readBracket(cursor));
  return true;
}

function readName(cursor: Cursor, place: Place): Token {
  if (cursor.take("*")) return { kind: "wildcard" };
  const name = cursor.match(NAMES[place]);
  if (name === undefined) return cursor.fail("a name is missing");
  if (!cursor.take("(")) return { kind: "property", names: [name] };
  if (!isPathFunction(name)) cursor.fail(`there is no function ${name}`);
  cursor.space();
  const argument = cursor.match(INTEGER);
  cursor.space();
  cursor.expect(")");
  return { kind: "function", name, argument: argument === undefined ? undefined : Number(argument) };
}

function readBracket(cursor: Cursor): Token {
  cursor.expect("[");
  cursor.space();
  const first = cursor.peek();
  const token =
    first === "'" || first === '"'
      ? readNames(cursor, first)
      : first === "*"
        ? readWildcard(cursor)
        : first === "?"
          ? readFilter(cursor)
          : readIndexes(cursor);
  cursor.space();
  cursor.expect("]");
  return token;
}

function readWildcard(cursor: Cursor): Token {
  cursor.expect("*");
  return { kind: "wildcard" };
}

function readFilter(cursor: Cursor): Token {
  cursor.expect("?");
  cursor.space();
  cursor.expect("(");
  const accepts = parseFilter(cursor);
  cursor.expect(")");
  return { kind: "filter", accepts };
}

function readNames(cursor: Cursor, quote: string): Token {
  const names: string[] = [];
  do {
    cursor.space();
    names.push(readQuoted(cursor, quote));
    cursor.space();
  } while (cursor.take(","));
  return { kind: "property", names };
}

/** As recorded on AWS, a backslash in a quoted name stands for itself, except before the quote that ends the name. */
function readQuoted(cursor: Cursor, quote: string): string {
  cursor.expect(quote);
  let name = "";
  for (;;) {
    if (cursor.done) cursor.fail("a quote is not closed");
    if (cursor.take(`\\${quote}`)) name += quote;
    else if (cursor.take(quote)) return name;
    else {
      if (cursor.take("\\")) name += "\\";
      name += cursor.peek();
      cursor.at += 1;
    }
  }
}

function readIndexes(cursor: Cursor): Token {
  const from = readInteger(cursor);
  cursor.space();
  if (cursor.take(":")) {
    cursor.space();
    const to = readInteger(cursor);
    if (from === undefined && to === undefined) cursor.fail("a slice has no end");
    return { kind: "slice", from, to };
  }
  if (from === undefined) return cursor.fail("an index is missing");
  const indexes = [from];
  while (cursor.take(",")) {
    cursor.space();
    indexes.push(readInteger(cursor) ?? cursor.fail("an index is missing"));
    cursor.space();
  }
  return { kind: "index", indexes };
}

function readInteger(cursor: Cursor): number | undefined {
  const text = cursor.match(INTEGER);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) cursor.fail("an index is too large");
  return value;
}
