import type { z } from "zod";

/** What survives JSON unchanged. */
export type Json = z.core.util.JSONType;

/** Whether the value is what JSON can hold, as `z.json()` has it: that builds a schema each time, and takes its time. */
export function isJson(value: unknown): value is Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isJson);
      return isPlain(value) && Object.values(value).every(isJson);
    default:
      return false;
  }
}

/**
 * The first part of a value that JSON cannot hold, as in `"lines[2].at" is a Date`; null where there is none. Fields that are
 * undefined are none: JSON leaves them out.
 */
export function unlikeJson(value: unknown, path = ""): string | null {
  if (isJson(value)) return null;
  const named = path === "" ? "it" : `"${path}"`;
  if (Array.isArray(value)) return first(value.map((item, index) => [`${path}[${index}]`, item]));
  if (typeof value !== "object" || value === null) return `${named} is ${spelled(value)}`;
  if (!isPlain(value)) return `${named} is a ${value.constructor.name}`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return first(fields.map(([key, field]) => [path === "" ? key : `${path}.${key}`, field]));
}

function first(parts: readonly (readonly [string, unknown])[]): string | null {
  for (const [path, part] of parts) {
    const unlike = unlikeJson(part, path);
    if (unlike) return unlike;
  }
  return null;
}

function spelled(value: unknown): string {
  return typeof value === "number" || value === undefined ? String(value) : `a ${typeof value}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
