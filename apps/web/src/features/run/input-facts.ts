import { formatExact, formatPercent, humanize, plural } from "../../lib/format.js";
import { choiceLabel } from "../start/line-control.js";
import { type FormField, isLine, isShare } from "../start/schema.js";

/** More objects than this are counted, and read in the input's JSON. */
const mostRows = 10;

/**
 * An input as its form asked for it: labels and what was written there, in the form's order, then what the form does not
 * know. Files, and what has no place in a line, are left out.
 */
export function inputFacts(
  fields: readonly FormField[],
  input: Readonly<Record<string, unknown>>,
): [label: string, text: string][] {
  const known = new Set(fields.map(({ name }) => name));
  const rest = Object.entries(input).filter(([name, value]) => !known.has(name) && isPlain(value));
  return [
    ...fields.flatMap((field) => factsOf(field, input[field.name])),
    ...rest.map(([name, value]): [string, string] => [humanize(name), String(value)]),
  ];
}

function factsOf(field: FormField, value: unknown): [string, string][] {
  const { kind, label } = field;
  if (kind === "file" || value === null || value === undefined) return [];
  if (kind === "group") {
    return inside(field.fields, value).map(([name, text]) => [`${label}: ${name}`, text]);
  }
  if (kind !== "list") return isPlain(value) ? [[label, textOf(value, field)]] : [];
  const entries: unknown[] = Array.isArray(value) ? value : [];
  const { item } = field;
  if (item.kind === "file" || entries.length === 0) return [];
  if (isLine(item)) return [[label, entries.map((one) => textOf(one, item)).join(", ")]];
  if (item.kind !== "group" || entries.length > mostRows)
    return [[label, plural(entries.length, "entry", "entries")]];
  const { fields } = item;
  return entries.map((entry, index) => [
    `${label} ${index + 1}`,
    inside(fields, entry)
      .map(([, text]) => text)
      .join(", "),
  ]);
}

function inside(fields: readonly FormField[], value: unknown): [string, string][] {
  const object = value as Readonly<Record<string, unknown>>;
  return typeof value === "object" ? fields.flatMap((field) => factsOf(field, object[field.name])) : [];
}

const isPlain = (value: unknown): boolean => ["string", "number", "boolean"].includes(typeof value);

function textOf(value: unknown, field: FormField): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "number" && isShare(field)) return formatPercent(value);
  const at = field.kind === "date" && field.time ? Date.parse(String(value)) : NaN;
  if (!Number.isNaN(at)) return formatExact(at);
  return field.kind === "choice" ? choiceLabel(String(value)) : String(value);
}
