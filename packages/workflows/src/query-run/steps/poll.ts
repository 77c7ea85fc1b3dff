import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { submissionSchema } from "../result.js";

/** Asks how far AMC is. */
export const poll = defineStep({
  name: "Poll",
  stage: "query",
  input: submissionSchema.extend({ executionId: z.string(), submittedAt: z.string() }),
  output: z.object({
    /** The one that was submitted, or the one that took its place when the run was tried again. */
    executionId: z.string().max(200),
    status: z.enum(["PENDING", "RUNNING", "SUCCEEDED"]),
    over: z.boolean(),
    /** How long to wait before asking again. */
    waitSeconds: z.number(),
    /** Since the query was handed in. */
    elapsedMs: z.number().int().nonnegative(),
  }),
  timeoutSeconds: 90,
  // Patiently, and as late as AMC asks for.
  retry: { maxAttempts: 8, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 },
  retryAfter: { maxSeconds: 600 },
  permissions: ["connections"],
});
