import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { modelRetries, simulationSchema } from "../contract.js";
import { narrationResultSchema } from "../result.js";

/** Reads one page aloud. */
export const recordPage = defineStep({
  name: "RecordPage",
  stage: "voice",
  input: z.object({
    text: z.string(),
    number: z.number().int().min(0),
    simulation: simulationSchema.optional(),
  }),
  output: narrationResultSchema,
  timeoutSeconds: 240,
  memoryMb: 1_024,
  exclusive: true,
  ...modelRetries,
  permissions: ["storage", "models"],
});
