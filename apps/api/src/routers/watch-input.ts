import { z } from "zod";

/**
 * The number of the last event a watcher has seen; tRPC's client sends it as text when it resumes.
 * Absent or 0: everything from the first event.
 */
const lastEventIdSchema = z
  .union([
    z.int().min(0),
    z
      .string()
      .regex(/^(0|[1-9]\d{0,14})$/, "This is not the number of an event.")
      .transform(Number),
  ])
  .default(0);

export const watchSchema = z.object({
  runId: z.uuid("This is not the id of a run."),
  lastEventId: lastEventIdSchema,
});
export type WatchInput = z.input<typeof watchSchema>;
