import { MAX_RANGE_LENGTH } from "../../limits.js";
import type { IntrinsicFunction } from "./intrinsic-function.js";
import { inHashOrder } from "./java-hash.js";
import { javaText } from "./java-text.js";
import { integer, list, Unfit } from "./unfit.js";

/** States.Array... (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html). */
export const arrayFunctions = {
  Array: { least: 0, most: Number.POSITIVE_INFINITY, apply: (args) => args },
  ArrayPartition: { least: 2, most: 2, apply: ([values, size]) => partition(list(values), integer(size)) },
  ArrayContains: { least: 2, most: 2, apply: ([values, value]) => contains(list(values), value) },
  ArrayRange: {
    least: 3,
    most: 3,
    apply: ([first, last, step]) => range(integer(first), integer(last), integer(step)),
  },
  ArrayGetItem: { least: 2, most: 2, apply: ([values, index]) => item(list(values), integer(index)) },
  ArrayLength: { least: 1, most: 1, apply: ([values]) => list(values).length },
  ArrayUnique: { least: 1, most: 1, apply: ([values]) => inHashOrder(list(values)) },
} satisfies Record<string, IntrinsicFunction>;

function partition(values: unknown[], size: number): unknown[][] {
  if (size < 1) throw new Unfit();
  const parts: unknown[][] = [];
  for (let from = 0; from < values.length; from += size) parts.push(values.slice(from, from + size));
  return parts;
}

/** As observed on AWS, what reads the same is the same: "true" is true, but an object with its members in another order is another. */
function contains(values: unknown[], value: unknown): boolean {
  const wanted = javaText(value);
  return values.some((each) => javaText(each) === wanted);
}

function range(first: number, last: number, step: number): number[] {
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (step === 0 || length > MAX_RANGE_LENGTH) throw new Unfit();
  return Array.from({ length }, (_, index) => first + index * step);
}

/** As observed on AWS, an empty array has null at every place. */
function item(values: unknown[], index: number): unknown {
  if (values.length === 0) return null;
  if (index < 0 || index >= values.length) throw new Unfit();
  return values[index];
}
