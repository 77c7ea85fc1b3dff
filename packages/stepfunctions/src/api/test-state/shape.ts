/** What a part of a service's response may be. */
export type Shape =
  | { kind: "anything" | "flag" }
  | { kind: "number"; min?: number; max?: number }
  | { kind: "text"; min?: number; max?: number; values?: readonly string[] }
  | { kind: "list"; of: Shape }
  | { kind: "map"; of: Shape }
  | { kind: "fields"; fields: Record<string, Shape>; required: readonly string[] };

interface Bounds {
  min?: number;
  max?: number;
}

export const anything: Shape = { kind: "anything" };
export const flag: Shape = { kind: "flag" };
export const number = (bounds: Bounds = {}): Shape => ({ kind: "number", ...bounds });
/** A string; bytes and dates are strings too. The bounds are of its length. */
export const text = (bounds: Bounds = {}): Shape => ({ kind: "text", ...bounds });
export const oneOf = (...values: string[]): Shape => ({ kind: "text", values });
export const list = (of: Shape): Shape => ({ kind: "list", of });
export const mapOf = (of: Shape): Shape => ({ kind: "map", of });
export const fields = (members: Record<string, Shape>, required: readonly string[] = []): Shape => ({
  kind: "fields",
  fields: members,
  required,
});

/**
 * What is wrong with a value, as TestState words it, or null.
 * @param name what the value is called in messages
 * @param strict whether required fields must be there
 */
export function misfit(value: unknown, shape: Shape, name: string, strict: boolean): string | null {
  switch (shape.kind) {
    case "anything":
      return null;
    case "flag":
      return typeof value === "boolean" ? null : `${name} must be a boolean`;
    case "number":
      return misfitNumber(value, shape, name);
    case "text":
      return misfitText(value, shape, name);
    case "list":
      if (!Array.isArray(value)) return `${name} must be an array`;
      return first(value, (item: unknown) => misfit(item, shape.of, name, strict));
    case "map":
      if (!isRecord(value)) return `${name} must be an object`;
      return first(Object.entries(value), ([key, item]) => misfit(item, shape.of, `Field '${key}'`, strict));
    case "fields":
      return misfitFields(value, shape, name, strict);
  }
}

function misfitNumber(value: unknown, { min, max }: Bounds, name: string): string | null {
  if (typeof value !== "number") return `${name} must be a number`;
  if (min !== undefined && value < min) return `${name} is less than the minimum value`;
  return max !== undefined && value > max ? `${name} exceeds the maximum value` : null;
}

function misfitText(
  value: unknown,
  { min, max, values }: Extract<Shape, { kind: "text" }>,
  name: string,
): string | null {
  if (typeof value !== "string") return `${name} must be a string`;
  if (min !== undefined && value.length < min) return `${name} is smaller than the minimum length`;
  if (max !== undefined && value.length > max) return `${name} exceeds the maximum length`;
  return values !== undefined && !values.includes(value) ? `${name} is not an expected value` : null;
}

function misfitFields(
  value: unknown,
  { fields: members, required }: Extract<Shape, { kind: "fields" }>,
  name: string,
  strict: boolean,
): string | null {
  if (!isRecord(value)) return `${name} must be an object`;
  const missing = strict ? required.find((field) => !Object.hasOwn(value, field)) : undefined;
  if (missing !== undefined) return `Required field '${missing}' is missing`;
  return first(Object.entries(value), ([field, part]) => {
    const shape = Object.hasOwn(members, field) ? members[field] : undefined;
    // What the API does not know is let through, as recorded on AWS.
    return shape === undefined || part === null ? null : misfit(part, shape, `Field '${field}'`, strict);
  });
}

function first<T>(values: T[], check: (value: T) => string | null): string | null {
  for (const value of values) {
    const found = check(value);
    if (found !== null) return found;
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
