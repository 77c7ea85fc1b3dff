import { useState } from "react";
import { Checkbox, Textarea } from "../../components/ui/input.js";
import { Field, type FieldControl } from "../../components/ui/field.js";
import { FileField } from "./file-field.js";
import { type FormValue, type FormValues, isFilled } from "./form-values.js";
import type { FieldErrors } from "./issues.js";
import { hintOf, LineControl } from "./line-control.js";
import { ListField } from "./list-field.js";
import type { RowsChange } from "./rows.js";
import { type FormField, type FormList, isOptional } from "./schema.js";
import type { useUploads } from "./use-uploads.js";

export interface FormState {
  values: FormValues;
  errors: FieldErrors;
  uploads: ReturnType<typeof useUploads>;
  change: (path: string, value: FormValue) => void;
  changeRows: (list: FormList, change: RowsChange) => void;
  moveRow: (list: FormList, from: number, to: number) => void;
  chooseFile: (field: FormField, file: File) => void;
}

interface ContractFieldProps {
  field: FormField;
  form: FormState;
  /** Whether it is an entry of a list, which can be removed as a whole. */
  entry?: boolean;
}

/** One field of the contract with the control that suits it. */
export function ContractField({ field, form, entry = false }: ContractFieldProps) {
  const error = form.errors[field.path];
  if (field.kind === "group") return <Group field={field} form={form} error={error} />;
  if (field.kind === "list") {
    return (
      <ListField
        field={field}
        form={form}
        draw={(part, alone) => <ContractField key={part.path} field={part} form={form} entry={alone} />}
      />
    );
  }
  if (field.kind === "file") {
    return (
      <FileField
        field={field}
        error={error}
        upload={form.uploads.states[field.path]}
        onFile={(file) => form.chooseFile(field, file)}
        onRemove={entry ? undefined : () => form.uploads.drop(field.path)}
      />
    );
  }
  return (
    <Field
      label={field.label}
      required={field.kind === "flag" || !isOptional(field)}
      beside={field.kind === "flag"}
      help={[field.help, waysToWrite(field)].filter(Boolean).join(" ")}
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
    Object.entries(form.values).some(([path, value]) => inside(path) && isFilled(value));
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
  const onText = (written: string) => form.change(field.path, written);
  const onWritten = (event: { target: { value: string } }) => onText(event.target.value);
  switch (field.kind) {
    case "text":
      if (field.long)
        return (
          <Textarea
            {...control}
            name={field.path}
            placeholder={hintOf(field)}
            value={text}
            onChange={onWritten}
          />
        );
      return <LineControl field={field} control={control} name={field.path} value={text} onChange={onText} />;
    case "number":
    case "choice":
    case "date":
      return <LineControl field={field} control={control} name={field.path} value={text} onChange={onText} />;
    case "flag":
      return (
        <Checkbox
          {...control}
          name={field.path}
          checked={value === true}
          onChange={(event) => form.change(field.path, event.target.checked)}
        />
      );
    default:
      return (
        <Textarea
          {...control}
          name={field.path}
          placeholder={field.kind === "json" ? field.sketch : undefined}
          className="font-mono"
          value={text}
          onChange={onWritten}
        />
      );
  }
}

/** What a control does not say by itself. */
function waysToWrite(field: FormField): string | null {
  if (field.kind === "json") return "Written as JSON.";
  return field.kind === "date" && field.time ? "In your time zone." : null;
}
