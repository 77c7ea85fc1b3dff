import { Button } from "../../components/ui/button.js";
import { Notice } from "../../components/ui/notice.js";
import type { Outputs } from "../../lib/trpc.js";
import { DraftNotice } from "../drafts/draft-notice.js";
import { ContractField } from "./form-field.js";
import { hadFiles } from "./initial-values.js";
import { takesFiles } from "./schema.js";
import { MoreOptions } from "./more-options.js";
import { RunAtOnce } from "./run-at-once.js";
import { useStartForm } from "./use-start-form.js";

interface StartFormProps {
  workflow: Outputs["workflows"]["get"];
  /** The input of an earlier run, to begin with. */
  previous: unknown;
  /** That run. */
  from?: string | undefined;
  submitLabel?: string;
}

/** The form of one workflow, drawn from its contract. While it is sent, the run is shown already. */
export function StartForm({ workflow, previous, from, submitLabel = "Start" }: StartFormProps) {
  const { fields, form, options, draft, phase, onSubmit } = useStartForm(workflow, previous, from);
  if (phase === "starting")
    return <RunAtOnce workflow={workflow} name={String(form.values["name"] ?? workflow.title)} />;
  const general = form.errors[""];
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-5">
      {general && (
        <Notice role="alert" look="bad" title="The run was not started">
          {general}
        </Notice>
      )}
      <DraftNotice draft={draft} withFiles={takesFiles(fields)} />
      {previous !== undefined && !draft.restored && (
        <Notice look="info">
          Filled in from the earlier run.{hadFiles(fields, previous) && " Choose its files again."}
        </Notice>
      )}
      {fields.map((field) => (
        <ContractField key={field.path} field={field} form={form} />
      ))}
      <MoreOptions options={options} withPriority={!fields.some(({ name }) => name === "priority")} />
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary">
          {submitLabel}
        </Button>
        <p role="status" className="text-ink-soft">
          {phase === "uploading" && "Starts as soon as the upload is done."}
        </p>
      </div>
    </form>
  );
}
