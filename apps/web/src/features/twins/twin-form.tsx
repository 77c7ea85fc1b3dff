import { digitalTwin } from "@longhaul/workflows/contracts";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { z } from "zod/mini";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { Checkbox, Input, Textarea } from "../../components/ui/input.js";
import { Notice } from "../../components/ui/notice.js";
import { focusFirstWrong } from "../../lib/focus-wrong.js";
import { DraftNotice } from "../drafts/draft-notice.js";
import { useDraft } from "../drafts/use-draft.js";
import { useUploads } from "../start/use-uploads.js";
import { DocumentsField } from "./documents-field.js";
import { TrainingOptions } from "./training-options.js";
import { usualSettings, useTrain } from "./use-train.js";

interface TwinFormProps {
  /** The twin that gets a new version; null makes a new twin. */
  twin: { id: string; name: string } | null;
  submitLabel: string;
  onStarted?: () => void;
}

const writtenSchema = z.object({ name: z.string(), text: z.string(), keepDocuments: z.boolean() });
type Written = z.output<typeof writtenSchema>;

/** What a twin is to read, and how it is trained. */
export function TwinForm({ twin, submitLabel, onStarted = () => {} }: TwinFormProps) {
  const navigate = useNavigate();
  const uploads = useUploads();
  const [{ name, text, keepDocuments }, setWritten, draft] = useDraft<Written>({
    form: `twin ${twin?.id ?? ""}`,
    schema: writtenSchema,
    begin: () => ({ name: twin?.name ?? "", text: "", keepDocuments: true }),
  });
  const change = (part: Partial<Written>) => setWritten((all) => ({ ...all, ...part }));
  const [settings, setSettings] = useState(usualSettings);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [settling, setSettling] = useState(false);
  const train = useTrain((twinId) => {
    draft.forget();
    onStarted();
    void navigate({ to: "/twins/$twinId", params: { twinId } });
  });

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSettling(true);
    const documents = Object.values(await uploads.settle());
    setSettling(false);
    const order = { ...settings, name, documents, text, keepDocuments, ...(twin && { twinId: twin.id }) };
    const checked = digitalTwin.input.safeParse(order);
    const issues = checked.success ? [] : checked.error.issues;
    setErrors(
      Object.fromEntries(issues.toReversed().map(({ path, message }) => [String(path[0] ?? ""), message])),
    );
    if (checked.success) train.start(order);
    else focusFirstWrong();
  }

  /** What was wrong with a field says nothing of what stands there now; a document or a text will do. */
  const forget = (...fields: string[]) =>
    setErrors((before) =>
      Object.fromEntries(Object.entries(before).filter(([field]) => !fields.includes(field))),
    );

  const elsewhere = Object.entries(errors).filter(
    ([field]) => !["name", "documents", "text"].includes(field),
  );
  const busy = settling || train.pending;
  return (
    <form noValidate className="grid gap-4" onSubmit={(event) => void submit(event)}>
      <DraftNotice draft={draft} withFiles />
      {twin === null && (
        <Field label="Name" required help="Who or what the twin speaks for." error={errors["name"]}>
          {(control) => (
            <Input
              {...control}
              value={name}
              maxLength={80}
              onChange={({ target }) => {
                change({ name: target.value });
                forget("name");
              }}
            />
          )}
        </Field>
      )}
      <DocumentsField
        uploads={uploads}
        error={errors["documents"]}
        onTake={() => forget("documents", "text")}
      />
      <Field label="Or paste text" error={errors["text"]}>
        {(control) => (
          <Textarea
            {...control}
            rows={4}
            value={text}
            onChange={({ target }) => {
              change({ text: target.value });
              forget("documents", "text");
            }}
          />
        )}
      </Field>
      {twin !== null && (
        <label className="flex items-center gap-2">
          <Checkbox
            checked={keepDocuments}
            onChange={({ target }) => change({ keepDocuments: target.checked })}
          />
          Keep what the active version has read
        </label>
      )}
      <TrainingOptions settings={settings} onChange={setSettings} />
      {(train.problem ?? elsewhere.length > 0) && (
        <Notice role="alert" look="bad">
          {train.problem?.message ?? elsewhere.map(([, message]) => message).join(" ")}
        </Notice>
      )}
      <div>
        <Button type="submit" look="primary" disabled={busy}>
          {settling ? "Uploading..." : train.pending ? "Starting..." : submitLabel}
        </Button>
      </div>
    </form>
  );
}
