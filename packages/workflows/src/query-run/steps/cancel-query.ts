import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { submissionSchema, submittedSchema } from "../result.js";

/** Takes a query back that was handed in, when its run is cancelled. */
export const cancelQuery = defineStep({
  name: "CancelQuery",
  stage: "query",
  input: z.object({ input: submissionSchema, output: submittedSchema }),
  output: z.object({ cancelled: z.boolean() }),
  timeoutSeconds: 90,
  // Patiently, and as late as AMC asks for.
  retry: { maxAttempts: 8, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 },
  retryAfter: { maxSeconds: 600 },
  permissions: ["connections"],
});
