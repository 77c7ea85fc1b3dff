import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { personaSchema } from "../result.js";

/** Opens the model once, to see that it can answer, and makes the version the one that does. */
export const updateStatusToActive = defineStep({
  name: "UpdateStatusToActive",
  stage: "activate",
  input: z.object({ model: z.string().nullable() }),
  output: z.object({ persona: personaSchema, passages: z.number().int() }),
  timeoutSeconds: 120,
  memoryMb: 2_048,
  permissions: ["training"],
});
