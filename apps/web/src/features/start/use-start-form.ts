import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useMemo, useState } from "react";
import { currentTime } from "../../lib/clock.js";
import { toProblem } from "../../lib/errors.js";
import { focusFirstWrong } from "../../lib/focus-wrong.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { together, useDraft } from "../drafts/use-draft.js";
import type { FormState } from "./form-field.js";
import { readForm } from "./form-values.js";
import { checkInput, type FieldErrors, placeIssues } from "./issues.js";
import { type FormField, fieldsOf } from "./schema.js";
import type { OptionsState } from "./more-options.js";
import {
  noOptions,
  type OptionErrors,
  type OptionTexts,
  optionTextsSchema,
  readOptions,
} from "./start-options.js";
import { createKeys, startRun } from "./start-run.js";
import { useUploads } from "./use-uploads.js";
import { useValues } from "./use-values.js";

type Workflow = Outputs["workflows"]["get"];
export type Phase = "editing" | "uploading" | "starting";

/**
 * The state of a start form. In the phase "starting" the run is shown already, before the server answers.
 *
 * @param from the earlier run whose input it begins with
 */
export function useStartForm(workflow: Workflow, previous: unknown, from: string | undefined) {
  const fields = useMemo(() => fieldsOf(workflow.inputSchema), [workflow.inputSchema]);
  const name = `start ${workflow.name} ${from ?? ""}`;
  const {
    values,
    errors,
    setErrors,
    forget,
    change,
    changeRows,
    moveRow,
    draft: input,
  } = useValues(fields, name, previous);
  const [phase, setPhase] = useState<Phase>("editing");
  const [keyOf] = useState(createKeys);
  const [texts, setTexts, more] = useDraft<OptionTexts>({
    form: `${name} options`,
    schema: optionTextsSchema,
    begin: () => noOptions,
  });
  const draft = together(input, more);
  const [optionErrors, setOptionErrors] = useState<OptionErrors>({});
  const uploads = useUploads();
  const utils = trpc.useUtils();
  const navigate = useNavigate();

  function chooseFile(field: FormField, file: File): void {
    uploads.add(field.path, file);
    forget(field.path);
    if (fields.some(({ path, kind }) => path === "name" && kind === "text") && !values["name"]) {
      change("name", file.name.replace(/(\.[a-z0-9]{1,6}){1,2}$/i, ""));
    }
  }

  function refuse(found: FieldErrors): void {
    setErrors(found);
    setPhase("editing");
    focusFirstWrong();
  }

  async function submit(): Promise<void> {
    const uploading = Object.values(uploads.states).some(({ status }) => status === "uploading");
    if (uploading) setPhase("uploading");
    const files = await uploads.settle();
    const { input, errors: unreadable } = readForm(fields, { ...values, ...files });
    const found = { ...checkInput(workflow.name, input, fields, values), ...unreadable };
    const { options, errors: wrong } = readOptions(texts, currentTime());
    setOptionErrors(wrong);
    if (Object.keys(found).length + Object.keys(wrong).length > 0) return refuse(found);
    setPhase("starting");
    try {
      const { runId } = await startRun(utils.client, workflow.key, {
        input,
        ...options,
        idempotencyKey: keyOf({ input, options }),
      });
      draft.forget();
      await utils.runs.get.prefetch({ runId });
      await navigate({ to: "/runs/$runId/result", params: { runId } });
    } catch (error) {
      const problem = toProblem(error);
      const placed = placeIssues(problem.issues, fields, values);
      refuse(Object.keys(placed).length > 0 ? placed : { "": problem.message });
    }
  }

  const form: FormState = { values, errors, uploads, change, changeRows, moveRow, chooseFile };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (phase === "editing") void submit();
  };
  const options: OptionsState = {
    texts,
    errors: optionErrors,
    change(part) {
      setTexts((all) => ({ ...all, ...part }));
      setOptionErrors({});
    },
  };
  return { fields, form, options, draft, phase, onSubmit };
}
