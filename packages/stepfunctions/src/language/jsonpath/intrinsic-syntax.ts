import { Cursor } from "./cursor.js";
import { type ParsedPath, readPath } from "./syntax.js";

/** A call of an intrinsic function, or an argument of one. */
export type Term =
  | { kind: "call"; name: string; args: Term[] }
  | { kind: "text"; value: string; raw: string }
  | { kind: "literal"; value: unknown }
  | { kind: "path"; text: string; path: ParsedPath };

/** Calls in one field (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html). */
const MAX_CALLS = 10;

const NAME = /States\.[A-Za-z0-9]+/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPED = new Set(["'", "{", "}", "\\"]);

/** Parses `States.Name(argument, ...)`. @throws SyntaxError when the text is no call */
export function parseCall(text: string): Term & { kind: "call" } {
  const cursor = new Cursor(text);
  const calls = { count: 0 };
  cursor.space();
  const call = readCall(cursor, calls);
  cursor.space();
  if (!cursor.done) cursor.fail("unexpected text");
  return call;
}

function readCall(cursor: Cursor, calls: { count: number }): Term & { kind: "call" } {
  const name = cursor.match(NAME) ?? cursor.fail("the name of an intrinsic function is missing");
  calls.count += 1;
  if (calls.count > MAX_CALLS) cursor.fail(`more than ${MAX_CALLS} intrinsic functions`);
  cursor.space();
  cursor.expect("(");
  const args: Term[] = [];
  cursor.space();
  if (cursor.take(")")) return { kind: "call", name, args };
  do {
    cursor.space();
    args.push(readTerm(cursor, calls));
    cursor.space();
  } while (cursor.take(","));
  cursor.expect(")");
  return { kind: "call", name, args };
}

function readTerm(cursor: Cursor, calls: { count: number }): Term {
  const first = cursor.peek();
  if (first === "'") return readText(cursor);
  if (first === "S") return cursor.nested(() => readCall(cursor, calls));
  if (first === "$") {
    const start = cursor.at;
    const path = readPath(cursor, "argument");
    return { kind: "path", text: cursor.text.slice(start, cursor.at), path };
  }
  const number = cursor.match(NUMBER);
  if (number !== undefined) return { kind: "literal", value: Number(number) };
  const word = cursor.match(WORD) ?? cursor.fail("an argument is missing");
  return { kind: "literal", value: JSON.parse(word) };
}

/** A backslash must stand before a quote, a brace or another backslash. */
function readText(cursor: Cursor): Term {
  cursor.expect("'");
  const start = cursor.at;
  let value = "";
  while (!cursor.take("'")) {
    if (cursor.done) cursor.fail("a quote is not closed");
    if (cursor.take("\\") && !ESCAPED.has(cursor.peek())) cursor.fail("a backslash must be escaped");
    value += cursor.peek();
    cursor.at += 1;
  }
  return { kind: "text", value, raw: cursor.text.slice(start, cursor.at - 1) };
}
