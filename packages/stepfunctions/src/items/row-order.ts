/**
 * The order in which AWS writes the columns of a CSV row: that of a Java HashMap, which its own examples and recorded
 * executions show ("rating, movieId, userId, timestamp" for a file that begins with userId). Texts of events are compared
 * by machine and read by people, so the order is kept.
 * @returns the places of `keys` in the order of writing
 */
export function hashOrder(keys: readonly string[]): number[] {
  let buckets = 16;
  while (keys.length > buckets * 0.75) buckets *= 2;
  const bucketOf = keys.map((key) => spread(hash(key)) & (buckets - 1));
  return [...keys.keys()].sort((a, b) => (bucketOf[a] ?? 0) - (bucketOf[b] ?? 0) || a - b);
}

/** String.hashCode() of the Java language. */
function hash(text: string): number {
  let value = 0;
  for (let at = 0; at < text.length; at += 1) value = (Math.imul(value, 31) + text.charCodeAt(at)) | 0;
  return value;
}

/** HashMap mixes the upper half of a hash into the lower one. */
function spread(value: number): number {
  return value ^ (value >>> 16);
}
