import { defineContract } from "@longhaul/kit";
import { z } from "zod";
import { childNameField, pagesField, simulationField } from "../storybook/contract.js";
import { descriptionSchema, storyResultSchema } from "../storybook/result.js";

export const story = defineContract({
  name: "story",
  title: "Write a story",
  description: "Writes a story of 4 to 8 pages for a child from the description of a drawing.",
  input: z.strictObject({
    childName: childNameField,
    pages: pagesField,
    ...descriptionSchema.shape,
    simulation: simulationField,
  }),
  output: storyResultSchema,
  stages: { story: { label: "Writing your story...", weight: 1 } },
  runName: ({ childName }) => `A story for ${childName}`,
  capabilities: { SIMULATION: ["simulation"] },
});
