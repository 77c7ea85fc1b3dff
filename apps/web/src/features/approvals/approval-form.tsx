import type { Approval } from "@longhaul/kit";
import { type FormEvent, useMemo } from "react";
import { Button } from "../../components/ui/button.js";
import { Notice } from "../../components/ui/notice.js";
import type { Problem } from "../../lib/errors.js";
import { DraftNotice } from "../drafts/draft-notice.js";
import { ContractField, type FormState } from "../start/form-field.js";
import { readForm } from "../start/form-values.js";
import { placeIssues } from "../start/issues.js";
import { fieldsOf, takesFiles } from "../start/schema.js";
import { useUploads } from "../start/use-uploads.js";
import { useValues } from "../start/use-values.js";
import { useDecide } from "./use-decide.js";

/** The form of a decision, drawn from its JSON schema. It can be sent once; of two people the quicker one counts. */
export function ApprovalForm({ approval, onChanged }: { approval: Approval; onChanged: () => void }) {
  // Postgres keeps no order of an object's keys: what is needed comes first.
  const fields = useMemo(
    () => fieldsOf(approval.form).sort((a, b) => Number(b.required) - Number(a.required)),
    [approval.form],
  );
  const { values, errors, setErrors, change, changeRows, moveRow, draft } = useValues(
    fields,
    `approval ${approval.id}`,
  );
  const uploads = useUploads();
  const { decide, pending, problem } = useDecide(approval, onChanged, {
    onDecided: draft.forget,
    onRefused: (refused) => setErrors(placeIssues(decisionIssues(refused), fields, values)),
  });
  const form: FormState = {
    values,
    errors,
    uploads,
    change,
    changeRows,
    moveRow,
    chooseFile: (field, file) => uploads.add(field.path, file),
  };
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const files = await uploads.settle();
    const { input, errors: unreadable } = readForm(fields, { ...values, ...files });
    setErrors(unreadable);
    if (Object.keys(unreadable).length > 0) return;
    decide(input);
  }
  const placed = Object.keys(errors).some((path) => path !== "");
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
      <DraftNotice draft={draft} withFiles={takesFiles(fields)} />
      {problem && !placed && (
        <Notice role="alert" look="bad">
          {problem.message}
        </Notice>
      )}
      {fields.map((field) => (
        <ContractField key={field.path} field={field} form={form} />
      ))}
      <Button type="submit" look="primary" className="justify-self-start" disabled={pending}>
        {pending ? "Sending..." : "Decide"}
      </Button>
    </form>
  );
}

function decisionIssues({ issues }: Problem) {
  return issues.map(({ path, message }) => ({
    path: path[0] === "decision" ? path.slice(1) : path,
    message,
  }));
}
