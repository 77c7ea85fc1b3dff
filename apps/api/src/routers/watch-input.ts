import { z } from "zod";

const notANumber = "This is not the number of an event.";

/**
 * The number of the last event a watcher has seen; tRPC's client sends it as text when it resumes.
 * Absent or 0: everything from the first event.
 */
const lastEventIdSchema = z
  .union([
    z.int(notANumber).min(0, notANumber),
    z
      .string()
      .regex(/^(0|[1-9]\d{0,14})$/, notANumber)
      .transform(Number),
  ])
  .default(0);

export const watchSchema = z.object({
  runId: z.uuid("This is not the id of a run."),
  lastEventId: lastEventIdSchema,
});
export type WatchInput = z.input<typeof watchSchema>;
