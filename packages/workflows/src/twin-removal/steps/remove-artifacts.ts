import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";

/** Stops what is still in training, deletes texts and models, and then the twin itself. */
export const removeArtifacts = defineStep({
  name: "RemoveArtifacts",
  stage: "remove",
  input: z.object({ twinId: z.uuid() }),
  output: z.object({
    name: z.string().max(80),
    objects: z.number().int(),
    uploads: z.number().int(),
  }),
  timeoutSeconds: 300,
  retry: { maxAttempts: 5, intervalSeconds: 3, backoffRate: 2, maxDelaySeconds: 60 },
  permissions: ["training"],
});
