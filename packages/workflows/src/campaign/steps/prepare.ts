import { channels } from "@longhaul/kit";
import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { segmentSchema } from "../contract.js";
import { maxDrafts, maxSegments, maxTwins } from "../limits.js";
import { companySchema } from "../result.js";

/** One draft that is to be written. */
export const orderSchema = z.object({
  segment: z.object({ name: z.string().max(60), description: z.string().max(200) }),
  channel: z.enum(channels),
  variant: z.number().int().min(1).max(maxDrafts),
});
export type Order = z.infer<typeof orderSchema>;

/** Sees that every twin can be asked, reads how the organisation speaks, and plans the drafts. */
export const prepare = defineStep({
  name: "Prepare",
  stage: "plan",
  input: z.object({
    channels: z.array(z.enum(channels)).max(channels.length),
    segments: z.array(segmentSchema).max(maxSegments),
    twinIds: z.array(z.uuid()).max(maxTwins),
    draftBudget: z.number().int(),
    sendAt: z.string().max(40).optional(),
  }),
  output: z.object({
    company: companySchema,
    /** What the twins care for, in their words. */
    interests: z.array(z.string().max(60)).max(24),
    orders: z.array(orderSchema).max(maxDrafts),
    sendAt: z.iso.datetime(),
  }),
  timeoutSeconds: 60,
});
