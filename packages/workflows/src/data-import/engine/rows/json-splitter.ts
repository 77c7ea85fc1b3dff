import { count, fileProblem, size } from "../problems.js";
import { linesIn, type OnRow, type Splitter } from "./splitter.js";

const byteOf = (character: string) => character.charCodeAt(0);
const comma = byteOf(",");
const quote = byteOf('"');
const backslash = byteOf("\\");
const openBracket = byteOf("[");
const closeBracket = byteOf("]");
const openBrace = byteOf("{");
const closeBrace = byteOf("}");

const isBlank = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/**
 * Splits a JSON array into its elements by brackets and strings alone, so that a broken element costs one
 * row and the whole is never in memory.
 */
export class JsonSplitter implements Splitter {
  private readonly maxBytes: number;
  private readonly onRow: OnRow;
  private held: Buffer = Buffer.alloc(0);
  private place: "before" | "inside" | "after" = "before";
  private line = 1;
  private elements = 0;

  constructor(maxBytes: number, onRow: OnRow) {
    this.maxBytes = maxBytes;
    this.onRow = onRow;
  }

  /** @throws FatalError LINE_TOO_LONG or BROKEN_JSON, and what the receiver of rows throws. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.concat([this.held, chunk]);
    let at = 0;
    for (;;) {
      at = this.skipBlanks(bytes, at);
      if (at === bytes.length) break;
      const next = this.step(bytes, at);
      if (next < 0) break;
      at = next;
    }
    this.held = bytes.subarray(at);
    if (this.held.length > this.maxBytes) this.refuseLong();
  }

  end(): void {
    if (this.place === "after") return;
    throw fileProblem(
      "BROKEN_JSON",
      `The JSON array is cut off: the element that begins on line ${count(this.line)} or the array itself is never closed.`,
    );
  }

  private skipBlanks(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && isBlank(bytes[at] as number)) at++;
    this.line += linesIn(bytes, from, at);
    return at;
  }

  /** @returns where to go on, or -1 when more bytes are needed. */
  private step(bytes: Buffer, at: number): number {
    if (this.place === "before") {
      this.place = "inside";
      return at + 1;
    }
    if (this.place === "after") {
      const where = `line ${count(this.line)}`;
      throw fileProblem("BROKEN_JSON", `There is more after the end of the JSON array, on ${where}.`);
    }
    const end = elementEnd(bytes, at);
    if (end < 0) return -1;
    if (end - at > this.maxBytes) this.refuseLong();
    const last = bytes[end] === closeBracket;
    // `[]` has no element, and a comma before the closing bracket is let pass.
    if (end > at || !last) {
      this.elements++;
      this.onRow(bytes, at, end, this.line);
    }
    this.line += linesIn(bytes, at, end);
    if (last) this.place = "after";
    return end + 1;
  }

  private refuseLong(): never {
    throw fileProblem(
      "LINE_TOO_LONG",
      `The array element that begins on line ${count(this.line)} is longer than ${size(this.maxBytes)}, which is more than an import takes.`,
    );
  }
}

/** Where the comma or bracket after the element is; -1 when the bytes end before it. */
function elementEnd(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === quote) {
      at = stringEnd(bytes, at + 1);
      if (at < 0) return -1;
    } else if (byte === openBrace || byte === openBracket) depth++;
    else if (byte === closeBrace) depth--;
    else if (byte === closeBracket) {
      if (depth <= 0) return at;
      depth--;
    } else if (byte === comma && depth <= 0) return at;
  }
  return -1;
}

/** Where the closing quotation mark is; -1 when there is none. */
function stringEnd(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(quote, start); at >= 0; at = bytes.indexOf(quote, at + 1)) {
    let slashes = 0;
    while (bytes[at - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}
