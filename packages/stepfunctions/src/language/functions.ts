import { createHash } from "node:crypto";
import { parseJson } from "../json.js";
import { MAX_SEQUENCE } from "./bounds.js";
import { builtIn } from "./built-ins.js";
import { seededFraction } from "./java-random.js";
import type { Randomness } from "./randomness.js";

const HASHES = new Map<unknown, string>([
  ["MD5", "md5"],
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

interface Given {
  at: number;
  random: Randomness;
  /** Counts a value that was made. @throws Error when all of them are too large */
  account(value: unknown): void;
}

type Factory = (given: Given) => unknown;

/**
 * The functions that AWS adds to JSONata
 * (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html), the one it takes away, and those whose
 * answer must come from the event that is handled. Each is made for one evaluation.
 */
export const awsFunctions: ReadonlyMap<string, Factory> = new Map<string, Factory>([
  ["partition", () => partition],
  [
    "range",
    ({ account }) =>
      (first: unknown, last: unknown, by: unknown) => {
        const values = range(first, last, by);
        account(values);
        return values;
      },
  ],
  ["hash", () => hash],
  ["parse", () => parse],
  [
    "random",
    ({ random }) =>
      (seed?: unknown) =>
        seed === undefined ? random.number() : seededFraction(integer(seed, "The seed of $random")),
  ],
  [
    "uuid",
    ({ random }) =>
      () =>
        random.uuid(),
  ],
  [
    "shuffle",
    ({ random }) =>
      (values: unknown) =>
        shuffle(values, random),
  ],
  [
    "millis",
    ({ at }) =>
      () =>
        at,
  ],
  [
    "now",
    ({ at }) =>
      (picture?: string, zone?: string) =>
        now(at, picture, zone),
  ],
  ["eval", () => undefined],
]);

function now(at: number, picture?: string, zone?: string): unknown {
  if (picture === undefined && zone === undefined) return new Date(at).toISOString();
  return builtIn("fromMillis")?.implementation.call({ createSequence: Array.of }, at, picture, zone);
}

function fail(message: string): never {
  throw new Error(message);
}

/** As seen on AWS, what follows the point is cut off; the intrinsic functions of JSONPath round. */
function integer(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) fail(`${name} must be a number`);
  return Math.trunc(value);
}

function partition(values: unknown, size: unknown): unknown {
  if (values === undefined) return undefined;
  if (!Array.isArray(values)) fail("$partition takes an array and a size");
  const list = values as unknown[];
  const step = integer(size, "The size of $partition");
  if (step < 1) fail("The size of $partition must be a positive number");
  const parts: unknown[][] = [];
  for (let from = 0; from < list.length; from += step) parts.push(list.slice(from, from + step));
  return parts;
}

/**
 * As recorded on AWS, a range of one number is that number, and an empty one is undefined: $range gives a sequence. The
 * bound of States.ArrayRange, 1,000 values, is not its own.
 */
function range(first: unknown, last: unknown, by: unknown): unknown {
  const from = integer(first, "The start of $range");
  const to = integer(last, "The end of $range");
  const step = integer(by, "The step of $range");
  if (step === 0) fail("The step of $range must not be 0");
  const length = Math.max(0, Math.floor((to - from) / step) + 1);
  if (length > MAX_SEQUENCE) fail(`$range must not give more than ${MAX_SEQUENCE} values`);
  const values = Array.from({ length }, (_, index) => from + index * step);
  if (values.length === 0) return undefined;
  return values.length === 1 ? values[0] : values;
}

function hash(content: unknown, algorithm: unknown): unknown {
  if (content === undefined) return undefined;
  const name = HASHES.get(algorithm);
  if (name === undefined) fail(`$hash takes one of the algorithms ${[...HASHES.keys()].join(", ")}`);
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return createHash(name).update(text).digest("hex");
}

function parse(text: unknown): unknown {
  if (text === undefined) return undefined;
  if (typeof text !== "string") fail("$parse takes a string");
  try {
    return parseJson(text);
  } catch (error) {
    return fail(`$parse was given text that is not JSON: ${(error as Error).message}`);
  }
}

function shuffle(values: unknown, random: Randomness): unknown {
  if (!Array.isArray(values)) return values;
  const shuffled = [...(values as unknown[])];
  const draw = quickNumbers(random);
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(draw() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
  }
  return shuffled;
}

/** Many numbers from a few drawn ones, by the generator xorshift128. */
function quickNumbers(random: Randomness): () => number {
  let [a, b, c, d] = [1, 2, 3, 4].map((word) => Math.floor(random.number() * 2 ** 32) | word) as [
    number,
    number,
    number,
    number,
  ];
  return () => {
    const mixed = a ^ (a << 11);
    [a, b, c] = [b, c, d];
    d = d ^ (d >>> 19) ^ mixed ^ (mixed >>> 8);
    return (d >>> 0) / 2 ** 32;
  };
}
