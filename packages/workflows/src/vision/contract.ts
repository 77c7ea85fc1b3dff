import { defineContract } from "@longhaul/kit";
import { z } from "zod";
import { drawingField, simulationField } from "../storybook/contract.js";
import { visionResultSchema } from "../storybook/result.js";

export const vision = defineContract({
  name: "vision",
  title: "Describe a drawing",
  description:
    "Says what is in a child's drawing, with its colours and its mood, and cuts it out of its paper.",
  input: z.strictObject({ drawing: drawingField, simulation: simulationField }),
  output: visionResultSchema,
  stages: { vision: { label: "Analyzing your drawing...", weight: 1 } },
  runName: () => "What is in a drawing",
  capabilities: { SIMULATION: ["simulation"] },
});
