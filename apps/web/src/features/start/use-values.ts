import { useState } from "react";
import { z } from "zod/mini";
import { useDraft } from "../drafts/use-draft.js";
import type { FormValue, FormValues } from "./form-values.js";
import { initialValues } from "./initial-values.js";
import type { FieldErrors } from "./issues.js";
import { changedRows, errorsAfter, goneRows, movedRow, type RowsChange, without } from "./rows.js";
import type { FormField, FormList } from "./schema.js";

const schema = z.record(z.string(), z.union([z.string(), z.boolean(), z.array(z.string())]));

/**
 * What stands in a form that is drawn from a schema, and what is wrong with it: no more, once it was changed.
 *
 * @param form names the form, as a draft of which it is kept
 */
export function useValues(fields: readonly FormField[], form: string, previous?: unknown) {
  const [values, setValues, draft] = useDraft<FormValues>({
    form,
    schema,
    begin: () => initialValues(fields, previous),
  });
  const [errors, setErrors] = useState<FieldErrors>({});
  const forget = (path: string) => setErrors((found) => errorsAfter(found, path));
  return {
    values,
    errors,
    draft,
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
