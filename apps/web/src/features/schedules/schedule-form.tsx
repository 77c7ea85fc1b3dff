import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { z } from "zod/mini";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Field } from "../../components/ui/field.js";
import { Input } from "../../components/ui/input.js";
import { Notice } from "../../components/ui/notice.js";
import { toProblem } from "../../lib/errors.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { DraftNotice } from "../drafts/draft-notice.js";
import { together, useDraft } from "../drafts/use-draft.js";
import { ContractField } from "../start/form-field.js";
import { hasFiles } from "../start/schema.js";
import { useInputForm } from "./use-input-form.js";
import { type When, WhenFields } from "./when-fields.js";

interface ScheduleFormProps {
  workflow: Outputs["workflows"]["get"];
  /** Null makes a new one. */
  schedule: Outputs["schedules"]["get"] | null;
  /** The input to begin with. */
  input: unknown;
  /** The run that has it. */
  from?: string | undefined;
}

interface NamedTimes extends When {
  name: string;
}

const namedTimesSchema = z.object({ name: z.string(), cron: z.string(), timezone: z.string() });

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What is started, and when. */
export function ScheduleForm({ workflow, schedule, input: previous, from }: ScheduleFormProps) {
  const draftName = `schedule ${schedule?.id ?? `${workflow.name} ${from ?? ""}`}`;
  const [{ name, ...when }, setTimes, times] = useDraft<NamedTimes>({
    form: draftName,
    schema: namedTimesSchema,
    begin: () => ({
      name: schedule?.name ?? workflow.title,
      cron: schedule?.cron ?? "0 9 * * 1-5",
      timezone: schedule?.timezone ?? here,
    }),
  });
  const change = (part: Partial<NamedTimes>) => setTimes((all) => ({ ...all, ...part }));
  const {
    fields,
    form,
    draft: inputs,
    read,
    refuse,
  } = useInputForm(workflow, `${draftName} input`, previous);
  const draft = together(times, inputs);
  const [general, setGeneral] = useState<string | null>(null);
  const utils = trpc.useUtils();
  const navigate = useNavigate();
  const save = trpc.schedules.save.useMutation({
    onSuccess: async () => {
      draft.forget();
      await utils.schedules.invalidate();
      await navigate({ to: "/schedules" });
    },
    onError: (error) => setGeneral(refuse(toProblem(error))),
  });
  if (hasFiles(fields)) {
    return (
      <EmptyState title={`"${workflow.title}" cannot be repeated by a schedule`}>
        Each of its runs needs a file, which is uploaded for one run.
      </EmptyState>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setGeneral(null);
    const input = read();
    if (input === null || save.isPending) return;
    save.mutate({ id: schedule?.id, name, workflow: workflow.name, input, ...when });
  };
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      {general && (
        <Notice role="alert" look="bad" title="The schedule was not saved">
          {general}
        </Notice>
      )}
      <DraftNotice draft={draft} />
      <Field label="Name" required>
        {(control) => (
          <Input
            {...control}
            name="schedule-name"
            maxLength={100}
            value={name}
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      <WhenFields when={when} onChange={change} />
      <fieldset className="grid gap-5 rounded-lg border bg-surface p-4">
        <legend className="px-1 font-medium">What each run is started with</legend>
        {fields.map((field) => (
          <ContractField key={field.path} field={field} form={form} />
        ))}
      </fieldset>
      <p className="text-sm text-ink-soft">
        Its runs are started in your name, for as long as you may start runs here.
      </p>
      <div>
        <Button type="submit" look="primary" disabled={save.isPending}>
          {save.isPending ? "Saving..." : "Save"}
        </Button>
      </div>
    </form>
  );
}
