import type { Parameter, ParameterValues } from "@longhaul/workflows/contracts";
import { Field, type FieldControl } from "../../../components/ui/field.js";
import { Input, Select, Textarea } from "../../../components/ui/input.js";
import { humanize } from "../../../lib/format.js";
import { textOf, valueOf } from "./value-text.js";

interface ParameterFormProps {
  parameters: readonly Parameter[];
  values: ParameterValues;
  /** By parameter; shown beside its field. */
  problems: Readonly<Record<string, string>>;
  onChange: (values: ParameterValues) => void;
}

/** One field for each parameter, of the kind that its type asks for. */
export function ParameterForm({ parameters, values, problems, onChange }: ParameterFormProps) {
  if (parameters.length === 0) {
    return (
      <p className="text-ink-soft">
        This query has no parameters. Write <code className="font-mono">{"{{name}}"}</code> where a value
        belongs to add one.
      </p>
    );
  }
  return (
    <div className="grid gap-4">
      {parameters.map((parameter) => (
        <Field
          key={parameter.name}
          label={parameter.label ?? humanize(parameter.name)}
          required={parameter.required}
          help={helpOf(parameter)}
          error={problems[parameter.name]}
        >
          {(control) => (
            <ValueControl
              control={control}
              parameter={parameter}
              text={textOf(parameter, values[parameter.name])}
              onText={(text) => {
                const { [parameter.name]: _, ...others } = values;
                const value = valueOf(parameter, text);
                onChange(value === undefined ? others : { ...others, [parameter.name]: value });
              }}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

interface ValueControlProps {
  control: FieldControl;
  parameter: Parameter;
  text: string;
  onText: (text: string) => void;
}

function ValueControl({ control, parameter, text, onText }: ValueControlProps) {
  const common = {
    ...control,
    name: parameter.name,
    onChange: (event: { target: { value: string } }) => onText(event.target.value),
  };
  const standard = textOf(parameter, parameter.default);
  switch (parameter.type) {
    case "enum":
      return (
        <Select {...common} value={text || standard}>
          {parameter.default === undefined && (
            <option value="">{parameter.required ? "Choose..." : "None"}</option>
          )}
          {parameter.options.map(({ value, label }) => (
            <option key={value} value={value}>
              {label ?? value}
            </option>
          ))}
        </Select>
      );
    case "boolean":
      return (
        <Select {...common} value={text || standard}>
          {parameter.default === undefined && (
            <option value="">{parameter.required ? "Choose..." : "None"}</option>
          )}
          <option value="true">Yes</option>
          <option value="false">No</option>
        </Select>
      );
    case "date":
      return (
        <Input {...common} type="date" min={parameter.min} max={parameter.max} value={text || standard} />
      );
    case "timestamp":
      return <Input {...common} type="datetime-local" step={1} value={text || standard} />;
    case "string_list":
      return (
        <Textarea
          {...common}
          placeholder={standard || undefined}
          defaultValue={text}
          onBlur={common.onChange}
        />
      );
    case "integer":
    case "number":
      return (
        <Input
          {...common}
          inputMode={parameter.type === "integer" ? "numeric" : "decimal"}
          placeholder={standard || undefined}
          defaultValue={text}
          className="tabular-nums"
        />
      );
    default:
      return <Input {...common} placeholder={standard || undefined} value={text} />;
  }
}

function helpOf(parameter: Parameter): string | null {
  const parts = [parameter.description];
  if (parameter.type === "timestamp") parts.push("In UTC.");
  if (parameter.type === "string_list") parts.push("One on each line.");
  const standard = textOf(parameter, parameter.default).replaceAll("\n", ", ");
  if (standard && !["date", "enum", "boolean", "timestamp"].includes(parameter.type)) {
    parts.push(`Empty: ${standard.length > 80 ? `${standard.slice(0, 80)}...` : standard}.`);
  }
  return parts.filter(Boolean).join(" ") || null;
}
