import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";

/** Takes the start of a training back when its run is cancelled. */
export const stopTrainingJob = defineStep({
  name: "StopTrainingJob",
  stage: "train",
  input: z.object({ input: z.unknown(), output: z.object({ job: z.string() }) }),
  output: z.null(),
  timeoutSeconds: 60,
  retry: { maxAttempts: 6, intervalSeconds: 3, backoffRate: 2, maxDelaySeconds: 60 },
  permissions: ["training"],
});
