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

/** What narrows a list of runs. `search` looks in name, id and input. */
export const filterSchema = z.object({
  workflow: storable(63).min(1).optional(),
  statuses: z.array(z.enum(statuses)).min(1).max(statuses.length).optional(),
  search: storable(200).trim().optional(),
  limit: z.int().min(1).max(100).default(50),
});
export type RunFilter = z.output<typeof filterSchema>;

export const listSchema = filterSchema.extend({ cursor: cursorSchema });
