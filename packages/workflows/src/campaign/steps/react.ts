import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { maxTwins } from "../limits.js";
import { draftSchema, reactionsSchema } from "../result.js";

/** Reads a draft to each twin: what it says to it, and how near it is to what the twin knows, in numbers. */
export const react = defineStep({
  name: "React",
  stage: "drafts",
  input: z.object({ draft: draftSchema, twinIds: z.array(z.uuid()).max(maxTwins).readonly() }),
  output: reactionsSchema,
  timeoutSeconds: 240,
  memoryMb: 1_024,
  retry: { maxAttempts: 3, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 },
  retryAfter: { maxSeconds: 300 },
  permissions: ["models", "training"],
});
