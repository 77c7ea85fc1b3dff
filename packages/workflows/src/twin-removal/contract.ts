import { defineContract } from "@longhaul/kit";
import { z } from "zod";

export const twinRemoval = defineContract({
  name: "twin-removal",
  title: "Delete a digital twin",
  description: "Deletes a twin with all that it has read and learned. This cannot be taken back.",
  input: z.strictObject({
    twinId: z.uuid("Choose a twin.").meta({
      title: "Twin",
      description: "Which one: the id that the twin's page has in its address.",
      examples: ["018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b22"],
    }),
  }),
  output: z.object({
    name: z.string().max(80),
    /** Texts, models and checkpoints. */
    objects: z.number().int(),
    uploads: z.number().int(),
  }),
  stages: { remove: { label: "Deleting the twin", weight: 1 } },
  runName: () => "Delete a twin",
  startedFrom: "a twin's page",
});
