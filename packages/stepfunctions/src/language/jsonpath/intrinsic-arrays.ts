import { MAX_RANGE_LENGTH } from "../../limits.js";
import { Budget } from "./budget.js";
import { sameJson } from "./filter-operators.js";
import type { IntrinsicFunction } from "./intrinsic-function.js";
import { list, number, Unfit } from "./unfit.js";

/** States.Array... (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html). */
export const arrayFunctions = {
  Array: { least: 0, most: Number.POSITIVE_INFINITY, apply: (args) => args },
  ArrayPartition: {
    least: 2,
    most: 2,
    apply: ([values, size]) => partition(list(values), Math.trunc(number(size))),
  },
  ArrayContains: { least: 2, most: 2, apply: ([values, value]) => contains(list(values), value) },
  ArrayRange: {
    least: 3,
    most: 3,
    apply: ([first, last, step]) =>
      range(Math.trunc(number(first)), Math.trunc(number(last)), Math.trunc(number(step))),
  },
  ArrayGetItem: {
    least: 2,
    most: 2,
    apply: ([values, index]) => item(list(values), Math.trunc(number(index))),
  },
  ArrayLength: { least: 1, most: 1, apply: ([values]) => list(values).length },
  ArrayUnique: { least: 1, most: 1, apply: ([values]) => unique(list(values)) },
} satisfies Record<string, IntrinsicFunction>;

function partition(values: unknown[], size: number): unknown[][] {
  if (size < 1) throw new Unfit();
  const parts: unknown[][] = [];
  for (let from = 0; from < values.length; from += size) parts.push(values.slice(from, from + size));
  return parts;
}

function contains(values: unknown[], value: unknown): boolean {
  const budget = new Budget("States.ArrayContains");
  return values.some((each) => sameJson(each, value, budget));
}

function range(first: number, last: number, step: number): number[] {
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (step === 0 || length > MAX_RANGE_LENGTH) throw new Unfit();
  return Array.from({ length }, (_, index) => first + index * step);
}

function item(values: unknown[], index: number): unknown {
  if (index < 0 || index >= values.length) throw new Unfit();
  return values[index];
}

/** The values without repetitions, in the order of their first places. Members of objects may stand in any order. */
function unique(values: unknown[]): unknown[] {
  const known = new Map<string, unknown>();
  for (const value of values) {
    const key = JSON.stringify(value, sorted);
    if (!known.has(key)) known.set(key, value);
  }
  return [...known.values()];
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
