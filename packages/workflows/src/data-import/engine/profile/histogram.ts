import type { Weighted } from "../sketches/kll.js";

/** The smallest value that at least the share `at` of all values do not exceed. Values are in ascending order. */
export function quantile({ values, weights }: Weighted, at: number): number {
  let total = 0;
  for (const weight of weights) total += weight;
  let passed = 0;
  for (let i = 0; i < values.length; i++) {
    passed += weights[i] as number;
    if (passed >= at * total) return values[i] as number;
  }
  return values[values.length - 1] as number;
}

/**
 * Bars of equal width from `min` to at least `max`.
 *
 * @param unit what widths are whole multiples of: 1 for integers, a day for dates, 0 for anything.
 */
export function histogram(weighted: Weighted, min: number, max: number, unit: number, bars = 20) {
  const edges = edgesOf(min, max, unit, bars);
  const counts = new Array<number>(edges.length - 1).fill(0);
  let bar = 0;
  weighted.values.forEach((value, i) => {
    while (bar < counts.length - 1 && value >= (edges[bar + 1] as number)) bar++;
    counts[bar] = (counts[bar] as number) + (weighted.weights[i] as number);
  });
  return { edges, counts };
}

function edgesOf(min: number, max: number, unit: number, bars: number): number[] {
  const units = unit > 0 ? Math.round((max - min) / unit) + 1 : 0;
  if (unit > 0 && Number.isSafeInteger(units)) {
    const width = Math.ceil(units / bars) * unit;
    const needed = Math.ceil((units * unit) / width);
    return Array.from({ length: needed + 1 }, (_, i) => min + i * width);
  }
  if (min === max) return [min, max];
  // Weighed, not stepped, so that the widest range of doubles does not overflow; rounded to what is legible. Among the
  // smallest doubles both parts are rounded so coarsely that an edge can come out below the one before it.
  const edges = [min];
  for (let bar = 1; bar < bars; bar++) {
    const share = bar / bars;
    const edge = Number((min * (1 - share) + max * share).toPrecision(12));
    edges.push(Math.min(max, Math.max(edges[bar - 1] as number, edge)));
  }
  return [...edges, max];
}
