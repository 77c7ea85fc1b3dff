import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { modelRetries, simulationSchema } from "../contract.js";
import { descriptionSchema, maxPages, minPages, storyResultSchema } from "../result.js";

/** Writes the story. Its text streams as "story" while it is written. */
export const story = defineStep({
  name: "Story",
  stage: "story",
  input: z.object({
    childName: z.string(),
    pages: z.number().int().min(minPages).max(maxPages),
    seen: descriptionSchema,
    simulation: simulationSchema.optional(),
  }),
  output: storyResultSchema,
  timeoutSeconds: 240,
  ...modelRetries,
  permissions: ["models"],
});
