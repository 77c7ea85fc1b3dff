import { channelSchema, prioritySchema } from "@longhaul/kit";
import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { simulationSchema } from "../contract.js";
import { notificationSummarySchema } from "../result.js";

/** Tells the person who started the import how it went, by one channel. */
export const sendNotification = defineStep({
  name: "SendNotification",
  stage: "notify",
  input: z.object({
    importName: z.string(),
    summary: z.string(),
    priority: prioritySchema,
    /** What the person asked for when starting; without it priority and preference decide. */
    channel: channelSchema.optional(),
    simulation: simulationSchema.optional(),
  }),
  output: notificationSummarySchema,
  timeoutSeconds: 60,
  memoryMb: 512,
  permissions: ["email", "sms", "push"],
});
