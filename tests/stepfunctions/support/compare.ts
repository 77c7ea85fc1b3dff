import type { Case, HistoryEvent } from "./conformance.js";

const WILDCARD = /<any:[^>]*>/;

/**
 * Compares what the engine gave with what AWS gave, by the rules of the corpus: at the pointers in `ignore` a string may
 * hold wildcards, and without one it is not compared; numbers by value; keys in any order.
 * @returns the first difference in words, or null
 */
export function difference(actual: unknown, expected: unknown, ignore: string[], path = ""): string | null {
  if (ignore.includes(path)) {
    if (typeof expected !== "string" || !WILDCARD.test(expected)) return null;
    return wildcardPattern(expected).test(String(actual)) ? null : differs(path, actual, expected);
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (actual.length !== expected.length) return differs(path, actual, expected);
    return first(expected.map((item, index) => difference(actual[index], item, ignore, `${path}/${index}`)));
  }
  if (isRecord(expected) && isRecord(actual)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    return first(
      keys.map((key) => {
        const pointer = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        if (Object.hasOwn(expected, key) && Object.hasOwn(actual, key))
          return difference(actual[key], expected[key], ignore, pointer);
        return ignore.includes(pointer) ? null : differs(pointer, actual[key], expected[key]);
      }),
    );
  }
  return Object.is(actual, expected) || actual === expected ? null : differs(path, actual, expected);
}

function first(differences: (string | null)[]): string | null {
  return differences.find((found) => found !== null) ?? null;
}

function differs(path: string, actual: unknown, expected: unknown): string {
  return `${path || "/"}: got ${JSON.stringify(actual)}, AWS gave ${JSON.stringify(expected)}`;
}

function wildcardPattern(text: string): RegExp {
  const parts = text
    .split(new RegExp(WILDCARD, "g"))
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\s\\S]*")}$`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An event of GetExecutionHistory in the form of the corpus: its details under one key, objects in strings parsed. */
export function recorded(event: Record<string, unknown>): HistoryEvent {
  const {
    type,
    id,
    previousEventId,
    timestamp: _,
    ...rest
  } = event as Record<string, unknown> & HistoryEvent;
  const [detailsKey] = Object.keys(rest);
  const base = { type, id, previousEventId };
  if (detailsKey === undefined) return base;
  const details = rest[detailsKey] as Record<string, unknown>;
  const parsed = openMembers(details);
  const { assignedVariables: assigned } = parsed;
  if (isRecord(assigned)) parsed.assignedVariables = openMembers(assigned);
  return { ...base, detailsKey, details: parsed };
}

function openMembers(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, openObject(value)]));
}

/** As recorded: a string that starts with a brace and is JSON stands as its object. */
function openObject(value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** What an execution came to, in the form of `expected`. */
export function recordedOutcome(
  described: { status?: string; output?: string; error?: string; cause?: string },
  expected: Case["expected"],
): Record<string, unknown> {
  const { status, output, error, cause } = described;
  return {
    status,
    ...(output === undefined ? {} : { output: JSON.parse(output) as unknown }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause: expected.causeIsJson === true ? JSON.parse(cause) : cause }),
  };
}
