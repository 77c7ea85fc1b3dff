import { type FormField, isShare } from "./schema.js";

/** What stands in a control: a text as typed, of a list the texts of its rows. */
export type FormValue = string | boolean | readonly string[];

/** What stands in the controls, by dotted path; of files the artifact ids. */
export type FormValues = Readonly<Record<string, FormValue>>;

/** The controls' first content: the contract's defaults, or `previous`, the input of an earlier run. */
export function initialValues(fields: readonly FormField[], previous?: unknown): FormValues {
  const values: Record<string, FormValue> = {};
  for (const field of fields) fill(values, field, valueAt(previous, field.name));
  return values;
}

function fill(values: Record<string, FormValue>, field: FormField, previous: unknown): void {
  // An uploaded file belongs to the run it was uploaded for.
  if (field.kind === "file") return;
  const value = previous ?? field.initial;
  if (field.kind === "group") {
    for (const child of field.fields) fill(values, child, valueAt(value, child.name));
  } else if (value !== undefined && value !== null) {
    values[field.path] = written(field, value);
  }
}

function written(field: FormField, value: unknown): FormValue {
  if (field.kind === "flag") return value === true;
  if (field.kind === "list") return Array.isArray(value) ? value.map((one) => text(field.item, one)) : [];
  return text(field, value);
}

function text(field: FormField, value: unknown): string {
  if (field.kind === "json") return JSON.stringify(value, null, 2);
  if (isShare(field) && typeof value === "number") return String(rounded(value * 100));
  return String(value);
}

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
  const raw = values[field.path];
  if (field.kind === "list") return readList(field, raw, errors);
  if (field.kind === "flag") return raw === true ? true : field.required ? false : undefined;
  if (typeof raw !== "string" || raw.trim() === "") return undefined;
  if (field.kind === "number") return readNumber(field, raw, errors, field.path);
  if (field.kind === "json") return readJson(field, raw, errors);
  return raw;
}

function readNumber(
  field: FormField,
  raw: string,
  errors: Record<string, string>,
  place: string,
): number | undefined {
  const value = Number(raw);
  if (Number.isFinite(value)) return isShare(field) ? rounded(value / 100) : value;
  errors[place] = "Enter a number.";
  return undefined;
}

/** Each row is an entry. Where all are empty there is no list, or an empty one where the contract would not leave it so. */
function readList(
  { item, path, required, initial }: FormField & { kind: "list" },
  raw: FormValue | undefined,
  errors: Record<string, string>,
): unknown {
  const rows = Array.isArray(raw) ? (raw as readonly string[]) : [];
  if (rows.every((row) => row.trim() === "")) return required || initial !== undefined ? [] : undefined;
  return rows.map((row, index) => {
    const place = `${path}.${index}`;
    if (row.trim() === "") errors[place] = "Fill this in, or remove it.";
    else if (item.kind === "number") return readNumber(item, row, errors, place);
    return row;
  });
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Whether something stands in a control. */
export const isFilled = (value: FormValue | undefined): boolean =>
  Array.isArray(value) ? value.some((row) => row !== "") : Boolean(value);

function readJson(field: FormField, raw: string, errors: Record<string, string>): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    errors[field.path] = "This is not valid JSON.";
    return undefined;
  }
}

/** Without the noise that dividing and multiplying by 100 leaves. */
const rounded = (value: number): number => Number(value.toPrecision(12));

function valueAt(object: unknown, key: string): unknown {
  return object && typeof object === "object" ? (object as Record<string, unknown>)[key] : undefined;
}
