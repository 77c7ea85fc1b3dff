import type { Randomness } from "../randomness.js";

/** One intrinsic function: how many arguments it takes, and what it gives. @throws Unfit */
export interface IntrinsicFunction {
  least: number;
  most: number;
  apply(args: unknown[], random: Randomness): unknown;
}
