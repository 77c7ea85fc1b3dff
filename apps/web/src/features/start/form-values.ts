import { type FormField, isShare } from "./schema.js";

/** What stands in the controls, by dotted path: texts as typed, files as artifact ids. */
export type FormValues = Readonly<Record<string, string | boolean>>;

/** The controls' first content: the contract's defaults, or `previous`, the input of an earlier run. */
export function initialValues(fields: readonly FormField[], previous?: unknown): FormValues {
  const values: Record<string, string | boolean> = {};
  for (const field of fields) fill(values, field, valueAt(previous, field.name));
  return values;
}

function fill(values: Record<string, string | boolean>, field: FormField, previous: unknown): void {
  // An uploaded file belongs to the run it was uploaded for.
  if (field.kind === "file") return;
  const value = previous ?? field.initial;
  if (field.kind === "group") {
    for (const child of field.fields) fill(values, child, valueAt(value, child.name));
  } else if (value !== undefined && value !== null) {
    values[field.path] = written(field, value);
  }
}

function written(field: FormField, value: unknown): string | boolean {
  if (field.kind === "flag") return value === true;
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
    return Object.keys(inner).length > 0 || field.required ? inner : undefined;
  }
  const raw = values[field.path];
  if (field.kind === "flag") return raw === true ? true : field.required ? false : undefined;
  if (typeof raw !== "string" || raw.trim() === "") return undefined;
  if (field.kind === "number") return readNumber(field, raw, errors);
  if (field.kind === "json") return readJson(field, raw, errors);
  return raw;
}

function readNumber(field: FormField, raw: string, errors: Record<string, string>): number | undefined {
  const value = Number(raw);
  if (Number.isFinite(value)) return isShare(field) ? rounded(value / 100) : value;
  errors[field.path] = "Enter a number.";
  return undefined;
}

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
