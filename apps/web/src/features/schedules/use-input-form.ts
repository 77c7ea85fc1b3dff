import { useMemo } from "react";
import type { Outputs } from "../../lib/trpc.js";
import type { FormState } from "../start/form-field.js";
import { readForm } from "../start/form-values.js";
import { checkInput, placeIssues } from "../start/issues.js";
import { fieldsOf, isFileList } from "../start/schema.js";
import { useUploads } from "../start/use-uploads.js";
import { useValues } from "../start/use-values.js";
import type { Problem } from "../../lib/errors.js";
import { focusFirstWrong } from "../../lib/focus-wrong.js";

type Workflow = Outputs["workflows"]["get"];

/**
 * The fields of a workflow's input, for a start that comes later: what is entered is checked, and nothing is started. Files are
 * not among them, since one is kept for one run only.
 */
export function useInputForm(workflow: Workflow, draftName: string, previous: unknown) {
  const fields = useMemo(
    () => fieldsOf(workflow.inputSchema).filter((field) => !isFileList(field)),
    [workflow.inputSchema],
  );
  const { values, errors, draft, setErrors, change, changeRows, moveRow } = useValues(
    fields,
    draftName,
    previous,
  );
  const uploads = useUploads();
  const form: FormState = {
    values,
    errors,
    uploads,
    change,
    changeRows,
    moveRow,
    // Workflows with files cannot be scheduled, and their forms are not shown.
    chooseFile: () => {},
  };
  return {
    fields,
    form,
    draft,
    /** The input, or null where something is wrong, which is shown then. */
    read(): Record<string, unknown> | null {
      const { input, errors: unreadable } = readForm(fields, values);
      const found = { ...checkInput(workflow.name, input, fields, values), ...unreadable };
      setErrors(found);
      focusFirstWrong();
      return Object.keys(found).length > 0 ? null : input;
    },
    /** Shows what the server has found. @returns what belongs to no field. */
    refuse({ issues, message }: Problem): string | null {
      const placed = placeIssues(issues, fields, values);
      setErrors(placed);
      focusFirstWrong();
      return Object.keys(placed).length > 0 ? (placed[""] ?? null) : message;
    },
  };
}
