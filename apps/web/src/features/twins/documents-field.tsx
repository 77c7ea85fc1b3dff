import { maxTwinDocuments, twinDocumentField } from "@longhaul/workflows/contracts";
import { CircleCheck, X } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { ProgressBar } from "../../components/ui/progress-bar.js";
import { formatBytes } from "../../lib/format.js";
import { refusalOf } from "../start/upload.js";
import type { useUploads } from "../start/use-uploads.js";

const rules = twinDocumentField.meta() as unknown as { accept: string[]; maxBytes: number };

interface DocumentsFieldProps {
  uploads: ReturnType<typeof useUploads>;
  error: string | undefined;
  /** Files were chosen: what was said of those before is over. */
  onTake?: () => void;
}

/** Several files, each uploaded as soon as it is chosen or dropped. */
export function DocumentsField({ uploads, error, onTake }: DocumentsFieldProps) {
  const [refusal, setRefusal] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const count = useRef(0);
  const entries = Object.entries(uploads.states);
  function take(files: Iterable<File>): void {
    const reasons: string[] = [];
    let room = maxTwinDocuments - entries.length;
    for (const file of files) {
      const reason =
        room > 0 ? refusalOf(file, rules) : `At most ${maxTwinDocuments} documents are read at a time.`;
      if (reason) reasons.push(reason);
      else {
        uploads.add(`documents.${count.current++}`, file);
        room -= 1;
      }
    }
    onTake?.();
    setRefusal(reasons.join(" ") || undefined);
  }
  return (
    <Field
      label="Documents"
      help="Text, Markdown, HTML, PDF or Word, each up to 20 MB."
      error={refusal ?? error}
    >
      {(control) => (
        <div
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            take(event.dataTransfer.files);
          }}
          className="grid gap-3 rounded-lg border border-dashed border-line-strong bg-surface px-4 py-3"
        >
          <div className="flex flex-wrap items-center justify-center gap-3">
            <input
              {...control}
              ref={input}
              type="file"
              multiple
              accept={rules.accept.join(",")}
              className="peer sr-only"
              onChange={({ target }) => {
                take([...(target.files ?? [])]);
                target.value = "";
              }}
            />
            <span className="text-ink-soft @max-xl:hidden">Drop files here, or</span>
            <Button
              tabIndex={-1}
              aria-hidden
              onClick={() => input.current?.click()}
              className="peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent"
            >
              Choose files
            </Button>
          </div>
          {entries.length > 0 && (
            <ul className="grid gap-2">
              {entries.map(([path, upload]) => (
                <li key={path} data-upload={upload.status} className="grid gap-1">
                  <div className="flex items-center gap-2">
                    {upload.status === "ready" && (
                      <CircleCheck aria-hidden className="size-4 shrink-0 text-good" />
                    )}
                    <span className="min-w-0 flex-1 truncate font-medium">{upload.name}</span>
                    <span role="status" className="text-sm text-ink-soft tabular-nums">
                      {upload.status === "failed"
                        ? upload.message
                        : `${formatBytes(upload.size)}${upload.status === "ready" ? ", uploaded" : ""}`}
                    </span>
                    <Button look="quiet" size="smallIcon" onClick={() => uploads.drop(path)} title="Remove">
                      <X aria-hidden />
                      <span className="sr-only">Remove {upload.name}</span>
                    </Button>
                  </div>
                  {upload.status === "uploading" && (
                    <ProgressBar value={upload.fraction} label={`Upload of ${upload.name}`} />
                  )}
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Field>
  );
}
