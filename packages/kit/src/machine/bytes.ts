import { z } from "zod";

/** How large a value of a schema can be as JSON, in bytes; Infinity, and where, when the schema does not say. */
export interface Bytes {
  readonly most: number;
  readonly least: number;
  /** The first part without a bound, like "cues[].text". */
  readonly unbounded: string | null;
}

const fixed = (most: number, least = 1): Bytes => ({ most, least, unbounded: null });
const endless = (path: string, least = 0): Bytes => ({ most: Infinity, least, unbounded: path || "it" });

/** Of text: UTF-8 takes up to 3 bytes for each UTF-16 unit. */
const bytesPerUnit = 3;
/** Texts whose format bounds them. */
const formats: Readonly<Record<string, Bytes>> = {
  uuid: fixed(38, 38),
  guid: fixed(38, 38),
  datetime: fixed(42, 12),
  date: fixed(12, 12),
  time: fixed(24, 7),
  email: fixed(322, 5),
  ipv4: fixed(17, 9),
  ipv6: fixed(47, 4),
  sha256_hex: fixed(66, 66),
};
const nested = 12;

/** What zod schemas bound: `.max()` on texts and lists, enums, formats of a known length. */
export function bytesOf(schema: unknown, path = "", depth = 0): Bytes {
  if (!(schema instanceof z.ZodType) || depth > nested) return endless(path);
  // A declared size, of atMostBytes. A file field's is the file's: it is a text of known length anyway.
  const declared = schema instanceof z.ZodStringFormat ? undefined : schema.meta()?.["maxBytes"];
  if (typeof declared === "number") return fixed(declared);
  const inside = (part: unknown, at = path) => bytesOf(part, at, depth + 1);
  if (schema instanceof z.ZodOptional) return { ...inside(schema.unwrap()), least: 0 };
  if (schema instanceof z.ZodNullable) {
    const { most, unbounded } = inside(schema.unwrap());
    return { most: Math.max(4, most), least: 0, unbounded };
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodReadonly) return inside(schema.unwrap());
  if (schema instanceof z.ZodPipe) return inside(schema.out);
  if (schema instanceof z.ZodStringFormat || schema instanceof z.ZodString) return textBytes(schema, path);
  if (schema instanceof z.ZodNumber) return fixed(25);
  if (schema instanceof z.ZodBoolean) return fixed(5, 4);
  if (schema instanceof z.ZodNull) return fixed(4, 4);
  if (schema instanceof z.ZodEnum) return constants(schema.options);
  if (schema instanceof z.ZodLiteral) return constants([...schema.values]);
  if (schema instanceof z.ZodArray) {
    const item = inside(schema.element, `${path}[]`);
    const count = countOf(schema);
    if (count === Infinity) return endless(path, 2);
    return { most: 2 + count * (item.most + 1), least: 2, unbounded: item.unbounded };
  }
  if (schema instanceof z.ZodObject) return objectBytes(schema, path, depth);
  if (schema instanceof z.ZodUnion) {
    return widest(schema.options.map((option) => inside(option)));
  }
  return endless(path);
}

/** The most items of a list that its schema allows. */
export function countOf(schema: unknown): number {
  if (schema instanceof z.ZodReadonly || schema instanceof z.ZodDefault) return countOf(schema.unwrap());
  return schema instanceof z.ZodArray ? limitOf(schema) : Infinity;
}

function limitOf(schema: z.ZodType): number {
  const checks = (schema._zod.def as { checks?: readonly { _zod: { def: object } }[] }).checks ?? [];
  const limits = checks.map(({ _zod: { def } }) => {
    if ("maximum" in def) return Number(def.maximum);
    return "length" in def ? Number(def.length) : Infinity;
  });
  return Math.min(Infinity, ...limits);
}

function textBytes(schema: z.ZodType, path: string): Bytes {
  const limit = limitOf(schema);
  if (limit !== Infinity) return fixed(2 + bytesPerUnit * limit, 2);
  const { format } = schema._zod.def as { format?: string };
  return (format === undefined ? undefined : formats[format]) ?? patternBytes(schema) ?? endless(path, 2);
}

/** A pattern from ^ to $ without open repetitions is no longer than what is written in it, repeated. */
function patternBytes(schema: z.ZodType): Bytes | undefined {
  const checks = (schema._zod.def as { checks?: readonly { _zod: { def: object } }[] }).checks ?? [];
  for (const { def } of checks.map(({ _zod }) => _zod)) {
    if (!("pattern" in def) || !(def.pattern instanceof RegExp)) continue;
    const { source } = def.pattern;
    if (!/^\^.*\$$/.test(source) || /[*+|]|,\}/.test(source)) continue;
    const times = [...source.matchAll(/\{(?:\d+,)?(\d+)\}/g)].map(([, most]) => Number(most));
    return fixed(
      2 +
        bytesPerUnit *
          source.length *
          Math.max(
            1,
            times.reduce((product, n) => product * n, 1),
          ),
      2,
    );
  }
  return undefined;
}

function constants(values: readonly unknown[]): Bytes {
  const sizes = values.map((value) => Buffer.byteLength(JSON.stringify(value) ?? ""));
  return fixed(Math.max(...sizes), Math.min(...sizes));
}

function objectBytes(schema: z.ZodObject, path: string, depth: number): Bytes {
  const { catchall } = schema._zod.def;
  if (catchall && !(catchall instanceof z.ZodNever)) return endless(path);
  const parts = Object.entries(schema.shape).map(([key, part]) => {
    const bytes = bytesOf(part, path === "" ? key : `${path}.${key}`, depth + 1);
    const name = Buffer.byteLength(JSON.stringify(key)) + 2;
    return { ...bytes, most: bytes.most + name, least: bytes.least === 0 ? 0 : bytes.least + name };
  });
  return together(parts, 2);
}

/** Of parts that stand side by side. */
export function together(parts: readonly Bytes[], around = 0): Bytes {
  return {
    most: parts.reduce((sum, { most }) => sum + most, around),
    least: parts.reduce((sum, { least }) => sum + least, around),
    unbounded: parts.find(({ unbounded }) => unbounded !== null)?.unbounded ?? null,
  };
}

/** Of parts of which one stands. */
export function widest(parts: readonly Bytes[]): Bytes {
  return {
    most: Math.max(0, ...parts.map(({ most }) => most)),
    least: Math.min(...parts.map(({ least }) => least)),
    unbounded: parts.find(({ unbounded }) => unbounded !== null)?.unbounded ?? null,
  };
}

export function constantBytes(value: unknown): Bytes {
  const size = Buffer.byteLength(JSON.stringify(value) ?? "");
  return fixed(size, size);
}

/** The schema of a field of a value, as far as the value's schema tells. */
export function fieldSchema(schema: unknown, name: string): unknown {
  if (schema instanceof z.ZodObject)
    return Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
  if (schema instanceof z.ZodUnion) {
    const found = schema.options
      .map((option) => fieldSchema(option, name))
      .filter((part) => part !== undefined);
    return found.length > 1 ? z.union(found as z.ZodType[]) : found[0];
  }
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  ) {
    return fieldSchema(schema.unwrap(), name);
  }
  return schema instanceof z.ZodPipe ? fieldSchema(schema.out, name) : undefined;
}

/** The schema of a list's items. */
export function itemSchema(schema: unknown): unknown {
  if (schema instanceof z.ZodReadonly || schema instanceof z.ZodDefault) return itemSchema(schema.unwrap());
  return schema instanceof z.ZodArray ? schema.element : undefined;
}
