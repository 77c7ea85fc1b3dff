import { CircleCheck, Upload, X } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { ProgressBar } from "../../components/ui/progress-bar.js";
import { cn } from "../../lib/cn.js";
import { formatBytes, formatProgress } from "../../lib/format.js";
import type { FormField } from "./schema.js";
import { refusalOf } from "./upload.js";
import type { UploadState } from "./use-uploads.js";

interface FileFieldProps {
  field: FormField & { kind: "file" };
  upload: UploadState | undefined;
  error: string | undefined;
  onFile: (file: File) => void;
  /** Undefined where the field goes with its file. */
  onRemove: (() => void) | undefined;
}

/** A place to drop or choose a file; it is uploaded at once. */
export function FileField({ field, upload, error, onFile, onRemove }: FileFieldProps) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const failed = upload?.status === "failed" ? upload.message : undefined;
  function take(file: File | undefined): void {
    if (!file) return;
    const reason = refusalOf(file, field);
    setRefusal(reason);
    if (!reason) onFile(file);
  }
  return (
    <Field label={field.label} required={field.required} help={field.help} error={refusal ?? failed ?? error}>
      {(control) => (
        <DropZone onFile={take} invalid={control["aria-invalid"] ?? false}>
          <input
            {...control}
            ref={input}
            type="file"
            accept={field.accept.join(",")}
            className="peer sr-only"
            onChange={({ target }) => {
              take(target.files?.[0]);
              target.value = "";
            }}
          />
          {upload && upload.status !== "failed" ? (
            <Chosen upload={upload} onRemove={onRemove} />
          ) : (
            <>
              <Upload aria-hidden className="size-5 text-ink-soft" />
              <span className="text-ink-soft @max-xl:hidden">Drop a file here, or</span>
              <Button
                tabIndex={-1}
                aria-hidden
                onClick={() => input.current?.click()}
                className="peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent"
              >
                Choose a file
              </Button>
            </>
          )}
        </DropZone>
      )}
    </Field>
  );
}

interface DropZoneProps {
  onFile: (file: File | undefined) => void;
  invalid: boolean;
  children: React.ReactNode;
}

function DropZone({ onFile, invalid, children }: DropZoneProps) {
  const [over, setOver] = useState(false);
  const stop = (event: DragEvent, inside: boolean) => {
    event.preventDefault();
    setOver(inside);
  };
  return (
    <div
      onDragOver={(event) => stop(event, true)}
      onDragLeave={(event) => stop(event, false)}
      onDrop={(event) => {
        stop(event, false);
        onFile(event.dataTransfer.files[0]);
      }}
      className={cn(
        "relative flex min-h-20 flex-wrap items-center justify-center gap-3 rounded-lg border border-dashed border-line-strong bg-surface px-4 py-3 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
        over && "border-accent bg-accent-soft",
        invalid && "border-bad",
      )}
    >
      {children}
    </div>
  );
}

function Chosen({ upload, onRemove }: Pick<FileFieldProps, "onRemove"> & { upload: UploadState }) {
  const uploading = upload.status === "uploading";
  return (
    <div className="grid w-full grid-cols-1 gap-2" data-upload={upload.status}>
      <div className="flex items-center gap-2">
        {!uploading && <CircleCheck aria-hidden className="size-4 shrink-0 text-good" />}
        <span className="min-w-0 flex-1 truncate font-medium">{upload.name}</span>
        <span role="status" className="text-sm whitespace-nowrap text-ink-soft tabular-nums">
          {uploading
            ? `${formatProgress(upload.fraction)} of ${formatBytes(upload.size)}`
            : `${formatBytes(upload.size)}, uploaded`}
        </span>
        {onRemove && (
          <Button
            look="quiet"
            size="smallIcon"
            onClick={onRemove}
            title={uploading ? "Cancel the upload" : "Remove"}
          >
            <X aria-hidden />
            <span className="sr-only">{uploading ? "Cancel the upload" : `Remove ${upload.name}`}</span>
          </Button>
        )}
      </div>
      {uploading && <ProgressBar value={upload.fraction} label={`Upload of ${upload.name}`} />}
    </div>
  );
}
