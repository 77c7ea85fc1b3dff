type Part = string | number;

/** A key of a table: one part, or two, of which the first is told apart before the second. */
export type Key = Part | [Part, Part];

/** Longest text in a key, in UTF-16 units: LMDB's own limit is for bytes, and not reached with so many. */
const LONGEST_TEXT = 1_000;

/** The order in which LMDB keeps keys of one table: numbers before texts, and texts as their bytes in UTF-8. */
export function compareKeys(a: Key, b: Key): number {
  if (typeof a === "object" && typeof b === "object")
    return compareParts(a[0], b[0]) || compareParts(a[1], b[1]);
  return compareParts(a as Part, b as Part);
}

function compareParts(a: Part, b: Part): number {
  if (typeof a === "number") return typeof b === "number" ? a - b || 0 : -1;
  return typeof b === "number" ? 1 : compareTexts(a, b);
}

function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const one = a.charCodeAt(at);
    const other = b.charCodeAt(at);
    if (one === other) continue;
    // Halves of a character beyond U+FFFF stand for one that comes after all others.
    return rank(one) - rank(other);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

/** A key as text of the journal. @throws RangeError when it is too long to be a key */
export function keyText(key: Key): string {
  return typeof key === "object" ? `[${partText(key[0])},${partText(key[1])}]` : partText(key);
}

function partText(part: Part): string {
  if (typeof part === "number") return String(part);
  if (part.length > LONGEST_TEXT)
    throw new RangeError(`A key of the store is too long: ${part.slice(0, 80)}…`);
  return JSON.stringify(part);
}

/** The key that keyText wrote. */
export function keyOf(text: string): Key {
  return JSON.parse(text) as Key;
}

/** The part of a key that finds its group. */
export function firstOf(key: Key): Part {
  return typeof key === "object" ? key[0] : key;
}
