import { Cron } from "croner";
import { invalid } from "./errors.js";

/** When a schedule fires. */
export interface Expression {
  /** A one-time schedule: it is complete once it has fired. */
  readonly once: boolean;
  /** The first firing after a moment, milliseconds since 1970; null when there is none. `from` is where a rate begins to count. */
  next(after: number, from: number): number | null;
}

const minute = 60_000;
const unitMs = { minute, hour: 60 * minute, day: 1440 * minute };

/**
 * Reads `at(yyyy-mm-ddThh:mm:ss)`, `rate(value unit)` or `cron(minutes hours day-of-month month day-of-week year)`, in a
 * time zone of the IANA database. A time that the clocks leave out in spring is skipped, one that they repeat in autumn
 * counts once. Source: "Schedule types in EventBridge Scheduler".
 *
 * @throws AwsError ValidationException
 */
export function parseExpression(text: string, timezone: string): Expression {
  if (!isTimezone(timezone)) throw invalid(`Invalid Schedule Expression Timezone ${timezone.slice(0, 60)}.`);
  const [, kind, inner = ""] = /^(at|rate|cron)\((.{1,250})\)$/.exec(text) ?? [];
  switch (kind) {
    case "at":
      return at(inner, timezone);
    case "rate":
      return rate(inner);
    case "cron":
      return cron(inner, timezone);
    default:
      throw wrong(text);
  }
}

function at(inner: string, timezone: string): Expression {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inner)) throw wrong(`at(${inner})`);
  const time = attempt(`at(${inner})`, () =>
    new Cron(inner, { timezone, paused: true }).nextRun(new Date(0)),
  );
  const moment = time?.getTime() ?? null;
  return { once: true, next: (after) => (moment !== null && moment > after ? moment : null) };
}

function rate(inner: string): Expression {
  const [, value, unit] = /^([1-9]\d{0,5}) (minute|hour|day)s?$/.exec(inner) ?? [];
  if (!value || !unit) throw wrong(`rate(${inner})`);
  const every = Number(value) * unitMs[unit as keyof typeof unitMs];
  return {
    once: false,
    next: (after, from) => (after < from ? from : from + (Math.floor((after - from) / every) + 1) * every),
  };
}

function cron(inner: string, timezone: string): Expression {
  const fields = inner.trim().split(/ +/);
  const [, , dayOfMonth, , dayOfWeek] = fields;
  // One of the two days must be left open, and only one.
  if (fields.length !== 6 || (dayOfMonth === "?") === (dayOfWeek === "?")) throw wrong(`cron(${inner})`);
  const pattern = attempt(
    `cron(${inner})`,
    () =>
      new Cron(`0 ${fields.join(" ")}`, {
        ...{ timezone, mode: "7-part", paused: true },
        // Sunday is 1, and a step may begin at a number, as in 0/15.
        ...{ alternativeWeekdays: true, sloppyRanges: true },
      }),
  );
  return {
    once: false,
    next(after) {
      for (let from = after; ; ) {
        const found = pattern.nextRun(new Date(from));
        if (found === null) return null;
        // What was moved because the clocks left its time out.
        if (pattern.match(found)) return found.getTime();
        from = found.getTime();
      }
    },
  };
}

function attempt<T>(text: string, work: () => T): T {
  try {
    return work();
  } catch {
    throw wrong(text);
  }
}

function wrong(text: string) {
  return invalid(`Invalid Schedule Expression ${text.slice(0, 260)}.`);
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
