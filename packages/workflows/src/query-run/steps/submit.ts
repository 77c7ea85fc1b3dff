import { defineStep } from "@longhaul/kit/step";
import { submissionSchema, submittedSchema } from "../result.js";

/** Hands the query to AMC, once. */
export const submit = defineStep({
  name: "Submit",
  stage: "query",
  input: submissionSchema,
  output: submittedSchema,
  timeoutSeconds: 90,
  // Patiently, and as late as AMC asks for.
  retry: { maxAttempts: 8, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 },
  retryAfter: { maxSeconds: 600 },
  permissions: ["connections"],
});
