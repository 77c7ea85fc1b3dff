import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { targetSchema } from "../result.js";

/** Asks how far AMC is. */
export const poll = defineStep({
  name: "Poll",
  stage: "query",
  input: targetSchema.extend({ executionId: z.string(), submittedAt: z.string() }),
  output: z.object({
    status: z.enum(["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]),
    over: z.boolean(),
    /** For a person: why it failed; else an empty text. */
    reason: z.string().max(2_100),
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
