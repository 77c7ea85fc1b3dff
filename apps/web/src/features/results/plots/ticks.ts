/** Round steps from 0 to at least `max`, about `count` of them; whole numbers when `max` is a count. */
export function ticksTo(max: number, count = 3): number[] {
  if (max <= 0) return [0, 1];
  const rough = max / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude);
  const last = Math.ceil(max / step);
  return Array.from({ length: last + 1 }, (_, index) => index * step);
}
