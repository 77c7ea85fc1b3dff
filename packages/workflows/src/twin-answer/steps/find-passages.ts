import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { maxPassages, passageSchema, personaSchema } from "../result.js";

/** Finds what the active version of the twin has read about the question. */
export const findPassages = defineStep({
  name: "FindPassages",
  stage: "find",
  input: z.object({ twinId: z.uuid(), question: z.string() }),
  output: z.object({
    twin: z.string().max(80),
    version: z.number().int(),
    persona: personaSchema,
    passages: z.array(passageSchema).max(maxPassages),
  }),
  timeoutSeconds: 60,
  memoryMb: 1_024,
  permissions: ["training"],
});
