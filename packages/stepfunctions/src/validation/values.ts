import { isObject } from "../json.js";
import { MAX_SECONDS } from "../limits.js";
import { parseTimestamp } from "../language/timestamp.js";
import { checkJsonata, looksLikeJsonata } from "./expressions.js";
import type { Check, Site } from "./shape.js";

const TYPES = {
  STRING: (value: unknown) => typeof value === "string",
  BOOLEAN: (value: unknown) => typeof value === "boolean",
  OBJECT: isObject,
  ARRAY: Array.isArray,
};

/** Whether a value has the type; tells it if not. */
export function hasType<T extends keyof typeof TYPES>(
  type: T,
  value: unknown,
  at: string,
  site: Site,
): boolean {
  if (TYPES[type](value)) return true;
  site.findings.error(at, `Expected value of type [${type}]`);
  return false;
}

export const text: Check = (value, at, site) => void hasType("STRING", value, at, site);
export const flag: Check = (value, at, site) => void hasType("BOOLEAN", value, at, site);
export const anything: Check = () => undefined;

export function oneOf(...values: string[]): Check {
  return (value, at, site) => {
    if (!hasType("STRING", value, at, site) || values.includes(value as string)) return;
    site.findings.error(at, `Value should be one of the following: [${values.join(", ")}]`);
  };
}

/** A list that must not be empty. */
export function filledList(each: Check): Check {
  return (value, at, site) => {
    if (!hasType("ARRAY", value, at, site)) return;
    const items = value as unknown[];
    if (items.length === 0) site.findings.error(at, "Value cannot be empty");
    for (const [index, item] of items.entries()) each(item, `${at}[${index}]`, site);
  };
}

/** A string that a JSONata state may also compute. */
export const computedText: Check = (value, at, site) => {
  if (hasType("STRING", value, at, site) && site.language === "JSONata")
    checkJsonata(value as string, at, site);
};

export const timestamp: Check = (value, at, site) => {
  if (!hasType("STRING", value, at, site)) return;
  if (site.language === "JSONata" && looksLikeJsonata(value)) return checkJsonata(value as string, at, site);
  if (!isTimestamp(value as string)) site.findings.error(at, "String does not match RFC3339 timestamp");
};

/** RFC 3339 wants the seconds; a path may select a time without them. */
export function isTimestamp(value: string): boolean {
  return value.length >= "2016-03-14T01:59:00Z".length && parseTimestamp(value) !== undefined;
}

/** A whole number that a JSONata state may also compute. */
export function whole(least: number, most = Number.POSITIVE_INFINITY): Check {
  return number(Number.isInteger, "Expected value of type Integer", String, least, most);
}

/** A number that a JSONata state may also compute. AWS names the bounds of these with a decimal point. */
export function real(least: number, most = Number.POSITIVE_INFINITY): Check {
  return number(Number.isFinite, "Expected value of type [NUMBER]", (bound) => bound.toFixed(1), least, most);
}

function number(
  isNumber: (value: unknown) => boolean,
  otherwise: string,
  write: (bound: number) => string,
  least: number,
  most: number,
): Check {
  return (value, at, site) => {
    if (site.language === "JSONata" && looksLikeJsonata(value))
      return checkJsonata(value as string, at, site);
    if (!isNumber(value)) site.findings.error(at, otherwise);
    else if ((value as number) < least) site.findings.error(at, `Minimum value is ${write(least)}`);
    else if ((value as number) > most) site.findings.error(at, `Maximum value is ${write(most)}`);
  };
}

export const timeout = whole(1, MAX_SECONDS);
