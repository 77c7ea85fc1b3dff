import type { ColumnBudget } from "../limits.js";
import { Frequencies } from "../sketches/frequencies.js";
import { mix } from "../sketches/hash.js";

/** What is gathered of a column of text, straight from its UTF-8 bytes. */
export class TextStats {
  count = 0;
  minLength = Number.POSITIVE_INFINITY;
  maxLength = 0;
  totalLength = 0;
  readonly frequencies: Frequencies;
  private readonly seed: number;

  constructor(budget: ColumnBudget, seed: number) {
    this.seed = seed;
    const { distinct: limit, hyperLogLogBits } = budget;
    this.frequencies = new Frequencies({ limit, hyperLogLogBits, seed, texts: true });
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    // Two hashes side by side, four bytes a step.
    let one = this.seed;
    let other = ~this.seed;
    let high = 0;
    let at = start;
    for (const last = end - 3; at < last; at += 4) {
      const word =
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24);
      high |= word;
      one = Math.imul((one << 13) | (one >>> 19), 5) ^ Math.imul(word, 0xcc9e2d51);
      other = Math.imul(((other << 5) | (other >>> 27)) ^ word, 0x9e3779b1);
    }
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      high |= byte;
      one = Math.imul(one ^ byte, 0x01000193);
      other = Math.imul(((other << 5) | (other >>> 27)) ^ byte, 0x9e3779b1);
    }
    let length = end - start;
    one = mix(one ^ length);
    other = mix(other + length);
    if ((high & 0x80808080) !== 0) length -= continuationBytes(bytes, start, end);
    this.count++;
    this.totalLength += length;
    if (length < this.minLength) this.minLength = length;
    if (length > this.maxLength) this.maxLength = length;
    this.frequencies.addText(one, other, bytes, start, end);
  }

  top(limit: number): { value: string; count: number }[] {
    return this.frequencies
      .top(limit)
      .map(({ ref, count }) => ({ value: this.frequencies.text(ref), count }));
  }
}

/** Bytes that go on with a character and so are none of their own. */
function continuationBytes(bytes: Uint8Array, start: number, end: number): number {
  let found = 0;
  for (let at = start; at < end; at++) if (((bytes[at] as number) & 0xc0) === 0x80) found++;
  return found;
}
