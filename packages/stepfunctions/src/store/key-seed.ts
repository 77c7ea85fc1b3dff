import type { Key } from "./keys.js";
import type { TableName } from "./store.js";
import { TABLES } from "./tables.js";

const FNV_PRIME = 16_777_619;

/** A number, and its bits in two halves. A key that has changed may have become a fraction. */
const NUMBER = new Float64Array(1);
const BITS = new Uint32Array(NUMBER.buffer);

const NUMBERS = Object.fromEntries(TABLES.map((name, number) => [name, number + 1])) as Record<
  TableName,
  number
>;

/** What the checksum of a row begins with: made of its table and key, so that a row under another's key is found out. */
export function keySeed(table: TableName, key: Key): number {
  const seed = NUMBERS[table];
  return (typeof key === "object" ? mixed(mixed(seed, key[0]), key[1]) : mixed(seed, key)) >>> 0;
}

/** A hash by Fowler, Noll and Vo, of whole characters and halves of numbers in place of bytes. */
function mixed(hash: number, part: string | number): number {
  if (typeof part === "number") {
    // Never the zero below zero, which is the same key.
    NUMBER[0] = part + 0;
    const [low = 0, high = 0] = BITS;
    return Math.imul(Math.imul(hash ^ low, FNV_PRIME) ^ high, FNV_PRIME);
  }
  let made = hash;
  for (let at = 0; at < part.length; at += 1) made = Math.imul(made ^ part.charCodeAt(at), FNV_PRIME);
  return made;
}
