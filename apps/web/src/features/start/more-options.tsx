import { type Priority, priorities } from "@longhaul/kit";
import { Field } from "../../components/ui/field.js";
import { Input, Select } from "../../components/ui/input.js";
import { humanize } from "../../lib/format.js";
import type { OptionErrors, OptionTexts } from "./start-options.js";

export interface OptionsState {
  texts: OptionTexts;
  errors: OptionErrors;
  change: (part: Partial<OptionTexts>) => void;
}

interface MoreOptionsProps {
  options: OptionsState;
  /** False where the workflow's own input decides the priority. */
  withPriority: boolean;
}

/** What most starts leave as it is, folded away: priority, tags, a later start. */
export function MoreOptions({ options, withPriority }: MoreOptionsProps) {
  const { texts, errors, change } = options;
  const wrong = Object.keys(errors).length > 0;
  return (
    <details open={wrong || undefined} className="rounded-lg border bg-surface px-4 py-2.5">
      <summary className="font-medium">
        More
        <span className="font-normal text-ink-soft"> ({withPriority && "priority, "}tags, later start)</span>
      </summary>
      <fieldset aria-label="More" className="grid gap-4 py-3">
        {withPriority && (
          <Field label="Priority" help="Among the runs of your organisation that wait for their turn.">
            {(control) => (
              <Select
                {...control}
                className="w-auto justify-self-start"
                value={texts.priority}
                onChange={(event) => change({ priority: event.target.value as Priority | "" })}
              >
                <option value="">Normal</option>
                {priorities
                  .filter((priority) => priority !== "normal")
                  .map((priority) => (
                    <option key={priority} value={priority}>
                      {humanize(priority)}
                    </option>
                  ))}
              </Select>
            )}
          </Field>
        )}
        <Field
          label="Tags"
          help="To find the run by, with commas between them; at most ten."
          error={errors.tags}
        >
          {(control) => (
            <Input
              {...control}
              placeholder="e.g. weekly, customers"
              value={texts.tags}
              onChange={(event) => change({ tags: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Not before"
          help={`In your time zone (${zone()}); at most a year ahead.`}
          error={errors.notBefore}
        >
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              className="max-w-60"
              value={texts.notBefore}
              onChange={(event) => change({ notBefore: event.target.value })}
            />
          )}
        </Field>
      </fieldset>
    </details>
  );
}

const zone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;
