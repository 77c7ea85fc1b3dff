import { useState } from "react";
import { type FormValue, type FormValues, initialValues } from "./form-values.js";
import type { FieldErrors } from "./issues.js";
import { changedRows, errorsAfter, type RowsChange, rowsOf } from "./rows.js";
import type { FormField } from "./schema.js";

/** What stands in a form that is drawn from a schema, and what is wrong with it: no more, once it was changed. */
export function useValues(fields: readonly FormField[], previous?: unknown) {
  const [values, setValues] = useState<FormValues>(() => initialValues(fields, previous));
  const [errors, setErrors] = useState<FieldErrors>({});
  return {
    values,
    errors,
    setErrors,
    forget(path: string): void {
      setErrors(({ [path]: _, ...rest }) => rest);
    },
    change(path: string, value: FormValue): void {
      setValues((all) => ({ ...all, [path]: value }));
      setErrors(({ [path]: _, ...rest }) => rest);
    },
    changeRows(path: string, change: RowsChange): void {
      setValues((all) => ({ ...all, [path]: changedRows(rowsOf(all[path]), change) }));
      setErrors((found) => errorsAfter(found, path, change));
    },
  };
}
