import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { simulationSchema } from "../contract.js";
import {
  colourSchema,
  narrationResultSchema,
  pictureResultSchema,
  storyResultSchema,
  videoResultSchema,
} from "../result.js";

/** Puts pictures, texts and narration together into a film. */
export const video = defineStep({
  name: "Video",
  stage: "video",
  input: z.object({
    childName: z.string(),
    story: storyResultSchema,
    colours: z.array(colourSchema),
    drawingArtifactId: z.uuid(),
    cutoutArtifactId: z.uuid(),
    pictures: z.array(pictureResultSchema).readonly(),
    narration: z.array(narrationResultSchema).readonly(),
    simulation: simulationSchema.optional(),
  }),
  output: videoResultSchema,
  timeoutSeconds: 600,
  // Lambda gives processors by memory, and ffmpeg uses what there is.
  memoryMb: 3_008,
  exclusive: true,
  retry: { maxAttempts: 2, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 30 },
  permissions: ["storage"],
});
