import type { QueryColumnType } from "@longhaul/workflows/contracts";
import { keysOf, sortedBy } from "./radix.js";

const chunkRows = 65_536;
/** Beyond so many different texts most are met once, and looking each up costs more than it saves. */
const mostWords = 262_144;

export type Cell = string | number | null;

/** Typed arrays of equal size, so that a growing column is never copied. */
class Chunks<A extends Float64Array | Uint32Array> {
  readonly #chunks: A[] = [];
  readonly #make: () => A;

  constructor(make: () => A) {
    this.#make = make;
  }

  set(row: number, value: number): void {
    const index = row >>> 16;
    if (index === this.#chunks.length) this.#chunks.push(this.#make());
    (this.#chunks[index] as A)[row & 0xffff] = value;
  }

  get(row: number): number {
    return (this.#chunks[row >>> 16] as A)[row & 0xffff] as number;
  }

  get bytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  }
}

/**
 * One column of a large table: numbers as doubles, anything else as numbers of words, each different word kept once. An
 * identifier that is too large for a double makes its column one of words.
 */
export class Column {
  length = 0;
  #numbers: Chunks<Float64Array> | null;
  #codes: Chunks<Uint32Array> | null = null;
  readonly #words: string[] = [""];
  #codeOf: Map<string, number> | null = new Map([["", 0]]);

  constructor(
    readonly name: string,
    readonly type: QueryColumnType,
  ) {
    const numeric = type === "integer" || type === "number";
    this.#numbers = numeric ? new Chunks(() => new Float64Array(chunkRows)) : null;
    if (!numeric) this.#codes = new Chunks(() => new Uint32Array(chunkRows));
  }

  /** Whether its cells are numbers; text otherwise. */
  get numeric(): boolean {
    return this.#numbers !== null;
  }

  push(text: string): void {
    if (this.#numbers) {
      const value = text === "" ? Number.NaN : Number(text);
      if (text === "" || this.#fits(text, value)) {
        this.#numbers.set(this.length, value);
        this.length += 1;
        return;
      }
      this.#becomeText();
    }
    this.#codes?.set(this.length, this.#codeFor(text));
    this.length += 1;
  }

  cell(row: number): Cell {
    if (this.#numbers) {
      const value = this.#numbers.get(row);
      return Number.isNaN(value) ? null : value;
    }
    const code = this.#codes?.get(row) ?? 0;
    return code === 0 ? null : (this.#words[code] as string);
  }

  /** NaN where the cell is empty or no number. */
  number(row: number): number {
    if (this.#numbers) return this.#numbers.get(row);
    const cell = this.cell(row);
    return cell === null ? Number.NaN : Number(cell);
  }

  /** `rows` in the order of this column; empty cells come last, equal ones stay in their order. */
  sorted(rows: Uint32Array, descending: boolean): Uint32Array {
    if (this.#numbers) {
      const numbers = this.#numbers;
      const { high, low } = keysOf((row) => numbers.get(row), this.length, descending);
      return sortedBy(rows, high, low);
    }
    const ranks = this.#ranks(descending);
    const keys = new Uint32Array(this.length);
    for (let row = 0; row < this.length; row += 1) keys[row] = ranks[this.#codes?.get(row) ?? 0] as number;
    return sortedBy(rows, null, keys);
  }

  /** Keeps the rows whose cell passes. A text's test is asked once for each different text. */
  filtered(rows: Uint32Array, passes: (cell: Cell) => boolean): Uint32Array {
    const kept = new Uint32Array(rows.length);
    let count = 0;
    const words = this.#numbers ? null : this.#words.map((word, code) => passes(code === 0 ? null : word));
    for (const row of rows) {
      if (words ? words[this.#codes?.get(row) ?? 0] : passes(this.cell(row))) {
        kept[count] = row;
        count += 1;
      }
    }
    return kept.slice(0, count);
  }

  /** What it holds, roughly. */
  get bytes(): number {
    const words = this.#words.reduce((sum, word) => sum + 20 + word.length, 0);
    return (this.#numbers?.bytes ?? 0) + (this.#codes ? this.#codes.bytes + words : 0);
  }

  #fits(text: string, value: number): boolean {
    if (Number.isNaN(value)) return false;
    return this.type !== "integer" || Number.isSafeInteger(value) || !/^[+-]?\d+$/.test(text);
  }

  #becomeText(): void {
    const numbers = this.#numbers;
    this.#numbers = null;
    this.#codes = new Chunks(() => new Uint32Array(chunkRows));
    for (let row = 0; row < this.length; row += 1) {
      const value = numbers?.get(row) ?? Number.NaN;
      this.#codes.set(row, this.#codeFor(Number.isNaN(value) ? "" : String(value)));
    }
  }

  #codeFor(text: string): number {
    const known = text === "" ? 0 : this.#codeOf?.get(text);
    if (known !== undefined) return known;
    const code = this.#words.push(text) - 1;
    if (this.#codeOf && this.#codeOf.size < mostWords) this.#codeOf.set(text, code);
    else this.#codeOf = null;
    return code;
  }

  /** By code: the place of its word among all words. */
  #ranks(descending: boolean): Uint32Array {
    const codes = Array.from(this.#words.keys()).slice(1);
    const words = this.#words;
    const whole = this.type === "integer";
    codes.sort((a, b) => compare(words[a] as string, words[b] as string, whole));
    const ranks = new Uint32Array(words.length);
    let rank = 0;
    let last: string | null = null;
    for (const code of codes) {
      if (words[code] !== last) rank += 1;
      last = words[code] as string;
      ranks[code] = rank;
    }
    if (descending)
      for (let code = 1; code < ranks.length; code += 1) ranks[code] = rank + 1 - (ranks[code] as number);
    ranks[0] = 0xffffffff;
    return ranks;
  }
}

/** Whole numbers too large for a double by their value, all else by its characters. */
function compare(a: string, b: string, whole: boolean): number {
  if (whole && /^-?\d+$/.test(a) && /^-?\d+$/.test(b)) {
    const difference = BigInt(a) - BigInt(b);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}
