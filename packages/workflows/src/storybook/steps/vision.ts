import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { modelRetries, simulationSchema } from "../contract.js";
import { visionResultSchema } from "../result.js";

/** Reads the drawing, measures it, cuts it out of its paper, and says what is in it. */
export const vision = defineStep({
  name: "Vision",
  stage: "vision",
  input: z.object({ drawing: z.uuid(), simulation: simulationSchema.optional() }),
  output: visionResultSchema,
  timeoutSeconds: 240,
  memoryMb: 1_536,
  exclusive: true,
  ...modelRetries,
  permissions: ["storage", "models"],
});
