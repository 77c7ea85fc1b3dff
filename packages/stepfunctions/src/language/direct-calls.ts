import { LEFT, textOf, truth } from "./direct-values.js";

/** A function of JSONata with one argument. Throws LEFT for arguments that need more than a look. */
export type DirectCall = (value: unknown) => unknown;

/** The functions simple enough to be held equal to jsonata's here, by name. */
export const directCalls: ReadonlyMap<string, DirectCall> = new Map<string, DirectCall>([
  ["exists", (value) => value !== undefined],
  ["boolean", truth],
  ["not", not],
  ["string", (value) => (value === undefined ? undefined : textOf(value))],
  ["count", count],
  ["sum", sum],
  ["uppercase", (value) => ofText(value)?.toUpperCase()],
  ["lowercase", (value) => ofText(value)?.toLowerCase()],
]);

function not(value: unknown): boolean | undefined {
  const known = truth(value);
  return known === undefined ? undefined : !known;
}

function count(value: unknown): number {
  if (value === undefined) return 0;
  return Array.isArray(value) ? value.length : 1;
}

function sum(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw LEFT;
  let total = 0;
  for (const part of value) {
    if (typeof part !== "number") throw LEFT;
    total += part;
  }
  if (!Number.isFinite(total)) throw LEFT;
  return total;
}

function ofText(value: unknown): string | undefined {
  if (value !== undefined && typeof value !== "string") throw LEFT;
  return value;
}
