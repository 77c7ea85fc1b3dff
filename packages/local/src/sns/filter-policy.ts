import { AwsError } from "@longhaul/stepfunctions";
import { z } from "zod";
import type { MessageAttributes } from "../sqs/records.js";

const comparison = z.enum(["=", "<", "<=", ">", ">="]);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const values = z.array(z.union([z.string(), z.number()])).min(1);
const texts = z.union([z.string(), z.array(z.string()).min(1)]).transform((given) => [given].flat());
const condition = z.union([
  scalar,
  z.strictObject({ prefix: z.string().min(1) }),
  z.strictObject({ suffix: z.string().min(1) }),
  z.strictObject({ "equals-ignore-case": z.string() }),
  z.strictObject({ exists: z.boolean() }),
  z.strictObject({
    "anything-but": z.union([
      z.union([z.string(), z.number()]).transform((one) => [one]),
      values,
      z.strictObject({ prefix: texts }),
      z.strictObject({ suffix: texts }),
    ]),
  }),
  z.strictObject({
    numeric: z.union([
      z.tuple([comparison, z.number()]),
      z.tuple([comparison, z.number(), comparison, z.number()]),
    ]),
  }),
]);
const policySchema = z.record(z.string(), z.array(condition).min(1));
type Condition = z.output<typeof condition>;

/** Which messages a subscription wants, by their attributes. */
export type FilterPolicy = z.output<typeof policySchema>;

const maxNames = 5;
const maxCombinations = 150;

/**
 * Reads a filter policy: exact values, prefix, suffix, equals-ignore-case, anything-but, numeric and exists. Wildcards,
 * CIDR ranges and $or are refused. Source: "Amazon SNS subscription filter policies".
 *
 * @throws AwsError InvalidParameter
 */
export function parseFilterPolicy(text: string): FilterPolicy {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw refused("failed to parse JSON");
  }
  const parsed = policySchema.safeParse(given);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join(".") ?? "";
    throw refused(
      `${where ? `${where} is` : "it has"} a match that the local cloud does not have, or no list of matches`,
    );
  }
  const names = Object.values(parsed.data);
  if (names.length > maxNames) throw refused(`more than ${maxNames} attributes`);
  const combinations = names.reduce((product, { length }) => product * length, 1);
  if (combinations > maxCombinations) throw refused("too complex");
  return parsed.data;
}

function refused(reason: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: FilterPolicy: ${reason}`);
}

type Value = string | number | boolean | null;

/** Whether each attribute that the policy names has a value that fits one of its conditions. */
export function wants(policy: FilterPolicy, attributes: MessageAttributes): boolean {
  return Object.entries(policy).every(([name, conditions]) => {
    const found = Object.hasOwn(attributes, name) ? valuesOf(attributes, name) : null;
    return conditions.some((one) => fits(one, found));
  });
}

/** Binary attributes cannot be matched; a list fits when one of its values does. */
function valuesOf(attributes: MessageAttributes, name: string): Value[] {
  const { DataType = "", StringValue = "" } = attributes[name] ?? {};
  if (DataType.startsWith("Number")) return [Number(StringValue)];
  if (DataType !== "String.Array") return DataType.startsWith("String") ? [StringValue] : [];
  try {
    const list: unknown = JSON.parse(StringValue);
    return Array.isArray(list) ? list.filter((one): one is Value => scalar.safeParse(one).success) : [];
  } catch {
    return [];
  }
}

function fits(wanted: Condition, found: Value[] | null): boolean {
  if (typeof wanted === "object" && wanted !== null && "exists" in wanted)
    return wanted.exists === (found !== null);
  return (found ?? []).some((value) => fitsOne(wanted, value));
}

function fitsOne(wanted: Condition, value: Value): boolean {
  if (typeof wanted !== "object" || wanted === null) return wanted === value;
  if ("anything-but" in wanted) return isNone(wanted["anything-but"], value);
  if ("numeric" in wanted) return typeof value === "number" && inRange(wanted.numeric, value);
  if (typeof value !== "string") return false;
  if ("prefix" in wanted) return value.startsWith(wanted.prefix);
  if ("suffix" in wanted) return value.endsWith(wanted.suffix);
  return "equals-ignore-case" in wanted && value.toLowerCase() === wanted["equals-ignore-case"].toLowerCase();
}

function isNone(
  unwanted: Extract<Condition, { "anything-but": unknown }>["anything-but"],
  value: Value,
): boolean {
  if (Array.isArray(unwanted)) return !unwanted.some((one) => one === value);
  if (typeof value !== "string") return true;
  if ("prefix" in unwanted) return !unwanted.prefix.some((prefix) => value.startsWith(prefix));
  return !unwanted.suffix.some((suffix) => value.endsWith(suffix));
}

function inRange(
  [first, low, second, high]: Extract<Condition, { numeric: unknown }>["numeric"],
  value: number,
): boolean {
  return (
    holds(first, value, low) && (second === undefined || high === undefined || holds(second, value, high))
  );
}

function holds(sign: z.output<typeof comparison>, value: number, bound: number): boolean {
  switch (sign) {
    case "=":
      return value === bound;
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
  }
}
