const run = 8;

/**
 * Sorts the first `size` numbers, none of them NaN: runs by insertion, then merges. For the few hundred
 * numbers of a sketch's level this takes a third of the time of Float64Array.prototype.sort.
 *
 * @param spare as long as `values`; its content is lost
 */
export function sortDoubles(values: Float64Array, size: number, spare: Float64Array): void {
  if (isAscending(values, size)) return;
  for (let start = 0; start < size; start += run) insertionSort(values, start, Math.min(start + run, size));
  let from = values;
  let to = spare;
  for (let width = run; width < size; width *= 2) {
    for (let start = 0; start < size; start += 2 * width) {
      merge(from, to, start, Math.min(start + width, size), Math.min(start + 2 * width, size));
    }
    [from, to] = [to, from];
  }
  if (from !== values) values.set(from.subarray(0, size));
}

function isAscending(values: Float64Array, size: number): boolean {
  for (let i = 1; i < size; i++) if ((values[i] as number) < (values[i - 1] as number)) return false;
  return true;
}

function insertionSort(values: Float64Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const value = values[i] as number;
    let at = i;
    for (; at > start && (values[at - 1] as number) > value; at--) values[at] = values[at - 1] as number;
    values[at] = value;
  }
}

/** Merges two ascending runs, `start` to `middle` and `middle` to `end`, into the same places of `to`. */
export function merge(
  from: Float64Array,
  to: Float64Array,
  start: number,
  middle: number,
  end: number,
): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const a = from[left] as number;
    const b = from[right] as number;
    if (left < middle && (right >= end || a <= b)) {
      to[at] = a;
      left++;
    } else {
      to[at] = b;
      right++;
    }
  }
}
