import type { Parameter } from "./parameters.js";

/** A value as SQL, or the sentence that says why it is none. */
export type Literal = { sql: string; problem?: undefined } | { sql?: undefined; problem: string };

export const maxTextLength = 1_000;
export const maxListLength = 500;

/** Control characters, halves of surrogate pairs and characters that turn the reading direction round. */
const unspeakable = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/**
 * Writes a value as a literal of the parameter's type. Every literal can stand after any operator and before any
 * token: a negative number has brackets (else `-` before it would make a comment), a string is closed in quotes.
 */
export function literal(parameter: Parameter, value: unknown): Literal {
  switch (parameter.type) {
    case "date":
      return dateLiteral(parameter, value);
    case "timestamp":
      return timestampLiteral(parameter, value);
    case "integer":
      return integerLiteral(parameter, value);
    case "number":
      return numberLiteral(parameter, value);
    case "boolean":
      if (typeof value !== "boolean") return { problem: "Choose yes or no." };
      return { sql: value ? "TRUE" : "FALSE" };
    case "enum":
      if (!parameter.options.some((option) => option.value === value)) {
        return { problem: "Choose one of the options." };
      }
      return stringLiteral({ maxLength: undefined, minLength: undefined }, value);
    case "string":
      return stringLiteral(parameter, value);
    case "string_list":
      return listLiteral(parameter, value);
  }
}

type Of<T extends Parameter["type"]> = Extract<Parameter, { type: T }>;

function dateLiteral({ min, max }: Of<"date">, value: unknown): Literal {
  const at = typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value) : Number.NaN;
  // A calendar takes the 31st of February for the 3rd of March.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== value) {
    return { problem: "Enter a date, for example 2026-03-31." };
  }
  if (min !== undefined && value < min) return { problem: `Enter ${min} or later.` };
  if (max !== undefined && value > max) return { problem: `Enter ${max} or earlier.` };
  return { sql: `DATE '${value}'` };
}

const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

function timestampLiteral({ min, max }: Of<"timestamp">, value: unknown): Literal {
  const wrong = { problem: "Enter a time with its zone, for example 2026-03-31T18:00:00Z." };
  if (typeof value !== "string" || !timestamp.test(value)) return wrong;
  const day = value.slice(0, 10);
  const at = Date.parse(value);
  const calendar = Date.parse(day);
  if (Number.isNaN(at) || Number.isNaN(calendar) || iso(calendar).slice(0, 10) !== day) return wrong;
  if (!/^\d{4}-/.test(iso(at))) return wrong;
  if (min !== undefined && at < Date.parse(min)) return { problem: `Enter ${min} or later.` };
  if (max !== undefined && at > Date.parse(max)) return { problem: `Enter ${max} or earlier.` };
  return {
    sql: `TIMESTAMP '${iso(at)
      .replace("T", " ")
      .replace("Z", "")
      .replace(/\.000$/, "")}'`,
  };
}

const iso = (at: number) => new Date(at).toISOString();

/** Identifiers of campaigns and advertisers are larger than a double holds exactly: those come as text. */
function integerLiteral({ min, max }: Of<"integer">, value: unknown): Literal {
  const isNumber = typeof value === "number" && Number.isSafeInteger(value);
  const isText = typeof value === "string" && /^-?\d{1,19}$/.test(value);
  if (!isNumber && !isText) return { problem: "Enter a whole number." };
  const whole = BigInt(value);
  if (whole < int64.min || whole > int64.max) return { problem: "This number is too large." };
  if (min !== undefined && whole < BigInt(min)) return { problem: `Enter ${min} or more.` };
  if (max !== undefined && whole > BigInt(max)) return { problem: `Enter ${max} or less.` };
  return { sql: inBrackets(whole.toString()) };
}

function numberLiteral({ min, max }: Of<"number">, value: unknown): Literal {
  if (typeof value !== "number" || !Number.isFinite(value)) return { problem: "Enter a number." };
  if (min !== undefined && value < min) return { problem: `Enter ${min} or more.` };
  if (max !== undefined && value > max) return { problem: `Enter ${max} or less.` };
  return { sql: inBrackets(String(value)) };
}

const inBrackets = (digits: string) => (digits.startsWith("-") ? `(${digits})` : digits);

function stringLiteral(
  { minLength = 0, maxLength = maxTextLength }: Pick<Of<"string">, "minLength" | "maxLength">,
  value: unknown,
): Literal {
  if (typeof value !== "string") return { problem: "Enter a text." };
  if (value.length < minLength) return { problem: `Enter at least ${minLength} characters.` };
  if (value.length > maxLength) return { problem: `Enter at most ${maxLength} characters.` };
  if (unspeakable.test(value)) {
    return { problem: "Line breaks and other characters that cannot be seen cannot stand in a value." };
  }
  // Some readers take a backslash for the beginning of an escape, and what follows for something else.
  if (value.includes("\\")) return { problem: "A backslash cannot stand in a value." };
  return { sql: `'${value.replaceAll("'", "''")}'` };
}

function listLiteral(
  { minItems = 1, maxItems = maxListLength, ...one }: Of<"string_list">,
  value: unknown,
): Literal {
  if (!Array.isArray(value)) return { problem: "Enter a list of texts." };
  if (value.length < minItems) {
    return { problem: minItems === 1 ? "Enter at least one." : `Enter at least ${minItems}.` };
  }
  if (value.length > maxItems) return { problem: `Enter at most ${maxItems}.` };
  const items = value.map((item) => stringLiteral({ minLength: 1, maxLength: one.maxLength }, item));
  const wrong = items.findIndex((item) => item.problem !== undefined);
  if (wrong >= 0) return { problem: `Number ${wrong + 1} of the list: ${items[wrong]?.problem}` };
  return { sql: items.map((item) => item.sql).join(", ") };
}
