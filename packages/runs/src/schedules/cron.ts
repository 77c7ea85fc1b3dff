import { Cron } from "croner";
import { RunsRefusal } from "../refusal.js";

const fields = [
  { name: "minute", min: 0, max: 59, names: [] },
  { name: "hour", min: 0, max: 23, names: [] },
  { name: "day of the month", min: 1, max: 31, names: [] },
  {
    ...{ name: "month", min: 1, max: 12 },
    names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
  },
  // 0 and 7 are Sunday both.
  {
    name: "day of the week",
    min: 0,
    max: 7,
    names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"],
  },
] as const;
type Field = (typeof fields)[number];

/**
 * A crontab line's five fields (minute, hour, day of the month, month, day of the week; lists, ranges, steps and names)
 * as EventBridge Scheduler writes them. Sources: crontab(5); "Schedule types in EventBridge Scheduler".
 *
 * @returns `cron(...)`, at most 256 characters.
 * @throws RunsRefusal INPUT_INVALID that says which field is wrong. What says both days is refused: crontab means either of
 *   them by it, which EventBridge cannot.
 */
export function eventBridgeExpression(cron: string): string {
  const [minutes, hours, days, months, weekdays] = read(cron);
  if (days && weekdays)
    throw invalid(
      "Either the day of the month or the day of the week must be *: make two schedules instead.",
    );
  if (days && months && !days.some((day) => months.some((month) => day <= (longest[month - 1] ?? 31))))
    throw invalid("None of these months has such a day.");
  const [, , dayField, monthField] = fields;
  const days5 = weekdays ? "?" : spelled(dayField, days);
  const week = weekdays ? weekdays.map((day) => fields[4].names[day]).join(",") : "?";
  const expression = `cron(${spelled(fields[0], minutes)} ${spelled(fields[1], hours)} ${days5} ${spelled(monthField, months)} ${week} *)`;
  if (expression.length > 240) throw invalid("This says more times than one schedule can: make two instead.");
  return expression;
}

/** The most days that each month may have. */
const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** @throws RunsRefusal INPUT_INVALID */
export function checkTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch {
    throw new RunsRefusal("INPUT_INVALID", `There is no time zone "${timezone.slice(0, 64)}".`, [
      { path: ["timezone"], message: "There is no such time zone." },
    ]);
  }
}

/**
 * The next times that a crontab line names after `from`, ISO 8601. A time that the clocks leave out in spring is skipped.
 *
 * @throws RunsRefusal INPUT_INVALID
 */
export function nextTimes(cron: string, timezone: string, count: number, from: Date): string[] {
  checkTimezone(timezone);
  eventBridgeExpression(cron);
  // As it was read here: what a library knows of crontab is another share of it.
  const line = read(cron).map((values) => values?.join(",") ?? "*");
  const pattern = new Cron(line.join(" "), { timezone, mode: "5-part", paused: true });
  const times: string[] = [];
  for (let after: Date | null = from; times.length < count; ) {
    after = pattern.nextRun(after);
    if (after === null) break;
    if (pattern.match(after)) times.push(after.toISOString());
  }
  return times;
}

/** Those that a field names, in order; null is all of them. */
type Values = readonly number[] | null;

/** What each of the five fields names. @throws RunsRefusal INPUT_INVALID */
function read(cron: string): [Values, Values, Values, Values, Values] {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== fields.length)
    throw invalid("Five fields are needed: minute, hour, day of the month, month and day of the week.");
  return fields.map((field, place) => valuesOf(field, parts[place] as string)) as ReturnType<typeof read>;
}

function valuesOf(field: Field, text: string): Values {
  if (text === "*" || text === "?") return null;
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const [, range = "", step = "1"] = /^([^/]+)(?:\/([1-9]\d?))?$/.exec(part) ?? [];
    const [first = "", last] = range.split("-");
    const stepped = part.includes("/");
    const from = range === "*" ? field.min : valueOf(field, first);
    const to =
      range === "*" ? field.max : last === undefined ? (stepped ? field.max : from) : valueOf(field, last);
    if (from === null || to === null || from > to || range.split("-").length > 2) {
      const bounds = `${field.min} to ${field.max}`;
      throw invalid(
        `"${part.slice(0, 20)}" is no ${field.name}: numbers from ${bounds}, ranges, lists and steps.`,
      );
    }
    for (let value = from; value <= to; value += Number(step))
      found.add(field.name === "day of the week" ? value % 7 : value);
  }
  const sorted = [...found].toSorted((a, b) => a - b);
  const all = field.name === "day of the week" ? 7 : field.max - field.min + 1;
  return sorted.length === all ? null : sorted;
}

function valueOf(field: Field, text: string): number | null {
  const named = (field.names as readonly string[]).indexOf(text.toUpperCase());
  if (named >= 0) return field.name === "month" ? named + 1 : named;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.min && value <= field.max ? value : null;
}

/** As shortly as EventBridge can say it. */
function spelled({ min, max }: Field, values: Values): string {
  if (values === null) return "*";
  const [first = min, second = first] = values;
  const last = values.at(-1) ?? first;
  const step = second - first;
  const even = step > 0 && values.every((value, place) => value === first + place * step);
  if (even && values.length > 2 && step === 1) return `${first}-${last}`;
  if (even && values.length > 2 && last + step > max) return `${first}/${step}`;
  return values.join(",");
}

function invalid(message: string): RunsRefusal {
  return new RunsRefusal("INPUT_INVALID", message, [{ path: ["cron"], message }]);
}
