import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { modelRetries, simulationSchema } from "../contract.js";
import { colourSchema, moodSchema, pictureResultSchema, storyPageSchema } from "../result.js";

/** Makes the picture of one page. */
export const drawPage = defineStep({
  name: "DrawPage",
  stage: "images",
  input: z.object({
    page: storyPageSchema,
    number: z.number().int().min(0),
    drawn: z.string(),
    colours: z.array(colourSchema),
    mood: moodSchema,
    cutoutArtifactId: z.uuid(),
    simulation: simulationSchema.optional(),
  }),
  output: pictureResultSchema,
  timeoutSeconds: 240,
  memoryMb: 1_024,
  exclusive: true,
  ...modelRetries,
  permissions: ["storage", "models"],
});
