import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { maxDrafts, messageTextSchema } from "../limits.js";
import { sendingSchema, summarySchema, triedDraftSchema } from "../result.js";

/** Says what was written, changed and sent. */
export const sumUp = defineStep({
  name: "SumUp",
  stage: "send",
  input: z.object({
    drafts: z.array(triedDraftSchema).max(maxDrafts).readonly(),
    messages: z.array(messageTextSchema).max(maxDrafts).readonly(),
    sendings: z.array(sendingSchema).max(maxDrafts).readonly(),
  }),
  output: summarySchema,
  timeoutSeconds: 30,
});
