import { useState } from "react";
import type { FormValue, FormValues } from "./form-values.js";
import { initialValues } from "./initial-values.js";
import type { FieldErrors } from "./issues.js";
import { changedRows, errorsAfter, goneRows, movedRow, type RowsChange, without } from "./rows.js";
import type { FormField, FormList } from "./schema.js";

/** What stands in a form that is drawn from a schema, and what is wrong with it: no more, once it was changed. */
export function useValues(fields: readonly FormField[], previous?: unknown) {
  const [values, setValues] = useState<FormValues>(() => initialValues(fields, previous));
  const [errors, setErrors] = useState<FieldErrors>({});
  const forget = (path: string) => setErrors((found) => errorsAfter(found, path));
  return {
    values,
    errors,
    setErrors,
    forget,
    change(path: string, value: FormValue): void {
      setValues((all) => ({ ...all, [path]: value }));
      forget(path);
    },
    changeRows(field: FormList, change: RowsChange): void {
      const gone = goneRows(field, values, change);
      setValues((all) => changedRows(field, all, change));
      setErrors((found) => without(errorsAfter(found, field.path), gone));
    },
    moveRow(field: FormList, from: number, to: number): void {
      setValues((all) => movedRow(field, all, from, to));
      forget(field.path);
    },
  };
}
