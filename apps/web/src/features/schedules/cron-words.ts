import cronstrue from "cronstrue";

/** What a crontab line says in words, like "At 09:00, Monday through Friday"; null while it says nothing. */
export function cronWords(cron: string): string | null {
  try {
    return cronstrue.toString(cron.trim(), { use24HourTimeFormat: true, verbose: false });
  } catch {
    return null;
  }
}

/** What people ask for most. */
export const commonTimes: readonly (readonly [cron: string, words: string])[] = [
  ["0 * * * *", "Every hour"],
  ["0 9 * * *", "Every day at 9:00"],
  ["0 9 * * 1-5", "Every working day at 9:00"],
  ["0 9 * * 1", "Every Monday at 9:00"],
  ["0 6 1 * *", "On the first of the month at 6:00"],
];

/** The time zones that browsers know, UTC among them. */
export function timezones(): readonly string[] {
  const known = Intl.supportedValuesOf("timeZone");
  return known.includes("UTC") ? known : ["UTC", ...known];
}

const inZone = (timezone: string) =>
  new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "short", hour12: false, timeZone: timezone });

/** A moment as a clock in the zone shows it: "Friday, November 20, 2026 at 09:00". */
export function formatIn(timezone: string, at: string): string {
  return inZone(timezone).format(Date.parse(at));
}
