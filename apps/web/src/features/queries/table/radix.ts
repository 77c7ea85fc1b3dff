const buckets = 65_536;

/**
 * Sorts rows by 64-bit keys, given as two 32-bit words for each row; stable, in four passes whatever the keys are.
 *
 * @param rows what is sorted, in its order so far; it is left as it is
 * @param high @param low by row number, unsigned
 */
export function sortedBy(rows: Uint32Array, high: Uint32Array | null, low: Uint32Array): Uint32Array {
  let from = rows.slice();
  let to = new Uint32Array(rows.length);
  for (const [keys, shift] of [
    [low, 0],
    [low, 16],
    [high, 0],
    [high, 16],
  ] as const) {
    if (!keys || !pass(from, to, keys, shift)) continue;
    [from, to] = [to, from];
  }
  return from;
}

/** One pass by 16 bits. @returns false when all have the same, and nothing was moved */
function pass(from: Uint32Array, to: Uint32Array, keys: Uint32Array, shift: number): boolean {
  const starts = new Uint32Array(buckets + 1);
  const digit = (row: number) => ((keys[row] as number) >>> shift) & 0xffff;
  for (const row of from) starts[digit(row) + 1] = (starts[digit(row) + 1] as number) + 1;
  if (starts.includes(from.length, 1)) return false;
  for (let bucket = 1; bucket <= buckets; bucket += 1)
    starts[bucket] = (starts[bucket] as number) + (starts[bucket - 1] as number);
  for (const row of from) {
    const bucket = digit(row);
    const at = starts[bucket] as number;
    to[at] = row;
    starts[bucket] = at + 1;
  }
  return true;
}

/** Numbers as 64-bit keys in their order; NaN comes last, however they are turned. */
export function keysOf(values: (row: number) => number, count: number, descending: boolean) {
  const high = new Uint32Array(count);
  const low = new Uint32Array(count);
  const one = new Float64Array(1);
  const words = new Uint32Array(one.buffer);
  for (let row = 0; row < count; row += 1) {
    const value = values(row);
    if (Number.isNaN(value)) {
      high[row] = 0xffffffff;
      low[row] = 0xffffffff;
      continue;
    }
    // 0 and -0 are the same number.
    one[0] = value + 0;
    const [lower, upper] = [words[0] as number, words[1] as number];
    const negative = upper >>> 31 === 1;
    high[row] = negative ? ~upper : upper | 0x80000000;
    low[row] = negative ? ~lower : lower;
    if (!descending) continue;
    high[row] = ~(high[row] as number);
    low[row] = ~(low[row] as number);
  }
  return { high, low };
}
