import type { ClipboardEvent, KeyboardEvent } from "react";
import { Input, Select } from "../../components/ui/input.js";
import type { FieldControl } from "../../components/ui/field.js";
import { humanize } from "../../lib/format.js";
import { rounded } from "./initial-values.js";
import { type FormField, isShare, type LineField } from "./schema.js";

interface LineControlProps {
  field: LineField;
  control: Omit<FieldControl, "id"> & { id?: string; "aria-label"?: string };
  name: string;
  value: string;
  onChange: (value: string) => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  onPaste?: (event: ClipboardEvent<HTMLInputElement>) => void;
}

/** The control of what fits into a line: a text, a number, a date, or one of several choices. */
export function LineControl({ field, control, onChange, onPaste, ...props }: LineControlProps) {
  const onText = (event: { target: { value: string } }) => onChange(event.target.value);
  if (field.kind === "choice") {
    return (
      <Select {...control} {...props} onChange={onText}>
        {field.initial === undefined && <option value="">{field.required ? "Choose..." : "Not set"}</option>}
        {field.choices.map((choice) => (
          <option key={choice} value={choice}>
            {choiceLabel(choice)}
          </option>
        ))}
      </Select>
    );
  }
  const input = {
    ...control,
    ...props,
    ...(onPaste && { onPaste }),
    placeholder: hintOf(field),
    onChange: onText,
  };
  if (field.kind === "text") return <Input {...input} />;
  if (field.kind === "date")
    return <Input {...input} type={field.time ? "datetime-local" : "date"} className="max-w-60" />;
  return (
    <div className="flex flex-1 items-center gap-2">
      <Input {...input} inputMode={field.whole ? "numeric" : "decimal"} className="max-w-40 tabular-nums" />
      {isShare(field) && <span className="text-ink-soft">%</span>}
    </div>
  );
}

/** What stands in a control as long as nothing does. A share is written in per cent. */
export function hintOf(field: FormField): string | undefined {
  if (field.example === null) return undefined;
  return `e.g. ${isShare(field) ? rounded(Number(field.example) * 100) : field.example}`;
}

/** "normal" becomes "Normal", "EMAIL" "Email"; "SMS" and "ProcessData" stay. */
export function choiceLabel(choice: string): string {
  return /^([a-z][a-z_-]*|[A-Z]{4,})$/.test(choice) ? humanize(choice.toLowerCase()) : choice;
}
