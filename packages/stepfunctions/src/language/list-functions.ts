import { builtIn, type Focus } from "./built-ins.js";
import type { Evaluation } from "./evaluation.js";

// jsonata's own $sort and $distinct take time that grows with the square of the list, without a look at the clock.

type Comparator = (left: unknown, right: unknown) => unknown;

/** $sort: as jsonata's, comparison by comparison, in the time of a merge sort. */
export function sort(this: Focus, given: unknown, comparator: unknown): unknown {
  if (!Array.isArray(given) || given.length <= 1) return given;
  const values = given as unknown[];
  if (comparator !== undefined) return mergeSort(values, comparator as Comparator);
  const kind = typeof values[0];
  const alike = values.every(
    (value) => typeof value === kind && (kind !== "number" || Number.isFinite(value)),
  );
  if ((kind !== "number" && kind !== "string") || !alike)
    return builtIn("sort")?.implementation.call(this, given);
  return [...(values as number[])].sort((left, right) => (left > right ? 1 : left < right ? -1 : 0));
}

async function mergeSort(values: unknown[], swap: Comparator): Promise<unknown[]> {
  if (values.length <= 1) return values;
  const middle = Math.floor(values.length / 2);
  const left = await mergeSort(values.slice(0, middle), swap);
  const right = await mergeSort(values.slice(middle), swap);
  const merged: unknown[] = [];
  let taken = 0;
  for (const value of left) {
    while (taken < right.length && (await swap(value, right[taken]))) {
      merged.push(right[taken]);
      taken += 1;
    }
    merged.push(value);
  }
  for (; taken < right.length; taken += 1) merged.push(right[taken]);
  return merged;
}

/** $distinct: jsonata's own compares each value with each; what is no object is found at once here. */
export function distinct(values: unknown, evaluation: Evaluation): unknown {
  if (!Array.isArray(values) || values.length <= 1) return values;
  const plain = new Set<unknown>();
  const objects: object[] = [];
  const found: unknown[] = [];
  for (const value of values as unknown[]) {
    if (typeof value !== "object" || value === null) {
      if (plain.has(value)) continue;
      plain.add(value);
    } else {
      if (objects.some((other) => equals(other, value, evaluation))) continue;
      evaluation.checkTime();
      objects.push(value);
    }
    found.push(value);
  }
  return "sequence" in values ? Object.assign(found, { sequence: true }) : found;
}

function equals(left: unknown, right: unknown, evaluation: Evaluation): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = Object.keys(left);
  if (keys.length > 100) evaluation.checkTime();
  if (Array.isArray(left) && left.length !== (right as unknown[]).length) return false;
  if (!Array.isArray(left) && keys.length !== Object.keys(right).length) return false;
  const [a, b] = [left as Record<string, unknown>, right as Record<string, unknown>];
  return (Array.isArray(left) ? [...left.keys()] : keys).every(
    (key) => Object.hasOwn(b, key) && equals(a[key], b[key], evaluation),
  );
}
