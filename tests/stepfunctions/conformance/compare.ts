import { isRecord } from "./json.js";

/** `<any:NAME>`; a name that was a mask itself leaves its number behind: `<any:task_token>:1>`. */
const WILDCARD = /<any:[^<>]*>(?::\d+>)?/;

/**
 * Compares what the engine gave with what AWS gave, by the rules of the corpus: numbers by value, keys in any order, and
 * at the pointers in `ignore` a wildcard stands for any text, while what holds no wildcard is not compared.
 * @param at the pointer of `expected` itself
 * @returns each difference in words
 */
export function differences(
  actual: unknown,
  expected: unknown,
  ignore: ReadonlySet<string>,
  at = "",
): string[] {
  if (ignore.has(at)) {
    if (typeof expected !== "string" || !WILDCARD.test(expected)) return [];
    return matches(actual, expected) ? [] : [differs(at, actual, expected)];
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const found = expected.flatMap((item, index) =>
      index < actual.length ? differences(actual[index], item, ignore, `${at}/${index}`) : [],
    );
    if (actual.length !== expected.length)
      found.unshift(`${at}: got ${actual.length} elements, AWS gave ${expected.length}`);
    return found;
  }
  if (isRecord(expected) && isRecord(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => {
      const pointer = `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      return differences(own(actual, key), own(expected, key), ignore, pointer);
    });
  }
  return Object.is(actual, expected) || actual === expected ? [] : [differs(at, actual, expected)];
}

function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function matches(actual: unknown, expected: string): boolean {
  if (typeof actual !== "string" && typeof actual !== "number") return false;
  const parts = expected
    .split(new RegExp(WILDCARD, "g"))
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\s\\S]+")}$`).test(String(actual));
}

function differs(at: string, actual: unknown, expected: unknown): string {
  const show = (value: unknown): string => {
    const text = value === undefined ? "nothing" : JSON.stringify(value);
    return text.length > 600 ? `${text.slice(0, 600)}…` : text;
  };
  return `${at || "/"}: got ${show(actual)}, AWS gave ${show(expected)}`;
}

/** As recorded: each string member that starts with a brace and is JSON stands as its object, one level deep. */
export function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, opened(member)]));
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
