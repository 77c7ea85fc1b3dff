import { humanize } from "../../lib/format.js";
import { sketchOf } from "./sketch.js";

type Json = Record<string, unknown>;

interface FieldBase {
  /** The key in the object it belongs to. */
  readonly name: string;
  /** Dotted path from the input, which also names the form's control. */
  readonly path: string;
  readonly label: string;
  readonly help: string | null;
  /** Whether it has to be filled in. */
  readonly required: boolean;
  /** Whether the contract wants null where nothing is filled in. */
  readonly orNull: boolean;
  readonly initial: unknown;
  readonly example: string | null;
}

/** A part of a form, as a contract's JSON schema asks for it. */
export type FormField = FieldBase &
  /** A long one has more than a line. */
  (
    | { readonly kind: "text"; readonly long: boolean }
    | {
        readonly kind: "number";
        readonly whole: boolean;
        readonly min: number | null;
        readonly max: number | null;
      }
    | { readonly kind: "choice"; readonly choices: readonly string[] }
    /** A day, or a moment where there is a time in it. */
    | { readonly kind: "date"; readonly time: boolean }
    | { readonly kind: "flag" }
    | { readonly kind: "file"; readonly accept: readonly string[]; readonly maxBytes: number }
    | { readonly kind: "group"; readonly fields: readonly FormField[] }
    /** Each entry is read as `item` says, whose path is the list's. */
    | {
        readonly kind: "list";
        readonly item: ItemField;
        readonly least: number;
        readonly most: number | null;
      }
    /** What it looks like, as a hint. */
    | { readonly kind: "json"; readonly sketch: string }
  );

export type FormList = FormField & { readonly kind: "list" };

/** What fits into a line. */
export type LineField = FormField & { readonly kind: "text" | "number" | "choice" | "date" };

/** What an entry of a list is: a line, a file, or an object of what has a control of its own. */
export type ItemField = LineField | (FormField & { readonly kind: "file" | "group" });

const lines: readonly string[] = ["text", "number", "choice", "date"];

export const isLine = (field: FormField): field is LineField => lines.includes(field.kind);

/** The field of one entry of a list. `id` tells it from the others wherever it stands among them. */
export function rowOf({ item, path }: FormList, id: string): ItemField {
  const at = `${path}.${id}`;
  if (item.kind !== "group") return { ...item, path: at };
  return {
    ...item,
    path: at,
    fields: item.fields.map((field) => ({ ...field, path: `${at}.${field.name}` })),
  };
}

/** Texts that may be as long as this are written in more than a line. */
const longText = 300;

/** The fields of an object's JSON schema (draft 2020-12, as zod writes it), in their order. */
export function fieldsOf(schema: unknown, parent = ""): FormField[] {
  const properties = asObject(asObject(schema)["properties"]);
  const required = new Set(asArray(asObject(schema)["required"]));
  const example = asObject(asArray(asObject(schema)["examples"])[0]);
  return Object.entries(properties).map(([name, property]) => {
    const path = parent ? `${parent}.${name}` : name;
    const { nullable, ...known } = unwrapped(asObject(property));
    const own = { ...(name in example && { examples: [example[name]] }), ...known };
    const field = fieldOf(name, path, own, required.has(name) && !nullable);
    return nullable && required.has(name) ? { ...field, orNull: true } : field;
  });
}

/** Whether a number is a share of a whole, which people write in per cent. */
export function isShare(field: FormField): boolean {
  return field.kind === "number" && !field.whole && field.min === 0 && field.max === 1;
}

export const isFileList = (field: FormField): boolean => field.kind === "list" && field.item.kind === "file";

/** Whether a field may stay empty: a default that is empty is nothing to fill in. */
export function isOptional({ required, initial }: FormField): boolean {
  const nothing = initial === "" || (Array.isArray(initial) && initial.length === 0);
  return !required && (initial === undefined || nothing);
}

/** Whether an input is not without a file, which is kept for one run only: a list of files may be empty. */
export function hasFiles(fields: readonly FormField[]): boolean {
  return fields.some((field) => {
    if (field.kind === "list")
      return isFileList(field) ? field.required && field.least > 0 : hasFiles([field.item]);
    return field.kind === "file" || (field.kind === "group" && hasFiles(field.fields));
  });
}

/** Whether there is a place for a file anywhere among them. */
export function takesFiles(fields: readonly FormField[]): boolean {
  return fields.some((field) => {
    if (field.kind === "group") return takesFiles(field.fields);
    return field.kind === "file" || (field.kind === "list" && takesFiles([field.item]));
  });
}

function fieldOf(name: string, path: string, schema: Json, required: boolean): FormField {
  const [example] = asArray(schema["examples"]);
  const base: FieldBase = {
    name,
    path,
    label: text(schema["title"]) ?? humanize(name),
    help: text(schema["description"]),
    required,
    orNull: false,
    initial: schema["default"],
    example: typeof example === "number" ? String(example) : text(example) || null,
  };
  const choices = asArray(schema["enum"]);
  if (schema["format"] === "longhaul-artifact") {
    const accept = asArray(schema["accept"]).filter((item) => typeof item === "string");
    return { ...base, kind: "file", accept, maxBytes: number(schema["maxBytes"]) ?? Infinity };
  }
  if (choices.length > 0 && choices.every((choice) => typeof choice === "string")) {
    return { ...base, kind: "choice", choices };
  }
  switch (schema["type"]) {
    case "string":
      if (schema["format"] === "date" || schema["format"] === "date-time")
        return { ...base, kind: "date", time: schema["format"] === "date-time" };
      return { ...base, kind: "text", long: (number(schema["maxLength"]) ?? 0) >= longText };
    case "number":
    case "integer": {
      const whole = schema["type"] === "integer";
      return {
        ...base,
        kind: "number",
        whole,
        min: number(schema["minimum"]),
        max: number(schema["maximum"]),
      };
    }
    case "boolean":
      return { ...base, kind: "flag" };
    case "object": {
      const fields = fieldsOf(schema, path);
      return fields.length > 0
        ? { ...base, kind: "group", fields }
        : { ...base, kind: "json", sketch: sketchOf(schema) };
    }
    case "array": {
      const item = itemOf(name, path, schema);
      return item
        ? {
            ...base,
            kind: "list",
            item,
            least: number(schema["minItems"]) ?? 0,
            most: number(schema["maxItems"]),
          }
        : { ...base, kind: "json", sketch: sketchOf(schema) };
    }
    default:
      return { ...base, kind: "json", sketch: sketchOf(schema) };
  }
}

/** What the entries of an array are; null where something in them has no control of its own. */
function itemOf(name: string, path: string, array: Json): ItemField | null {
  const [examples] = asArray(array["examples"]);
  const { nullable, ...known } = unwrapped(asObject(array["items"]));
  if (nullable) return null;
  const schema = { examples: asArray(examples), ...known };
  const item = fieldOf(name, path, schema, true);
  if (isLine(item) || item.kind === "file") return item;
  const simple = (field: FormField) => isLine(field) || field.kind === "flag" || field.kind === "file";
  return item.kind === "group" && item.fields.every(simple) ? item : null;
}

/** A nullable field is drawn as what it is when it is not null. zod says so by a list of types, or of schemas. */
function unwrapped({ type, ...schema }: Json): Json & { nullable: boolean } {
  const types = asArray(type).map((one) => ({ type: one }));
  const options = types.length > 0 ? types : asArray(schema["anyOf"]).map(asObject);
  const real = options.filter((option) => option["type"] !== "null");
  const nullable = real.length < options.length;
  const [only] = real.length === 1 ? real : [];
  return { ...(only ?? (type === undefined ? {} : { type })), ...schema, nullable };
}

const asObject = (value: unknown): Json =>
  value && typeof value === "object" && !Array.isArray(value) ? (value as Json) : {};
const asArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
