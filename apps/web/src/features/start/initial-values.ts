import type { FormValue, FormValues } from "./form-values.js";
import { type FormField, type FormList, isLine, isShare, rowOf } from "./schema.js";

/** The controls' first content: the contract's defaults, or `previous`, the input of an earlier run. */
export function initialValues(fields: readonly FormField[], previous?: unknown): FormValues {
  const values: Record<string, FormValue> = {};
  for (const field of fields) fill(values, field, valueAt(previous, field.name));
  return values;
}

/** Puts what a control begins with where it belongs: `previous`, or the contract's default. */
export function fill(values: Record<string, FormValue>, field: FormField, previous: unknown): void {
  // An uploaded file belongs to the run it was uploaded for.
  if (field.kind === "file") return;
  const value = previous ?? field.initial;
  if (field.kind === "group") {
    for (const child of field.fields) fill(values, child, valueAt(value, child.name));
  } else if (field.kind === "list") {
    fillRows(values, field, value);
  } else if (value !== undefined && value !== null) {
    values[field.path] = field.kind === "flag" ? value === true : text(field, value);
  }
}

/** More rows than this are not put up for somebody who has not asked for them. */
const mostBegun = 5;

/** Rows of files stay away as the files do. Where there have to be entries, they are there to be filled in. */
function fillRows(values: Record<string, FormValue>, field: FormList, value: unknown): void {
  const given: unknown[] = Array.isArray(value) && field.item.kind !== "file" ? value : [];
  const wanting = given.length === 0 && !isLine(field.item) && field.required;
  const rows = wanting ? Array.from({ length: Math.min(field.least, mostBegun) }) : given;
  if (rows.length === 0) return;
  values[field.path] = rows.map((_, index) => String(index));
  for (const [index, row] of rows.entries()) fill(values, rowOf(field, String(index)), row);
}

function text(field: FormField, value: unknown): string {
  if (field.kind === "json") return JSON.stringify(value, null, 2);
  if (field.kind === "date" && field.time) return localTime(String(value));
  if (isShare(field) && typeof value === "number") return String(rounded(value * 100));
  return String(value);
}

/** A moment (ISO 8601) as a control for local time has it. */
function localTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
    .toISOString()
    .replace(/(:00)?\.000Z$|Z$/, "");
}

/** Whether there was a file in an earlier input, which has to be chosen again. */
export function hadFiles(fields: readonly FormField[], input: unknown): boolean {
  return fields.some((field) => hadFile(field, valueAt(input, field.name)));
}

function hadFile(field: FormField, value: unknown): boolean {
  if (field.kind === "file") return typeof value === "string";
  if (field.kind === "group") return hadFiles(field.fields, value);
  return field.kind === "list" && Array.isArray(value) && value.some((one) => hadFile(field.item, one));
}

/** Without the noise that dividing and multiplying by 100 leaves. */
export const rounded = (value: number): number => Number(value.toPrecision(12));

function valueAt(object: unknown, key: string): unknown {
  return object && typeof object === "object" ? (object as Record<string, unknown>)[key] : undefined;
}
