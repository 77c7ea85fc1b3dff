import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { maxRecipients, messageTextSchema } from "../limits.js";
import { sendingSchema } from "../result.js";

/** Sends one approved text to those of its segment whom its channel reaches; to nobody twice. */
export const sendMessages = defineStep({
  name: "SendMessages",
  stage: "send",
  input: z.object({
    message: messageTextSchema,
    recipients: z
      .array(z.object({ segment: z.string().max(60), address: z.string().max(200) }))
      .max(maxRecipients)
      .readonly(),
  }),
  output: sendingSchema,
  timeoutSeconds: 600,
  retry: { maxAttempts: 4, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 },
  permissions: ["email", "sms", "push"],
});
