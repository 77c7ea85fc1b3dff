import { Field } from "../../../components/ui/field.js";
import { Input } from "../../../components/ui/input.js";
import type { TalkForm } from "./use-talk-form.js";

const fields = [
  ["name", "Name"],
  ["start", "At the start"],
  ["min", "Least"],
  ["max", "Most"],
  ["growthPercent", "Growth per tick, %"],
  ["mostChange", "Most change by one"],
] as const;

/** What the agents share and change. */
export function QuantityFields({ form: { draft, errors, change } }: { form: TalkForm }) {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-medium">Shared state</legend>
      <div className="grid grid-cols-2 gap-3 @xl:grid-cols-3">
        {fields.map(([key, label]) => (
          <Field key={key} label={label} required error={errors[`quantities.0.${key}`]}>
            {(control) => (
              <Input
                {...control}
                inputMode={key === "name" ? undefined : "decimal"}
                value={draft.quantity[key]}
                onChange={(event) => change({ quantity: { ...draft.quantity, [key]: event.target.value } })}
              />
            )}
          </Field>
        ))}
      </div>
    </fieldset>
  );
}
