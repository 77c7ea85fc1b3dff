import { X } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { Textarea } from "../../components/ui/input.js";
import { useUploads } from "../start/use-uploads.js";
import { DocumentsField } from "../twins/documents-field.js";
import { StepButtons, StepForm } from "./text-steps.js";
import type { Company } from "./use-company.js";

type Sources = Company["sources"];

interface SourcesStepProps {
  sources: Sources;
  onDone: (sources: Sources) => void;
  back: (() => void) | undefined;
}

/** Files and text for the first twin: what your audience writes, or what is written about it. */
export function SourcesStep({ sources, onDone, back }: SourcesStepProps) {
  const uploads = useUploads();
  const [kept, setKept] = useState(sources.files);
  const [text, setText] = useState(sources.text);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  async function submit(): Promise<void> {
    setBusy(true);
    const ids = await uploads.settle();
    setBusy(false);
    const added = Object.entries(ids).map(([path, id]) => ({
      id,
      name: uploads.states[path]?.name ?? "A document",
    }));
    const files = [...kept, ...added];
    if (files.length === 0 && text.trim() === "") setError("Add a document, or paste some text.");
    else onDone({ files, text: text.trim() });
  }
  return (
    <StepForm onSubmit={() => void submit()}>
      <p className="text-ink-soft">
        Letters, reviews, forum posts, interviews: what your audience has written tells a twin best how it
        thinks.
      </p>
      {kept.length > 0 && (
        <ul aria-label="Documents that are kept" className="grid gap-1">
          {kept.map(({ id, name }) => (
            <li key={id} className="flex items-center gap-2">
              <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
              <Button
                look="quiet"
                size="smallIcon"
                title="Remove"
                onClick={() => setKept((all) => all.filter((file) => file.id !== id))}
              >
                <X aria-hidden />
                <span className="sr-only">Remove {name}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      <DocumentsField uploads={uploads} error={error} />
      <Field label="Or paste text">
        {(control) => (
          <Textarea
            {...control}
            value={text}
            maxLength={100_000}
            onChange={({ target }) => {
              setText(target.value);
              setError(undefined);
            }}
          />
        )}
      </Field>
      <StepButtons back={back} busy={busy} next={busy ? "Uploading..." : "Continue"} />
    </StepForm>
  );
}
