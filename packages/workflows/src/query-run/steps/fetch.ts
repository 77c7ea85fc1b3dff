import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { targetSchema } from "../result.js";

/** Fetches the parts of the result and keeps them as one file. */
export const fetchResult = defineStep({
  name: "Fetch",
  stage: "result",
  input: targetSchema.extend({ executionId: z.string() }),
  output: z.object({
    artifactId: z.uuid(),
    bytes: z.number().int().nonnegative(),
    parts: z.number().int().nonnegative(),
  }),
  timeoutSeconds: 900,
  // Patiently, and as late as AMC asks for.
  retry: { maxAttempts: 8, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 },
  retryAfter: { maxSeconds: 600 },
  permissions: ["connections", "storage"],
});
