import type { FormValue, FormValues } from "./form-values.js";
import { fill } from "./initial-values.js";
import type { FieldErrors } from "./issues.js";
import { isLine, type FormList, rowOf } from "./schema.js";

/** A change of a list: from the row `at` on so many are taken out, and others put in, each with a value or without. */
export interface RowsChange {
  readonly at: number;
  readonly remove: number;
  readonly insert: readonly unknown[];
}

/** The ids of the rows that a list shows, from top to bottom: of lines there is always one to write in. */
export function rowsOf(field: FormList, values: FormValues): readonly string[] {
  const ids = values[field.path];
  const given = typeof ids === "object" ? ids : [];
  return given.length === 0 && isLine(field.item) ? ["0"] : given;
}

/** Whether a path is that of a field, or of one inside it. */
export const isWithin = (path: string, outer: string): boolean =>
  path === outer || path.startsWith(`${outer}.`);

export function changedRows(field: FormList, values: FormValues, change: RowsChange): FormValues {
  const { at, remove, insert } = change;
  const ids = rowsOf(field, values);
  const next = Math.max(0, ...ids.map(Number)) + 1;
  const come = insert.map((_, index) => String(next + index));
  const changed: Record<string, FormValue> = without(values, goneRows(field, values, change));
  changed[field.path] = [...ids.slice(0, at), ...come, ...ids.slice(at + remove)];
  for (const [index, id] of come.entries()) fill(changed, rowOf(field, id), insert[index]);
  return changed;
}

/** The paths of the rows that a change takes out. */
export function goneRows(field: FormList, values: FormValues, { at, remove }: RowsChange): readonly string[] {
  return rowsOf(field, values)
    .slice(at, at + remove)
    .map((id) => rowOf(field, id).path);
}

/** What is left of values or errors by path once the fields at some paths are gone, with all that is inside them. */
export function without<T>(all: Readonly<Record<string, T>>, gone: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([path]) => !gone.some((one) => isWithin(path, one))));
}

/** A list whose row `from` stands at `to`. */
export function movedRow(field: FormList, values: FormValues, from: number, to: number): FormValues {
  const ids = [...rowsOf(field, values)];
  ids.splice(to, 0, ...ids.splice(from, 1));
  return { ...values, [field.path]: ids };
}

/** What is still wrong once something else stands in a field: nothing with it, nor with what it is a part of. */
export function errorsAfter(errors: FieldErrors, path: string): FieldErrors {
  return Object.fromEntries(
    Object.entries(errors).filter(([place]) => place === "" || !isWithin(path, place)),
  );
}
