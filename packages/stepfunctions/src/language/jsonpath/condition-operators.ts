import { parseTimestamp } from "../timestamp.js";
import { matchesWildcards } from "./wildcards.js";

/** A comparison of a Choice rule. Values of other types than it compares are never alike. */
export interface Comparison {
  /** Whether a literal may stand at its right. */
  accepts(operand: unknown): boolean;
  holds(value: unknown, operand: unknown): boolean;
  /** What a value found by a ...Path operand counts as; itself by default. */
  read?(value: unknown): unknown;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const timestamp = (value: unknown): number | undefined => (isText(value) ? parseTimestamp(value) : undefined);

/** As observed on AWS, whatever a Numeric...Path leads to counts as a number, as in Jackson's JsonNode.asDouble(). */
function asNumber(value: unknown): number {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  return typeof value === "string" && NUMERAL.test(value) ? Number(value) : 0;
}

const NUMERAL = /^\s*[+-]?\d{1,400}(?:\.\d{0,400})?(?:[eE][+-]?\d{1,5})?\s*$/;

const ORDERS: Record<string, (one: number | string, other: number | string) => boolean> = {
  Equals: (one, other) => one === other,
  LessThan: (one, other) => one < other,
  GreaterThan: (one, other) => one > other,
  LessThanEquals: (one, other) => one <= other,
  GreaterThanEquals: (one, other) => one >= other,
};

const COMPARISONS = new Map<string, Comparison>(
  Object.entries(ORDERS).flatMap(([order, holds]): [string, Comparison][] => [
    [
      `String${order}`,
      { accepts: isText, holds: (one, other) => isText(one) && isText(other) && holds(one, other) },
    ],
    [
      `Numeric${order}`,
      {
        accepts: isNumber,
        holds: (one, other) => isNumber(one) && isNumber(other) && holds(one, other),
        read: asNumber,
      },
    ],
    [
      `Timestamp${order}`,
      {
        accepts: (operand) => timestamp(operand) !== undefined,
        holds: (one, other) => {
          const first = timestamp(one);
          const second = timestamp(other);
          return first !== undefined && second !== undefined && holds(first, second);
        },
      },
    ],
  ]),
);
COMPARISONS.set("BooleanEquals", { accepts: isFlag, holds: (one, other) => isFlag(one) && one === other });
COMPARISONS.set("StringMatches", {
  accepts: isText,
  holds: (one, other) => isText(one) && isText(other) && matchesWildcards(one, other),
});

/** The comparison of a name such as NumericLessThan. */
export function comparisonOf(name: string): Comparison | undefined {
  return COMPARISONS.get(name);
}

const TYPES = new Map<string, (value: unknown) => boolean>([
  ["IsNull", (value) => value === null],
  ["IsString", isText],
  ["IsNumeric", isNumber],
  ["IsBoolean", isFlag],
  ["IsTimestamp", (value) => timestamp(value) !== undefined],
]);

/** The test of a name such as IsString. */
export function isOfType(name: string): ((value: unknown) => boolean) | undefined {
  return TYPES.get(name);
}
