/** Thrown where an expression turns out to need `jsonata`. */
export const LEFT = new Error("left to jsonata");

/** Longest text that is handled here. */
const MAX_TEXT = 1_000_000;

/** JSONata's effective boolean value; undefined stays undefined. */
export function truth(value: unknown): boolean | undefined {
  switch (typeof value) {
    case "undefined":
      return undefined;
    case "boolean":
      return value;
    case "string":
      return value.length > 0;
    case "number":
      return finite(value) !== 0;
    default:
      if (value === null) return false;
      if (Array.isArray(value)) throw LEFT;
      return truthOfObject(value as Record<string, unknown>);
  }
}

function truthOfObject(object: Record<string, unknown>): boolean {
  if (object._jsonata_lambda === true || object._jsonata_function === true) throw LEFT;
  for (const key in object) if (Object.hasOwn(object, key)) return true;
  return false;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw LEFT;
  return value;
}

export function concatenate(left: unknown, right: unknown): string {
  const text = textOf(left) + textOf(right);
  if (text.length > MAX_TEXT) throw LEFT;
  return text;
}

/** Text of a plain value as `&` and $string write it: numbers to 15 digits. */
export function textOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "undefined":
      return "";
    case "number":
      return JSON.stringify(Number.isInteger(value) ? value : Number(finite(value).toPrecision(15)));
    case "boolean":
      return String(value);
    default:
      if (value === null) return "null";
      throw LEFT;
  }
}

/** Whether two values are equal, undefined when one of them is missing: then they are neither equal nor unequal. */
export function isEqual(left: unknown, right: unknown): boolean | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (isComposite(left) && isComposite(right)) throw LEFT;
  return left === right;
}

export function isIn(left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined) return false;
  if (isComposite(left)) throw LEFT;
  return Array.isArray(right) ? right.includes(left) : left === right;
}

function isComposite(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

export function compare(operator: string, left: unknown, right: unknown): boolean | undefined {
  if (!isComparable(left) || !isComparable(right)) throw LEFT;
  if (left === undefined || right === undefined) return undefined;
  if (typeof left !== typeof right) throw LEFT;
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    default:
      return left >= right;
  }
}

function isComparable(value: unknown): value is string | number | undefined {
  return value === undefined || typeof value === "string" || typeof value === "number";
}

export function calculate(operator: string, left: unknown, right: unknown): number | undefined {
  if (!isNumber(left) || !isNumber(right)) throw LEFT;
  return left === undefined || right === undefined ? undefined : finite(result(operator, left, right));
}

function result(operator: string, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    default:
      return left % right;
  }
}

function isNumber(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === "number" && Number.isFinite(value));
}
