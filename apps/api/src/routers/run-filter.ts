import { finalStatuses, type RunStatus } from "@longhaul/kit";
import { z } from "zod";
import { cursorSchema } from "./page.js";
import { storable } from "./storable.js";

const statuses = [
  "queued",
  "running",
  "waiting",
  "cancelling",
  ...finalStatuses,
] as const satisfies readonly RunStatus[];

const notATime = "This is not a time.";
/** In UTC: Postgres takes neither offsets of a whole day nor the year 0. */
const time = z.iso
  .datetime({ offset: true, error: notATime })
  .transform((text) => new Date(text).toISOString())
  .refine((text) => /^(?!0000)\d{4}-/.test(text), notATime);

/** What narrows a list of runs; what is left out narrows nothing. */
export const narrowingSchema = z.object({
  workflow: storable(63).min(1).optional(),
  statuses: z.array(z.enum(statuses)).min(1).max(statuses.length).optional(),
  tag: storable(50).trim().min(1).optional(),
  /** The id of whoever started them. */
  person: z.uuid("This is not the id of a person.").optional(),
  /** Started at or after `from`, and before `to`. */
  from: time.optional(),
  to: time.optional(),
  /** Looks in names, tags, inputs and ids. */
  search: storable(200).trim().optional(),
});
export const filterSchema = narrowingSchema.extend({ limit: z.int().min(1).max(100).default(50) });
export type RunFilter = z.output<typeof filterSchema>;

export const listSchema = filterSchema.extend({ cursor: cursorSchema });
