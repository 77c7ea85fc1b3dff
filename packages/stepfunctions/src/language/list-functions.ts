import { builtIn, type Focus } from "./built-ins.js";
import { isFunctionValue } from "./value-size.js";

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

/** $distinct: what is equal is told by how it is written. */
export function distinct(values: unknown): unknown {
  if (!Array.isArray(values) || values.length <= 1) return values;
  const known = new Set<unknown>();
  const found: unknown[] = [];
  for (const value of values as unknown[]) {
    const mark = typeof value === "object" && value !== null ? written(value) : markOf(value);
    if (known.has(mark)) continue;
    known.add(mark);
    found.push(value);
  }
  return "sequence" in values ? Object.assign(found, { sequence: true }) : found;
}

/** No text that starts like this is one that `written` gives. */
function markOf(value: unknown): unknown {
  return typeof value === "string" ? `"${value}` : value;
}

/** A value as text that is the same for equal values: objects by their sorted keys. Functions are equal to themselves only. */
function written(value: unknown): unknown {
  if (isFunctionValue(value)) return value;
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part) ? sorted(part) : part,
  );
}

function sorted(object: object): unknown {
  return Object.fromEntries(Object.entries(object).sort(([left], [right]) => (left < right ? -1 : 1)));
}
