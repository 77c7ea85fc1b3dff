import { isObject, parseJson } from "../json.js";
import { readerFailed } from "./failures.js";
import { MAX_DOCUMENT_LENGTH, MAX_ITEM_LENGTH } from "./limits.js";

const notJson = "The file is not valid JSON";

/**
 * The elements of a JSON array, each as soon as it has been read: of the file no more than one element is in memory.
 * @throws StateFailure States.ItemReaderFailed
 */
export async function* jsonElements(text: AsyncIterable<string>): AsyncGenerator<unknown> {
  const pieces = text[Symbol.asyncIterator]();
  const start = await untilContent(pieces);
  if (!start.startsWith("[")) throw noArray(await whole(continued(start, pieces)));
  const scanner = new ArrayScanner();
  for await (const piece of continued(start.slice(1), pieces)) {
    for (const element of scanner.push(piece)) yield parse(element);
  }
  scanner.end();
}

async function untilContent(pieces: AsyncIterator<string>): Promise<string> {
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) return "";
    const start = next.value.trimStart();
    if (start !== "") return start;
  }
}

async function* continued(start: string, pieces: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    yield start;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
  } finally {
    await pieces.return?.();
  }
}

/**
 * The elements of the array that a JSON Pointer (RFC 6901) names within a JSON document.
 * @throws StateFailure States.ItemReaderFailed
 */
export async function* jsonElementsAt(text: AsyncIterable<string>, pointer: string): AsyncGenerator<unknown> {
  if (!pointer.startsWith("/"))
    throw readerFailed("ItemsPointer must be a JSON Pointer that begins with '/'.");
  let node = parse(await whole(text));
  for (const token of pointer.slice(1).split("/")) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    node = member(node, name);
    if (node === undefined) throw readerFailed(`The ItemsPointer ${pointer} names nothing in the file.`);
  }
  if (!Array.isArray(node)) throw notIterable();
  yield* node;
}

/** The values of a JSON Lines file; empty lines hold none. @throws StateFailure States.ItemReaderFailed */
export async function* jsonLines(text: AsyncIterable<string>): AsyncGenerator<unknown> {
  let rest = "";
  for await (const piece of text) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_ITEM_LENGTH) throw tooLong();
    for (const line of lines) if (line.trim() !== "") yield parse(line);
  }
  if (rest.trim() !== "") yield parse(rest);
}

/** A whole JSON document. @throws StateFailure States.ItemReaderFailed */
export async function jsonDocument(text: AsyncIterable<string>): Promise<unknown> {
  return parse(await whole(text));
}

async function whole(text: AsyncIterable<string>): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of text) {
    length += piece.length;
    if (length > MAX_DOCUMENT_LENGTH) throw tooLarge();
    pieces.push(piece);
  }
  return pieces.join("");
}

function member(node: unknown, name: string): unknown {
  if (Array.isArray(node)) return /^(0|[1-9]\d*)$/.test(name) ? (node[Number(name)] as unknown) : undefined;
  return isObject(node) && Object.hasOwn(node, name) ? node[name] : undefined;
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw readerFailed(`${notJson}: ${(error as Error).message}.`);
  }
}

/** The failure for a document that does not begin as an array. */
function noArray(text: string): Error {
  parse(text);
  return notIterable();
}

function notIterable(): Error {
  return readerFailed("Attempting to map over non-iterable node.");
}

function tooLong(): Error {
  return readerFailed("An item of the file is larger than 8 MB.");
}

function tooLarge(): Error {
  return readerFailed("The JSON document is too large to be read whole; use an array or JSON Lines.");
}

/** Finds where the elements of an array end, in text that comes in pieces and begins after the opening bracket. */
class ArrayScanner {
  #element = "";
  #depth = 0;
  #quoted = false;
  #escaped = false;
  #count = 0;
  #closed = false;

  *push(text: string): Generator<string> {
    let from = 0;
    for (let at = 0; at < text.length && !this.#closed; at += 1) {
      if (!this.#ends(text.charCodeAt(at))) continue;
      const element = this.#element + text.slice(from, at);
      this.#element = "";
      from = at + 1;
      this.#closed = text.charAt(at) === "]";
      if (this.#closed && this.#count === 0 && element.trim() === "") continue;
      this.#count += 1;
      yield element;
    }
    this.#element += text.slice(from);
    if (this.#closed && this.#element.trim() !== "")
      throw readerFailed(`${notJson}: text follows the array.`);
    if (this.#element.length > MAX_ITEM_LENGTH) throw tooLong();
  }

  end(): void {
    if (!this.#closed) throw readerFailed(`${notJson}: the array does not end.`);
  }

  /** Whether a character ends the element that is being read: a comma or bracket that is in nothing else. */
  #ends(code: number): boolean {
    if (this.#quoted) {
      if (this.#escaped) this.#escaped = false;
      else if (code === 0x5c) this.#escaped = true;
      else if (code === 0x22) this.#quoted = false;
      return false;
    }
    if (code === 0x22) this.#quoted = true;
    else if (code === 0x5b || code === 0x7b) this.#depth += 1;
    else if (code === 0x5d || code === 0x7d) {
      if (this.#depth === 0) return code === 0x5d;
      this.#depth -= 1;
    } else return code === 0x2c && this.#depth === 0;
    return false;
  }
}
