import { useState } from "react";
import { Checkbox, Input, Select, Textarea } from "../../components/ui/input.js";
import { Field, type FieldControl } from "../../components/ui/field.js";
import { humanize } from "../../lib/format.js";
import { FileField } from "./file-field.js";
import type { FormValues } from "./form-values.js";
import type { FieldErrors } from "./issues.js";
import { type FormField, isShare } from "./schema.js";
import type { useUploads } from "./use-uploads.js";

export interface FormState {
  values: FormValues;
  errors: FieldErrors;
  uploads: ReturnType<typeof useUploads>;
  change: (path: string, value: string | boolean) => void;
  chooseFile: (field: FormField, file: File) => void;
}

/** One field of the contract with the control that suits it. */
export function ContractField({ field, form }: { field: FormField; form: FormState }) {
  const error = form.errors[field.path];
  if (field.kind === "group") return <Group field={field} form={form} error={error} />;
  if (field.kind === "file") {
    return (
      <FileField
        field={field}
        error={error}
        upload={form.uploads.states[field.path]}
        onFile={(file) => form.chooseFile(field, file)}
        onRemove={() => form.uploads.drop(field.path)}
      />
    );
  }
  return (
    <Field
      label={field.label}
      required={field.required || field.kind === "flag" || field.initial !== undefined}
      beside={field.kind === "flag"}
      help={field.kind === "json" ? [field.help, "Written as JSON."].filter(Boolean).join(" ") : field.help}
      error={error}
    >
      {(control) => <Control field={field} form={form} control={control} />}
    </Field>
  );
}

/** What need not be filled in is folded away, unless something is in it. */
function Group({
  field,
  form,
  error,
}: {
  field: FormField & { kind: "group" };
  form: FormState;
  error?: string | undefined;
}) {
  const inside = (path: string) => path.startsWith(`${field.path}.`);
  const touched =
    Object.keys(form.errors).some(inside) ||
    Object.entries(form.values).some(([path, value]) => inside(path) && value);
  const [open, setOpen] = useState(field.required || touched);
  const shown = open || Object.keys(form.errors).some(inside);
  return (
    <details
      open={shown}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="rounded-lg border bg-surface px-4 py-2.5"
    >
      <summary className="font-medium">
        {field.label}
        {!field.required && <span className="font-normal text-ink-soft"> (optional)</span>}
      </summary>
      <fieldset aria-label={field.label} className="grid gap-4 py-3">
        {field.help && <p className="text-sm text-ink-soft">{field.help}</p>}
        {error && <p className="text-bad">{error}</p>}
        {field.fields.map((child) => (
          <ContractField key={child.path} field={child} form={form} />
        ))}
      </fieldset>
    </details>
  );
}

function Control({ field, form, control }: { field: FormField; form: FormState; control: FieldControl }) {
  const value = form.values[field.path];
  const text = typeof value === "string" ? value : "";
  const placeholder = field.example ? `e.g. ${field.example}` : undefined;
  const onText = (event: { target: { value: string } }) => form.change(field.path, event.target.value);
  switch (field.kind) {
    case "choice":
      return (
        <Select {...control} name={field.path} value={text} onChange={onText}>
          {field.initial === undefined && (
            <option value="">{field.required ? "Choose..." : "Not set"}</option>
          )}
          {field.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choiceLabel(choice)}
            </option>
          ))}
        </Select>
      );
    case "number":
      return <NumberControl field={field} control={control} value={text} onChange={onText} />;
    case "flag":
      return (
        <Checkbox
          {...control}
          name={field.path}
          checked={value === true}
          onChange={(event) => form.change(field.path, event.target.checked)}
        />
      );
    case "json":
      return (
        <Textarea
          {...control}
          name={field.path}
          placeholder={field.sketch}
          className="font-mono"
          value={text}
          onChange={onText}
        />
      );
    default:
      return (
        <Input {...control} name={field.path} placeholder={placeholder} value={text} onChange={onText} />
      );
  }
}

interface NumberControlProps {
  field: FormField & { kind: "number" };
  control: FieldControl;
  value: string;
  onChange: (event: { target: { value: string } }) => void;
}

/** A share is written in per cent. The range is checked by the contract, so that its words are shown. */
function NumberControl({ field, control, value, onChange }: NumberControlProps) {
  const share = isShare(field);
  const example = field.example !== null && share ? Number(field.example) * 100 : field.example;
  return (
    <div className="flex items-center gap-2">
      <Input
        {...control}
        name={field.path}
        inputMode={field.whole ? "numeric" : "decimal"}
        placeholder={example === null ? undefined : `e.g. ${example}`}
        value={value}
        onChange={onChange}
        className="max-w-40 tabular-nums"
      />
      {share && <span className="text-ink-soft">%</span>}
    </div>
  );
}

/** "normal" becomes "Normal", "EMAIL" "Email"; "SMS" and "ProcessData" stay. */
function choiceLabel(choice: string): string {
  return /^([a-z][a-z_-]*|[A-Z]{4,})$/.test(choice) ? humanize(choice.toLowerCase()) : choice;
}
