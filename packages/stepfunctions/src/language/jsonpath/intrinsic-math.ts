import type { Randomness } from "../randomness.js";
import type { IntrinsicFunction } from "./intrinsic-function.js";
import { seededInteger } from "../java-random.js";
import { integer, number, Unfit } from "./unfit.js";

/** States.Math... and States.UUID (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html). */
export const mathFunctions = {
  MathRandom: { least: 2, most: 3, apply: (args, random) => randomNumber(args.map(integer), random) },
  MathAdd: { least: 2, most: 2, apply: ([one, other]) => add(number(one), number(other)) },
  // As observed on AWS, arguments are passed over.
  UUID: { least: 0, most: Number.POSITIVE_INFINITY, apply: (_args, random) => random.uuid() },
} satisfies Record<string, IntrinsicFunction>;

/** From `first` up to, not including, `last`. The same seed gives the same number. */
function randomNumber([first = 0, last = 0, seed]: number[], random: Randomness): number {
  if (first >= last) throw new Unfit();
  if (seed !== undefined) return seededInteger(seed, first, last);
  return first + Math.floor(random.number() * (last - first));
}

/** As recorded on AWS, each number is rounded by itself, half up, and numbers and sum have 32 bits. */
function add(one: number, other: number): number {
  return int32(int32(Math.round(one)) + int32(Math.round(other)));
}

function int32(value: number): number {
  if (value < -(2 ** 31) || value >= 2 ** 31) throw new Unfit();
  return value | 0;
}
