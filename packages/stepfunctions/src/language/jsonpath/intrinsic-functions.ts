import type { Randomness } from "../randomness.js";
import { arrayFunctions } from "./intrinsic-arrays.js";
import { IntrinsicError } from "./intrinsic-error.js";
import type { IntrinsicFunction } from "./intrinsic-function.js";
import { mathFunctions } from "./intrinsic-math.js";
import { textFunctions } from "./intrinsic-texts.js";
import { Unfit } from "./unfit.js";

const FUNCTIONS = new Map<string, IntrinsicFunction>(
  Object.entries({ ...arrayFunctions, ...textFunctions, ...mathFunctions }).map(([name, each]) => [
    `States.${name}`,
    each,
  ]),
);

/**
 * The intrinsic function of a name such as States.Format. It throws IntrinsicError for arguments it cannot work with.
 * @throws SyntaxError for a name that AWS does not know
 */
export function intrinsicFunction(name: string): (args: unknown[], random: Randomness) => unknown {
  const known = FUNCTIONS.get(name);
  if (known === undefined) throw new SyntaxError(`There is no intrinsic function ${name}`);
  const { least, most, apply } = known;
  return (args, random) => {
    try {
      if (args.length < least || args.length > most) throw new Unfit();
      return apply(args, random);
    } catch (error) {
      throw new IntrinsicError(wordsFor(error) ?? `Invalid arguments in ${name}`);
    }
  };
}

/** What AWS says about an error, or undefined for its general words. A RangeError is JSON too long for a string. */
function wordsFor(error: unknown): string | undefined {
  if (error instanceof Unfit) return error.words;
  if (error instanceof RangeError) return undefined;
  throw error;
}
