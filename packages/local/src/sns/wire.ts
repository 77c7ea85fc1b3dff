import { escapeXml } from "../aws/reply.js";

/** An answer as XML of the Query protocol: lists have members, maps entries. */
export function toXml(value: object): string {
  return Object.entries(value)
    .map(([name, inner]: [string, unknown]) => `<${name}>${content(inner)}</${name}>`)
    .join("");
}

function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((one: unknown) => `<member>${content(one)}</member>`).join("");
  if (value instanceof Map) {
    const entries = [...(value as Map<string, unknown>)];
    return entries
      .map(([key, inner]) => `<entry><key>${escapeXml(key)}</key><value>${content(inner)}</value></entry>`)
      .join("");
  }
  return typeof value === "object" && value !== null ? toXml(value) : escapeXml(String(value));
}

/** An answer as JSON. */
export function toJson(value: object): object {
  const plain = (inner: unknown): unknown =>
    inner instanceof Map ? Object.fromEntries(inner as Map<string, unknown>) : inner;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}
