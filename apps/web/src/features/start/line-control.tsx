import type { ClipboardEvent, KeyboardEvent } from "react";
import { Input, Select } from "../../components/ui/input.js";
import type { FieldControl } from "../../components/ui/field.js";
import { humanize } from "../../lib/format.js";
import { type FormField, isShare } from "./schema.js";

interface LineControlProps {
  field: FormField & { kind: "text" | "number" | "choice" };
  control: Omit<FieldControl, "id"> & { id?: string; "aria-label"?: string };
  name: string;
  value: string;
  onChange: (value: string) => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  onPaste?: (event: ClipboardEvent) => void;
}

/** The control of what fits into a line: a text, a number, or one of several choices. */
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
  const hint = exampleOf(field);
  const placeholder = hint === null ? undefined : `e.g. ${hint}`;
  const input = { ...control, ...props, ...(onPaste && { onPaste }), placeholder, onChange: onText };
  if (field.kind === "text") return <Input {...input} />;
  return (
    <div className="flex flex-1 items-center gap-2">
      <Input {...input} inputMode={field.whole ? "numeric" : "decimal"} className="max-w-40 tabular-nums" />
      {isShare(field) && <span className="text-ink-soft">%</span>}
    </div>
  );
}

/** A share is written in per cent. The range is checked by the contract, so that its words are shown. */
function exampleOf(field: FormField): string | number | null {
  return field.example !== null && isShare(field) ? Number(field.example) * 100 : field.example;
}

/** "normal" becomes "Normal", "EMAIL" "Email"; "SMS" and "ProcessData" stay. */
function choiceLabel(choice: string): string {
  return /^([a-z][a-z_-]*|[A-Z]{4,})$/.test(choice) ? humanize(choice.toLowerCase()) : choice;
}
