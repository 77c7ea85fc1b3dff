import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { epochSchema } from "../result.js";

/** Looks how far the job is, and notes what it has measured. */
export const checkTrainingStatus = defineStep({
  name: "CheckTrainingStatus",
  stage: "train",
  input: z.object({ job: z.string(), prefix: z.string(), epochs: z.number().int() }),
  output: z.object({
    status: z.enum(["InProgress", "Completed"]),
    job: z.string().max(63),
    /** s3:// of what the job has left, once it has. */
    model: z.string().max(1_024).nullable(),
    last: epochSchema.nullable(),
    /** When to look again. */
    nextCheckSeconds: z.number(),
  }),
  timeoutSeconds: 60,
  retry: { maxAttempts: 8, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 },
  permissions: ["training"],
});
