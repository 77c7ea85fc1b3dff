import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { companySchema, draftSchema } from "../result.js";
import { orderSchema } from "./prepare.js";

/** Writes one draft, within the limits of its channel. */
export const writeDraft = defineStep({
  name: "WriteDraft",
  stage: "drafts",
  input: z.object({
    goal: z.string(),
    company: companySchema,
    interests: z.array(z.string()).readonly(),
    order: orderSchema,
  }),
  output: draftSchema,
  timeoutSeconds: 240,
  retry: { maxAttempts: 3, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 },
  retryAfter: { maxSeconds: 300 },
  permissions: ["models"],
});
