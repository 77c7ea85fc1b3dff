import { type Parameter, type ParameterType, parameterSchema } from "@longhaul/workflows/contracts";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../components/ui/button.js";
import { Field } from "../../../components/ui/field.js";
import { Checkbox, Input, Select, Textarea } from "../../../components/ui/input.js";
import { textOf, valueOf } from "./value-text.js";

const types: readonly (readonly [ParameterType, string])[] = [
  ["string", "Text"],
  ["string_list", "List of texts"],
  ["integer", "Whole number"],
  ["number", "Number"],
  ["date", "Date"],
  ["timestamp", "Time (UTC)"],
  ["enum", "Choice"],
  ["boolean", "Yes or no"],
];

/** A parameter as it is when nothing but its name and type are known. */
function plainParameter(name: string, type: ParameterType = "string"): Parameter {
  return parameterSchema.parse({ name, type, ...(type === "enum" ? { options: [{ value: "a" }] } : {}) });
}

interface ParameterSchemaProps {
  parameters: readonly Parameter[];
  /** Names that stand in the SQL and are not described yet. */
  undescribed: readonly string[];
  onChange: (parameters: Parameter[]) => void;
}

/** Describes the parameters of a query: their types, their bounds, and what the form says about them. */
export function ParameterSchema({ parameters, undescribed, onChange }: ParameterSchemaProps) {
  const replace = (index: number, next: Parameter) =>
    onChange(parameters.map((one, at) => (at === index ? next : one)));
  return (
    <div className="grid gap-3">
      {parameters.map((parameter, index) => (
        <OneParameter
          key={parameter.name}
          parameter={parameter}
          onChange={(next) => replace(index, next)}
          onRemove={() => onChange(parameters.filter((_, at) => at !== index))}
        />
      ))}
      {undescribed.map((name) => (
        <div
          key={name}
          className="flex flex-wrap items-center justify-between gap-2 rounded-md border border-dashed px-3 py-2"
        >
          <span>
            <code className="font-mono">{`{{${name}}}`}</code> is not described yet.
          </span>
          <Button size="small" onClick={() => onChange([...parameters, plainParameter(name)])}>
            <Plus aria-hidden />
            Describe<span className="sr-only"> {name}</span>
          </Button>
        </div>
      ))}
      {parameters.length + undescribed.length === 0 && (
        <p className="text-ink-soft">
          Write <code className="font-mono">{"{{name}}"}</code> in the SQL, and describe it here.
        </p>
      )}
    </div>
  );
}

interface OneParameterProps {
  parameter: Parameter;
  onChange: (parameter: Parameter) => void;
  onRemove: () => void;
}

function OneParameter({ parameter, onChange, onRemove }: OneParameterProps) {
  const { name, label, description, required } = parameter;
  const [wrong, setWrong] = useState<Record<string, string>>({});
  /** Takes a change that makes a parameter; what it says otherwise stands beside the field. */
  const change = (field: string, more: Record<string, unknown>) => {
    const parsed = parameterSchema.safeParse({ ...parameter, ...more });
    setWrong(({ [field]: _, ...others }) =>
      parsed.success
        ? others
        : { ...others, [field]: parsed.error.issues[0]?.message ?? "This is not valid." },
    );
    if (parsed.success) onChange(parsed.data);
  };
  const text = (value: string) => (value.trim() === "" ? undefined : value);
  return (
    <details className="rounded-md border px-3 py-2">
      <summary className="flex flex-wrap items-center gap-2">
        <code className="font-mono font-semibold">{name}</code>
        <span className="text-sm text-ink-soft">
          {types.find(([type]) => type === parameter.type)?.[1]}
          {required ? "" : ", optional"}
        </span>
      </summary>
      <div className="grid gap-3 py-3 @xl:grid-cols-2">
        <Field label="Type" required>
          {(control) => (
            <Select
              {...control}
              value={parameter.type}
              onChange={(event) => {
                const fresh = plainParameter(name, event.target.value as ParameterType);
                onChange({ ...fresh, label, description, required });
              }}
            >
              {types.map(([type, word]) => (
                <option key={type} value={type}>
                  {word}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Label" error={wrong["label"]}>
          {(control) => (
            <Input
              {...control}
              defaultValue={label ?? ""}
              onBlur={(event) => change("label", { label: text(event.target.value) })}
            />
          )}
        </Field>
        <Field label="Help" error={wrong["description"]}>
          {(control) => (
            <Input
              {...control}
              defaultValue={description ?? ""}
              onBlur={(event) => change("description", { description: text(event.target.value) })}
            />
          )}
        </Field>
        <Field label="Default" error={wrong["default"]}>
          {(control) => (
            <Textarea
              {...control}
              className="h-8 min-h-8"
              defaultValue={textOf(parameter, parameter.default)}
              onBlur={(event) => change("default", { default: valueOf(parameter, event.target.value) })}
            />
          )}
        </Field>
        <Bounds parameter={parameter} wrong={wrong} change={change} />
        <label className="flex items-center gap-2">
          <Checkbox
            checked={required}
            onChange={(event) => change("required", { required: event.target.checked })}
          />
          A value is needed
        </label>
        <div className="justify-self-end">
          <Button size="small" look="danger" onClick={onRemove}>
            <Trash2 aria-hidden />
            Remove<span className="sr-only"> {name}</span>
          </Button>
        </div>
      </div>
    </details>
  );
}

interface BoundsProps {
  parameter: Parameter;
  wrong: Readonly<Record<string, string>>;
  change: (field: string, more: Record<string, unknown>) => void;
}

/** What the type has beside its default: its options, its bounds, its length. */
function Bounds({ parameter, wrong, change }: BoundsProps) {
  if (parameter.type === "boolean") return null;
  if (parameter.type === "enum") {
    return (
      <Field
        label="Options"
        required
        help="One on each line; value = label, or the value alone."
        error={wrong["options"]}
      >
        {(control) => (
          <Textarea
            {...control}
            defaultValue={parameter.options
              .map(({ value, label }) => (label ? `${value} = ${label}` : value))
              .join("\n")}
            onBlur={(event) => change("options", { options: optionsOf(event.target.value) })}
          />
        )}
      </Field>
    );
  }
  const fields: Record<string, readonly [string, string][]> = {
    string: [["maxLength", "Most characters"]],
    string_list: [["maxItems", "Most texts"]],
  };
  const shown = fields[parameter.type] ?? [
    ["min", "Lowest"],
    ["max", "Highest"],
  ];
  const numeric = !["date", "timestamp"].includes(parameter.type);
  return shown.map(([field, label]) => (
    <Field key={field} label={label} error={wrong[field]}>
      {(control) => (
        <Input
          {...control}
          defaultValue={boundOf(parameter, field)}
          onBlur={({ target: { value } }) =>
            change(field, {
              [field]: value.trim() === "" ? undefined : numeric ? Number(value) : value.trim(),
            })
          }
        />
      )}
    </Field>
  ));
}

function boundOf(parameter: Parameter, field: string): string {
  const value: unknown = Object.entries(parameter).find(([key]) => key === field)?.[1];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function optionsOf(text: string): { value: string; label?: string }[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const [value = "", label] = line.split(/\s+=\s+/, 2);
      return label ? { value, label } : { value };
    });
}
