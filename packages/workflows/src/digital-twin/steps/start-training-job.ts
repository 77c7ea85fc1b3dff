import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { simulationSchema } from "../contract.js";

/** Starts the training job of this attempt; a repeat finds the one that it has started. */
export const startTrainingJob = defineStep({
  name: "StartTrainingJob",
  stage: "train",
  input: z.object({
    prefix: z.string().max(200),
    epochs: z.number().int(),
    instanceType: z.string(),
    instanceCount: z.number().int(),
    spot: z.boolean(),
    maxRuntimeSeconds: z.number().int(),
    simulation: simulationSchema.optional(),
  }),
  output: z.object({ job: z.string().max(63) }),
  timeoutSeconds: 60,
  retry: { maxAttempts: 6, intervalSeconds: 3, backoffRate: 2, maxDelaySeconds: 60 },
  permissions: ["training"],
});
