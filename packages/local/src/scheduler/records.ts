import { z } from "zod";

export const nameSchema = z.string().regex(/^[0-9A-Za-z\-_.]{1,64}$/);

const retrySchema = z.object({
  MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).default(86_400),
  MaximumRetryAttempts: z.number().int().min(0).max(185).default(185),
});

/** What CreateSchedule and UpdateSchedule take; the latter replaces everything. Times are seconds since 1970. */
export const settingsSchema = z.object({
  GroupName: nameSchema.default("default"),
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).default("UTC"),
  Description: z.string().max(512).optional(),
  State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  ActionAfterCompletion: z.enum(["NONE", "DELETE"]).default("NONE"),
  StartDate: z.number().optional(),
  EndDate: z.number().optional(),
  FlexibleTimeWindow: z.discriminatedUnion("Mode", [
    z.object({ Mode: z.literal("OFF") }),
    z.object({ Mode: z.literal("FLEXIBLE"), MaximumWindowInMinutes: z.number().int().min(1).max(1440) }),
  ]),
  Target: z.object({
    Arn: z.string().min(1).max(1600),
    RoleArn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.{1,512}$/),
    Input: z.string().min(1).max(262_144).optional(),
    RetryPolicy: retrySchema.prefault({}),
  }),
});
export type Settings = z.output<typeof settingsSchema>;

/** A firing whose target has not taken it yet. Times are milliseconds since 1970. */
export interface Firing {
  readonly id: string;
  /** When it was due. */
  readonly time: number;
  /** Tries so far. */
  readonly tries: number;
}

export interface Schedule {
  readonly name: string;
  readonly settings: Settings;
  readonly created: number;
  readonly modified: number;
  /** When it fires next; null while it is disabled, and when it is complete. */
  readonly next: number | null;
  readonly firings: readonly Firing[];
}

export interface Group {
  readonly name: string;
  readonly created: number;
}
