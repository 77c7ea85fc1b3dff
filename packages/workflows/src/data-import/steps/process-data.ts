import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { simulationSchema } from "../contract.js";
import { importResultSchema } from "../result.js";

/** Reads the file once from end to end: checks every row, profiles every column, lists what it rejects. */
export const processData = defineStep({
  name: "ProcessData",
  stage: "process",
  input: z.object({
    file: z.uuid(),
    maxRejectedShare: z.number().min(0).max(1),
    simulation: simulationSchema.optional(),
  }),
  output: importResultSchema,
  timeoutSeconds: 900,
  memoryMb: 1_024,
  exclusive: true,
  permissions: ["storage"],
});
