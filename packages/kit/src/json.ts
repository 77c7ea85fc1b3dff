import type { z } from "zod";

/** What survives JSON unchanged. */
export type Json = z.core.util.JSONType;

/** Deeper than any result that a machine can do something with, and far from where a recursion runs out of stack. */
const deepest = 1_000;

/** Whether the value is what JSON can hold, as `z.json()` has it: that builds a schema each time, and takes its time. */
export function isJson(value: unknown): value is Json {
  return isJsonAt(value, 0);
}

function isJsonAt(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      if (value === null) return true;
      if (depth > deepest) return false;
      // By index: what looks at a list's items only passes its holes over, which JSON makes null.
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index += 1)
          if (!isJsonAt(value[index], depth + 1)) return false;
        return true;
      }
      return isPlain(value) && Object.values(value).every((field) => isJsonAt(field, depth + 1));
    default:
      return false;
  }
}

/** The objects around a part of a value, outermost first, and where each stands. */
type Around = readonly (readonly [object, string])[];

/**
 * The first part of a value that JSON cannot hold, as in `"lines[2].at" is a Date`; null where there is none. Fields that are
 * undefined are none: JSON leaves them out.
 */
export function unlikeJson(value: unknown): string | null {
  return unlikeJsonAt(value, "", []);
}

function unlikeJsonAt(value: unknown, path: string, around: Around): string | null {
  if (around.length === 0 && isJson(value)) return null;
  if (typeof value !== "object" || value === null)
    return isJson(value) ? null : `${quoted(path)} is ${spelled(value)}`;
  const again = around.find(([object]) => object === value);
  if (again) return `${quoted(path)} leads back to ${quoted(again[1])}`;
  if (around.length > deepest)
    return `${quoted(path.slice(0, 200))} is nested more than ${deepest} levels deep`;
  const within: Around = [...around, [value, path]];
  if (Array.isArray(value))
    return first(
      Array.from(value, (item: unknown, index) => [`${path}[${index}]`, item]),
      within,
    );
  if (!isPlain(value)) return `${quoted(path)} is a ${value.constructor?.name || "class instance"}`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return first(
    fields.map(([key, field]) => [path === "" ? key : `${path}.${key}`, field]),
    within,
  );
}

function first(parts: readonly (readonly [string, unknown])[], around: Around): string | null {
  for (const [path, part] of parts) {
    const unlike = unlikeJsonAt(part, path, around);
    if (unlike) return unlike;
  }
  return null;
}

function quoted(path: string): string {
  return path === "" ? "it" : `"${path}"`;
}

function spelled(value: unknown): string {
  return typeof value === "number" || value === undefined ? String(value) : `a ${typeof value}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
