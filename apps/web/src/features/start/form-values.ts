import { rounded } from "./initial-values.js";
import { rowsOf } from "./rows.js";
import { type FormField, type FormList, isLine, isShare, rowOf } from "./schema.js";

/** What stands in a control: a text as typed, of a list the ids of its rows. */
export type FormValue = string | boolean | readonly string[];

/** What stands in the controls, by dotted path, where a row of a list has its id; of files the artifact ids. */
export type FormValues = Readonly<Record<string, FormValue>>;

export interface ReadForm {
  readonly input: Record<string, unknown>;
  /** What cannot be read at all, by dotted path. */
  readonly errors: Readonly<Record<string, string>>;
}

/** The input as the contract wants it; what is left empty is left out. */
export function readForm(fields: readonly FormField[], values: FormValues): ReadForm {
  const errors: Record<string, string> = {};
  return { input: readFields(fields, values, errors), errors };
}

function readFields(fields: readonly FormField[], values: FormValues, errors: Record<string, string>) {
  const input: Record<string, unknown> = {};
  for (const field of fields) {
    const value = readField(field, values, errors);
    if (value !== undefined) input[field.name] = value;
    else if (field.orNull) input[field.name] = null;
  }
  return input;
}

function readField(field: FormField, values: FormValues, errors: Record<string, string>): unknown {
  if (field.kind === "group") {
    const inner = readFields(field.fields, values, errors);
    const given = field.fields.some(
      ({ kind, name }) => name in inner && !(kind === "list" && isEmpty(inner[name])),
    );
    return field.required || given ? inner : undefined;
  }
  if (field.kind === "list") return readList(field, values, errors);
  const raw = values[field.path];
  if (field.kind === "flag") return raw === true ? true : field.required ? false : undefined;
  if (typeof raw !== "string" || raw.trim() === "") return undefined;
  if (field.kind === "number") return readNumber(field, raw, errors);
  if (field.kind === "date" && field.time) return readMoment(field, raw, errors);
  if (field.kind === "json") return readJson(field, raw, errors);
  return raw;
}

function readNumber(field: FormField, raw: string, errors: Record<string, string>): number | undefined {
  const value = Number(raw);
  if (Number.isFinite(value)) return isShare(field) ? rounded(value / 100) : value;
  errors[field.path] = "Enter a number.";
  return undefined;
}

function readMoment(field: FormField, raw: string, errors: Record<string, string>): string | undefined {
  const at = new Date(raw);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  errors[field.path] = "This is not a time.";
  return undefined;
}

/**
 * Each row is an entry. Where there is none, or all that there is are empty lines, there is no list, or an empty one where
 * the contract would not leave it so.
 */
function readList(field: FormList, values: FormValues, errors: Record<string, string>): unknown {
  const rows = rowsOf(field, values).map((id) => rowOf(field, id));
  const blank = (row: FormField) => String(values[row.path] ?? "").trim() === "";
  if (rows.every((row) => isLine(row) && blank(row)))
    return field.required || field.initial !== undefined ? [] : undefined;
  return rows.map((row) => {
    const value = readField(row, values, errors);
    if (value === undefined) errors[row.path] ??= row.kind === "file" ? noFile : noText;
    return value;
  });
}

const noFile = "Choose a file, or remove this.";
const noText = "Fill this in, or remove it.";

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Whether something stands in a control; what stands in the rows of a list is theirs. */
export const isFilled = (value: FormValue | undefined): boolean => Boolean(value) && !Array.isArray(value);

function readJson(field: FormField, raw: string, errors: Record<string, string>): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    errors[field.path] = "This is not valid JSON.";
    return undefined;
  }
}
