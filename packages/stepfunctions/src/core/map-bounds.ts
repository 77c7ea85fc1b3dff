// The numbers that bound a Map: how many items run at a time, and how many of them may fail.

import { queryFailure, StateFailure } from "../language/failure.js";
import type { Json } from "../json-text.js";
import { pathFieldValue, shown, type Stay, typedField } from "./flow.js";
import type { Field } from "./machine.js";
import type { Work } from "./work.js";

type Kind = "integer" | "float";
type Given = Field | number | null;

/** MaxConcurrency; 0 where it does not say. AWS reads it before the items. @throws StateFailure */
export function* maxConcurrencyOf(stay: Stay, field: Given, input: Json): Work<number> {
  const value = yield* numberOf(stay, field, "MaxConcurrency", input, "integer");
  if (value !== null && value < 0)
    throw outOfRange(
      field,
      "MaxConcurrency",
      `Expected non-negative integer for MaxConcurrency, got '${value}' instead.`,
    );
  return value ?? 0;
}

/** ToleratedFailureCount. @throws StateFailure */
export function* toleratedCountOf(stay: Stay, field: Given, input: Json): Work<number | null> {
  const value = yield* numberOf(stay, field, "ToleratedFailureCount", input, "integer");
  if (value !== null && value < 0)
    throw outOfRange(field, "ToleratedFailureCount", "ToleratedFailureCount cannot be negative.");
  return value;
}

/** ToleratedFailurePercentage. @throws StateFailure */
export function* toleratedPercentageOf(stay: Stay, field: Given, input: Json): Work<number | null> {
  const value = yield* numberOf(stay, field, "ToleratedFailurePercentage", input, "float");
  if (value !== null && (value < 0 || value > 100))
    throw outOfRange(
      field,
      "ToleratedFailurePercentage",
      "ToleratedFailurePercentage must be between 0 and 100.",
    );
  return value;
}

/** A bound whose range is not looked at: of an ItemReader or ItemBatcher. @throws StateFailure */
export function wholeNumberOf(stay: Stay, field: Given, name: string, input: Json): Work<number | null> {
  return numberOf(stay, field, name, input, "integer");
}

/** A value that an expression gives out of its field's range is a failed evaluation (https://states-language.net). */
function outOfRange(field: Given, name: string, message: string): StateFailure {
  return isExpression(field) ? queryFailure(name, message) : new StateFailure("States.Runtime", message);
}

function isExpression(field: Given): field is Extract<Field, { language: "JSONata" }> {
  return field !== null && typeof field !== "number" && field.language === "JSONata";
}

function* numberOf(stay: Stay, field: Given, name: string, input: Json, kind: Kind): Work<number | null> {
  if (field === null || typeof field === "number") return field;
  if (isExpression(field)) return yield* computed(stay, field, name, kind);
  const { path, value } = pathFieldValue(stay, field, `${name}Path`, input);
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && isOfKind(number, kind)) return number;
  throw new StateFailure(
    "States.Runtime",
    `The ${name}Path field refers to value "${shown(value)}" which is not a valid ${kind}: ${path}`,
  );
}

function* computed(
  stay: Stay,
  field: Extract<Field, { language: "JSONata" }>,
  name: string,
  kind: Kind,
): Work<number> {
  const value = yield* typedField(stay, "number", field, name);
  if (isOfKind(value, kind)) return value;
  throw queryFailure(name, `The field '${name}' must be a valid ${kind} but was: ${value}`);
}

function isOfKind(value: number, kind: Kind): boolean {
  return kind === "float" ? Number.isFinite(value) : Number.isInteger(value);
}
