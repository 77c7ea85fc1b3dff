import { randomUUID } from "node:crypto";
import { z } from "zod";
import { ApiError } from "./errors.js";
import type { Execution } from "./executions.js";

const localTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z?$/, "must look like 2026-10-01T00:00:00");

const executionSchema = z.object({
  workflow: z.object({
    // The guide: the query is one line, without tabs and line ends.
    sqlQuery: z
      .string()
      .min(1)
      .max(200_000)
      .regex(/^[^\r\n\t]*$/, "must be a single line without tabs"),
    workflowId: z
      .string()
      .regex(/^[\w.-]{1,200}$/)
      .optional(),
  }),
  timeWindowType: z
    .enum(["EXPLICIT", "MOST_RECENT_DAY", "MOST_RECENT_WEEK", "CURRENT_MONTH", "PREVIOUS_MONTH"])
    .default("MOST_RECENT_DAY"),
  timeWindowStart: localTime.optional(),
  timeWindowEnd: localTime.optional(),
  timeWindowTimeZone: z.literal("UTC", "only UTC is known to the local stand-in").optional(),
});

/** Reads what an execution is created from. @throws ApiError 400 */
export function readExecution(body: unknown): Pick<Execution, "workflowId" | "sql" | "window"> {
  const parsed = executionSchema.safeParse(body);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new ApiError(400, "BAD_REQUEST", lines.join("; "));
  }
  const { workflow, timeWindowType, timeWindowStart, timeWindowEnd } = parsed.data;
  const window =
    timeWindowType === "EXPLICIT"
      ? explicit(timeWindowStart, timeWindowEnd)
      : recent(timeWindowType, new Date());
  return { workflowId: workflow.workflowId ?? `transient_${randomUUID()}`, sql: workflow.sqlQuery, window };
}

function explicit(start: string | undefined, end: string | undefined): Execution["window"] {
  if (start === undefined || end === undefined) {
    throw new ApiError(
      400,
      "BAD_REQUEST",
      "An EXPLICIT time window needs timeWindowStart and timeWindowEnd.",
    );
  }
  const utc = (time: string) => (time.endsWith("Z") ? time : `${time}Z`);
  if (!(Date.parse(utc(start)) < Date.parse(utc(end)))) {
    throw new ApiError(400, "BAD_REQUEST", "timeWindowEnd must come after timeWindowStart.");
  }
  return { start: utc(start), end: utc(end) };
}

function recent(type: string, now: Date): Execution["window"] {
  const day = (year: number, month: number, date: number) =>
    new Date(Date.UTC(year, month, date)).toISOString();
  const [y, m, d] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const windows: Record<string, Execution["window"]> = {
    MOST_RECENT_DAY: { start: day(y, m, d - 1), end: day(y, m, d) },
    MOST_RECENT_WEEK: { start: day(y, m, d - 7), end: day(y, m, d) },
    CURRENT_MONTH: { start: day(y, m, 1), end: day(y, m, d) },
    PREVIOUS_MONTH: { start: day(y, m - 1, 1), end: day(y, m, 1) },
  };
  return windows[type] as Execution["window"];
}
