import { Field } from "../../../components/ui/field.js";
import { Input } from "../../../components/ui/input.js";

export interface TimeWindow {
  start: string;
  end: string;
}

const day = 86_400_000;
const midnight = (time: number) => `${new Date(time).toISOString().slice(0, 10)}T00:00:00Z`;

/** The days before this one, whole, in UTC: AMC has a day's events a day or two later. */
export function lastDays(days: number, now: number): TimeWindow {
  return { start: midnight(now - days * day), end: midnight(now) };
}

/** @returns what is wrong with it, or null */
export function windowProblem({ start, end }: TimeWindow): string | null {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  if (Number.isNaN(from) || Number.isNaN(to)) return "Choose both days.";
  if (from >= to) return "The end must come after the start.";
  return to - from > 400 * day ? "A time window is 400 days long at most." : null;
}

interface TimeWindowFieldsProps {
  window: TimeWindow;
  problem: string | null;
  onChange: (window: TimeWindow) => void;
}

/** From the beginning of the one day until the beginning of the other, in UTC. */
export function TimeWindowFields({ window, problem, onChange }: TimeWindowFieldsProps) {
  const set = (edge: "start" | "end") => (event: { target: { value: string } }) =>
    onChange({ ...window, [edge]: event.target.value ? `${event.target.value}T00:00:00Z` : "" });
  return (
    <div className="grid gap-4 @xl:@max-4xl:grid-cols-2">
      <Field label="From" required help="Events from this day on (UTC)." error={problem ?? undefined}>
        {(control) => (
          <Input {...control} type="date" value={window.start.slice(0, 10)} onChange={set("start")} />
        )}
      </Field>
      <Field label="Until" required help="Events before this day.">
        {(control) => (
          <Input {...control} type="date" value={window.end.slice(0, 10)} onChange={set("end")} />
        )}
      </Field>
    </div>
  );
}
