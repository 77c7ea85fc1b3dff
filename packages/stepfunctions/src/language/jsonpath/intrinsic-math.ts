import type { Randomness } from "../randomness.js";
import type { IntrinsicFunction } from "./intrinsic-function.js";
import { seededInteger } from "./java-random.js";
import { number, Unfit } from "./unfit.js";

/** States.Math... and States.UUID (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html). */
export const mathFunctions = {
  MathRandom: {
    least: 2,
    most: 3,
    apply: (args, random) => randomNumber(args.map(number).map(Math.trunc), random),
  },
  MathAdd: { least: 2, most: 2, apply: ([one, other]) => add(number(one), number(other)) },
  UUID: { least: 0, most: 0, apply: (_args, random) => random.uuid() },
} satisfies Record<string, IntrinsicFunction>;

/** From `first` up to, not including, `last`. The same seed gives the same number. */
function randomNumber([first = 0, last = 0, seed]: number[], random: Randomness): number {
  if (first >= last) throw new Unfit();
  if (seed !== undefined) return seededInteger(seed, first, last);
  return first + Math.floor(random.number() * (last - first));
}

/** As recorded on AWS, each number is rounded by itself, half up. `+ 0` keeps -0 away. */
function add(one: number, other: number): number {
  return Math.round(one) + Math.round(other) + 0;
}
