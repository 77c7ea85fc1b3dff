import { Field } from "../../components/ui/field.js";
import { Input, Select } from "../../components/ui/input.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import { useDelayed } from "./use-delayed.js";
import { commonTimes, cronWords, formatIn, timezones } from "./cron-words.js";

export interface When {
  cron: string;
  timezone: string;
}

interface WhenFieldsProps {
  when: When;
  onChange: (change: Partial<When>) => void;
}

/** When a schedule fires: a line as in crontab, in a time zone, with the next times while it is written. */
export function WhenFields({ when, onChange }: WhenFieldsProps) {
  const asked = useDelayed(when, 250);
  const preview = trpc.schedules.preview.useQuery(asked, {
    enabled: asked.cron.trim() !== "",
    retry: false,
    placeholderData: (before) => before,
  });
  const problem = preview.error && toProblem(preview.error);
  const wrong = (field: string) => problem?.issues.find(({ path }) => path.includes(field))?.message;
  const words = cronWords(when.cron);
  return (
    <fieldset className="grid gap-4 rounded-lg border bg-surface p-4">
      <legend className="px-1 font-medium">When</legend>
      <div className="flex flex-wrap gap-2">
        {commonTimes.map(([cron, label]) => (
          <button
            key={cron}
            type="button"
            aria-pressed={when.cron.trim() === cron}
            onClick={() => onChange({ cron })}
            className="rounded-md border px-2 py-0.5 text-sm hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft"
          >
            {label}
          </button>
        ))}
      </div>
      <Field
        label="Times"
        required
        help={words ?? "Five fields, as in crontab: minute, hour, day of the month, month, day of the week."}
        error={wrong("cron")}
      >
        {(control) => (
          <Input
            {...control}
            name="cron"
            spellCheck={false}
            autoCapitalize="none"
            className="max-w-64 font-mono"
            value={when.cron}
            onChange={(event) => onChange({ cron: event.target.value })}
          />
        )}
      </Field>
      <Field label="Time zone" required error={wrong("timezone")}>
        {(control) => (
          <Select
            {...control}
            name="timezone"
            className="max-w-64"
            value={when.timezone}
            onChange={(event) => onChange({ timezone: event.target.value })}
          >
            {timezones().map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </Select>
        )}
      </Field>
      <div role="status" className="min-h-28 text-sm">
        {!problem && preview.data && (
          <>
            <p className="font-medium">{preview.data.next.length > 0 ? "The next times" : "Never again"}</p>
            <ol className="text-ink-soft">
              {preview.data.next.map((at) => (
                <li key={at}>{formatIn(asked.timezone, at)}</li>
              ))}
            </ol>
          </>
        )}
      </div>
    </fieldset>
  );
}
