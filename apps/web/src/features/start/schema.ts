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
  readonly required: boolean;
  readonly initial: unknown;
  readonly example: string | null;
}

/** A part of a form, as a contract's JSON schema asks for it. */
export type FormField = FieldBase &
  (
    | { readonly kind: "text"; readonly maxLength: number | null }
    | {
        readonly kind: "number";
        readonly whole: boolean;
        readonly min: number | null;
        readonly max: number | null;
      }
    | { readonly kind: "choice"; readonly choices: readonly string[] }
    | { readonly kind: "flag" }
    | { readonly kind: "file"; readonly accept: readonly string[]; readonly maxBytes: number }
    | { readonly kind: "group"; readonly fields: readonly FormField[] }
    /** Of texts, numbers or choices; each entry is read as `item` says. */
    | { readonly kind: "list"; readonly item: ItemField; readonly most: number | null }
    /** What it looks like, as a hint. */
    | { readonly kind: "json"; readonly sketch: string }
  );

/** What an entry of a list is. Its path is the list's. */
export type ItemField = FormField & { readonly kind: "text" | "number" | "choice" };

/** The fields of an object's JSON schema (draft 2020-12, as zod writes it), in their order. */
export function fieldsOf(schema: unknown, parent = ""): FormField[] {
  const properties = asObject(asObject(schema)["properties"]);
  const required = new Set(asArray(asObject(schema)["required"]));
  return Object.entries(properties).map(([name, property]) =>
    fieldOf(name, parent ? `${parent}.${name}` : name, unwrapped(asObject(property)), required.has(name)),
  );
}

/** Whether a number is a share of a whole, which people write in per cent. */
export function isShare(field: FormField): boolean {
  return field.kind === "number" && !field.whole && field.min === 0 && field.max === 1;
}

/** Whether an input has a file in it, which is kept for one run only. */
export function hasFiles(fields: readonly FormField[]): boolean {
  return fields.some((field) => field.kind === "file" || (field.kind === "group" && hasFiles(field.fields)));
}

function fieldOf(name: string, path: string, schema: Json, required: boolean): FormField {
  const [example] = asArray(schema["examples"]);
  const base: FieldBase = {
    name,
    path,
    label: text(schema["title"]) ?? humanize(name),
    help: text(schema["description"]),
    required,
    initial: schema["default"],
    example: typeof example === "string" || typeof example === "number" ? String(example) : null,
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
      return { ...base, kind: "text", maxLength: number(schema["maxLength"]) };
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
        ? { ...base, kind: "list", item, most: number(schema["maxItems"]) }
        : { ...base, kind: "json", sketch: sketchOf(schema) };
    }
    default:
      return { ...base, kind: "json", sketch: sketchOf(schema) };
  }
}

/** What the entries of an array are; null where one of them does not fit into a line. */
function itemOf(name: string, path: string, array: Json): ItemField | null {
  const [examples] = asArray(array["examples"]);
  const schema = { examples: asArray(examples), ...asObject(array["items"]) };
  const item = fieldOf(name, path, schema, true);
  return item.kind === "text" || item.kind === "number" || item.kind === "choice" ? item : null;
}

/** A nullable field is drawn as what it is when it is not null. */
function unwrapped(schema: Json): Json {
  const options = asArray(schema["anyOf"]).map(asObject);
  const real = options.filter((option) => option["type"] !== "null");
  const [only] = real;
  return only && real.length === 1 ? { ...only, ...schema } : schema;
}

const asObject = (value: unknown): Json =>
  value && typeof value === "object" && !Array.isArray(value) ? (value as Json) : {};
const asArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
