import type { FormValue } from "./form-values.js";
import type { FieldErrors } from "./issues.js";

/** A change of a list: from the row `at` on so many are taken out, and others put in. */
export interface RowsChange {
  readonly at: number;
  readonly remove: number;
  readonly insert: readonly string[];
}

/** The rows that a list shows: there is always one to write in. */
export function rowsOf(value: FormValue | undefined): readonly string[] {
  return Array.isArray(value) && value.length > 0 ? (value as readonly string[]) : [""];
}

export function changedRows(rows: readonly string[], { at, remove, insert }: RowsChange): readonly string[] {
  return [...rows.slice(0, at), ...insert, ...rows.slice(at + remove)];
}

/** What is still wrong after a change of the list at `path`: each error stays with its row. */
export function errorsAfter(errors: FieldErrors, path: string, change: RowsChange): FieldErrors {
  const { at, remove, insert } = change;
  return Object.fromEntries(
    Object.entries(errors).flatMap(([place, message]) => {
      if (place === path) return [];
      const row = place.startsWith(`${path}.`) ? Number(place.slice(path.length + 1)) : -1;
      if (row < at) return [[place, message]];
      return row < at + remove ? [] : [[`${path}.${row - remove + insert.length}`, message]];
    }),
  );
}
