/** A text of the address; what reads as a number there is one that was written. Undefined where there is none. */
export function searchText(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text.trim() ? text.slice(0, 200) : undefined;
}
