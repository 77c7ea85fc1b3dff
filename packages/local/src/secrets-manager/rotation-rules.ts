import { z } from "zod";
import { invalidParameter } from "./errors.js";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const maxDays = 1000;
const shortestHours = 4;

export const rulesSchema = z.strictObject({
  AutomaticallyAfterDays: z.number().int().min(1).max(maxDays).optional(),
  Duration: z
    .string()
    .regex(/^[0-9]{1,2}h$/)
    .optional(),
  ScheduleExpression: z.string().max(256).optional(),
});

/** How often a secret is rotated by itself, in milliseconds; null for never. @throws AwsError for schedules it has not */
export function intervalOf(rules: z.output<typeof rulesSchema>): number | null {
  const { AutomaticallyAfterDays: days, ScheduleExpression: expression } = rules;
  if (days !== undefined && expression !== undefined)
    throw invalidParameter("You can't specify both AutomaticallyAfterDays and ScheduleExpression.");
  if (days !== undefined) return days * dayMs;
  if (expression === undefined) return null;
  const [, count = "", unit = ""] = /^rate\((\d{1,4}) (hours?|days?)\)$/.exec(expression) ?? [];
  const ms = Number(count) * (unit.startsWith("hour") ? hourMs : dayMs);
  if (unit === "" || ms < shortestHours * hourMs || ms > maxDays * dayMs)
    throw invalidParameter(
      `The local cloud rotates by rate(<number> hours) or rate(<number> days), from ${shortestHours} hours to ${maxDays} days; it has no other schedules.`,
    );
  return ms;
}
