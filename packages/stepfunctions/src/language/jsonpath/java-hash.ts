/** Most places of a hash table on AWS for few values (java.util.HashMap). */
const LEAST_PLACES = 16;

/**
 * The values without repetitions, in the order in which java.util.HashSet goes over them: that is the order of
 * States.ArrayUnique on AWS.
 */
export function inHashOrder(values: readonly unknown[]): unknown[] {
  const places = tableSize(values.length);
  const known = new Map<string, { value: unknown; place: number }>();
  for (const value of values) {
    const key = JSON.stringify(value, withSortedMembers);
    if (!known.has(key)) known.set(key, { value, place: spread(hashCode(value)) & (places - 1) });
  }
  return [...known.values()].sort((one, other) => one.place - other.place).map(({ value }) => value);
}

function tableSize(count: number): number {
  const wanted = Math.max(Math.floor(count / 0.75) + 1, LEAST_PLACES);
  return 2 ** Math.ceil(Math.log2(wanted));
}

function spread(hash: number): number {
  return hash ^ (hash >>> 16);
}

/** Object.hashCode of the Java object that holds a JSON value. */
function hashCode(value: unknown): number {
  if (typeof value === "string") return hashOfText(value);
  if (typeof value === "number") return hashOfNumber(value);
  if (typeof value === "boolean") return value ? 1231 : 1237;
  if (Array.isArray(value))
    return value.reduce((hash: number, item) => (Math.imul(31, hash) + hashCode(item)) | 0, 1);
  if (value === null || typeof value !== "object") return 0;
  return Object.entries(value).reduce(
    (hash, [key, member]) => (hash + (hashOfText(key) ^ hashCode(member))) | 0,
    0,
  );
}

function hashOfText(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(31, hash) + text.charCodeAt(at)) | 0;
  return hash;
}

function hashOfNumber(value: number): number {
  if (Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31) return value | 0;
  const bytes = new DataView(new ArrayBuffer(8));
  if (Number.isInteger(value)) bytes.setBigInt64(0, BigInt.asIntN(64, BigInt(value)));
  else bytes.setFloat64(0, value);
  return bytes.getInt32(0) ^ bytes.getInt32(4);
}

function withSortedMembers(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
