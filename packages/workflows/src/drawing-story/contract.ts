import { defineContract } from "@longhaul/kit";
import { z } from "zod";
import { childNameField, drawingField, pagesField, simulationField } from "../storybook/contract.js";
import { storyResultSchema, visionResultSchema } from "../storybook/result.js";

export const drawingStory = defineContract({
  name: "drawing-story",
  title: "Write a story about a drawing",
  description:
    "Looks at a child's drawing and writes a story of 4 to 8 pages about it, without pictures or voice.",
  input: z.strictObject({
    drawing: drawingField,
    childName: childNameField,
    pages: pagesField,
    simulation: simulationField,
  }),
  output: z.object({ vision: visionResultSchema, story: storyResultSchema }),
  stages: {
    vision: { label: "Analyzing your drawing...", weight: 1 },
    story: { label: "Writing your story...", weight: 1 },
  },
  runName: ({ childName }) => `A story for ${childName}`,
  capabilities: { SIMULATION: ["simulation"] },
});
