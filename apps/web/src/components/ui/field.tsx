import { CircleAlert } from "lucide-react";
import { type ReactNode, useId } from "react";

export interface FieldControl {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
  required?: boolean;
}

interface FieldProps {
  label: string;
  help?: ReactNode;
  error?: string | undefined;
  required?: boolean;
  /** The control stands before its label, as a box to tick does. */
  beside?: boolean;
  /** Draws the control; what it is given ties it to label, help and error. */
  children: (control: FieldControl) => ReactNode;
}

/** A label, its control, and under it help and what is wrong. */
export function Field({ label, help, error, required = false, beside = false, children }: FieldProps) {
  const id = useId();
  const helpId = help ? `${id}-help` : undefined;
  const errorId = error ? `${id}-error` : undefined;
  const described = [errorId, helpId].filter(Boolean).join(" ") || undefined;
  const control = children({ id, "aria-describedby": described, "aria-invalid": error ? true : undefined });
  return (
    <div className="grid content-start gap-1">
      <div className={beside ? "flex items-center gap-2" : "contents"}>
        {beside && control}
        <label htmlFor={id} className="font-medium">
          {label}
          {!required && <span className="font-normal text-ink-soft"> (optional)</span>}
        </label>
      </div>
      {!beside && control}
      <FieldError id={errorId} error={error} />
      {help && (
        <p id={helpId} className="text-sm text-ink-soft">
          {help}
        </p>
      )}
    </div>
  );
}

/** What is wrong, in the words of the contract; nothing where all is well. */
export function FieldError({ id, error }: { id: string | undefined; error: string | undefined }) {
  if (!error) return null;
  return (
    <p id={id} className="flex gap-1.5 text-bad">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="wrap-anywhere">{error}</span>
    </p>
  );
}
