import { templateCategories, type TemplateCategory } from "@longhaul/workflows/contracts";
import { type FormEvent, type ReactNode, useState } from "react";
import { z } from "zod/mini";
import { Button } from "../../components/ui/button.js";
import { Dialog } from "../../components/ui/dialog.js";
import { Field } from "../../components/ui/field.js";
import { Input, Select, Textarea } from "../../components/ui/input.js";
import { humanize } from "../../lib/format.js";
import { DraftNotice } from "../drafts/draft-notice.js";
import { useDraft } from "../drafts/use-draft.js";

/** By what a template is found. */
export interface TemplateWords {
  name: string;
  description: string;
  category: TemplateCategory;
}

interface TemplateDialogProps {
  title: string;
  help: ReactNode;
  begin: TemplateWords;
  /** What is described: the words are kept as a draft for it. */
  of: string;
  busy: boolean;
  problem: string | null;
  close: () => void;
  save: (words: TemplateWords, then: () => void) => void;
}

const wordsSchema = z.object({
  name: z.string(),
  description: z.string(),
  category: z.enum(templateCategories),
});

/** Asks for a template's name, description and category. */
export function TemplateDialog({ title, help, begin, of, busy, problem, close, save }: TemplateDialogProps) {
  const [words, setWords, draft] = useDraft<TemplateWords>({
    form: `template ${of}`,
    schema: wordsSchema,
    begin: () => begin,
  });
  const [asked, setAsked] = useState(false);
  const set = (more: Partial<TemplateWords>) => setWords((all) => ({ ...all, ...more }));
  const nameless = words.name.trim() === "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (!nameless) save(words, draft.forget);
  };
  const giveUp = () => {
    draft.forget();
    close();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={title} description={help}>
      <form noValidate onSubmit={submit} className="grid gap-4">
        <DraftNotice draft={draft} />
        <Field
          label="Name of the template"
          required
          error={asked && nameless ? "Give the template a name." : undefined}
        >
          {(control) => (
            <Input
              {...control}
              maxLength={120}
              value={words.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label="What it answers">
          {(control) => (
            <Textarea
              {...control}
              rows={3}
              maxLength={2_000}
              value={words.description}
              onChange={(event) => set({ description: event.target.value })}
            />
          )}
        </Field>
        <Field label="Category" required>
          {(control) => (
            <Select
              {...control}
              value={words.category}
              onChange={(event) => set({ category: event.target.value as TemplateCategory })}
            >
              {templateCategories.map((one) => (
                <option key={one} value={one}>
                  {humanize(one)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {problem && (
          <p role="alert" className="text-bad">
            {problem}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={giveUp}>Cancel</Button>
          <Button type="submit" look="primary" disabled={busy}>
            {busy ? "Saving..." : "Keep it"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
