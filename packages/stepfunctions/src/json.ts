import { MAX_JSON_DEPTH } from "./limits.js";

/** Size of a text in bytes of UTF-8. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** Names that come again and again, as JSON. */
const QUOTED = new Map<string, string>();

/** A name as JSON. */
export function quoted(name: string): string {
  const known = QUOTED.get(name);
  if (known !== undefined) return known;
  const text = JSON.stringify(name);
  if (QUOTED.size < 1_000 && name.length < 300) QUOTED.set(name, text);
  return text;
}

/** Whether a value is a JSON object (not null, not an array). */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Parses JSON that came from outside.
 * @throws SyntaxError for text that is not JSON, that nests deeper than MAX_JSON_DEPTH (what reads it later may recurse), or
 * whose numbers are too large to be written again
 */
export function parseJson(text: string): unknown {
  // What is so short cannot be so deep.
  if (text.length > MAX_JSON_DEPTH) assertShallow(text);
  const value: unknown = JSON.parse(text);
  if (/[eE]\+?\d{3}/.test(text) || (text.length > LONG_NUMBER && hasLongNumber(text))) assertFinite(value);
  return value;
}

/** With so few digits, and two in its exponent, no number is too large. */
const LONG_NUMBER = 200;

function hasLongNumber(text: string): boolean {
  let digits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    digits = code >= 0x30 && code <= 0x39 ? digits + 1 : 0;
    if (digits > LONG_NUMBER) return true;
  }
  return false;
}

function assertFinite(value: unknown): void {
  const stack = [value];
  while (stack.length > 0) {
    const part = stack.pop();
    if (typeof part === "number" && !Number.isFinite(part))
      throw new SyntaxError("A number is out of range: it is larger than 1.7976931348623157E308");
    if (typeof part === "object" && part !== null) for (const inner of Object.values(part)) stack.push(inner);
  }
}

function assertShallow(text: string): void {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) quoted = !quoted;
    else if (code === 0x5c && quoted) at += 1;
    else if (!quoted && (code === 0x5b || code === 0x7b)) {
      depth += 1;
      if (depth > MAX_JSON_DEPTH) throw new SyntaxError(`JSON nests deeper than ${MAX_JSON_DEPTH} levels`);
    } else if (!quoted && (code === 0x5d || code === 0x7d)) depth -= 1;
  }
}
