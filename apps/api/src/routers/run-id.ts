import { z } from "zod";

export const runIdSchema = z.object({ runId: z.uuid("This is not the id of a run.") });
