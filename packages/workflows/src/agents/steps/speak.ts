import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { modelRetries } from "../contract.js";
import { formatSchema, plannedTurnSchema, turnSchema } from "../result.js";

/** One turn of one speaker. Its text streams as "<number> <speaker>" while it is spoken. */
export const speak = defineStep({
  name: "Speak",
  stage: "talk",
  input: z.object({ format: formatSchema, turn: plannedTurnSchema }),
  output: turnSchema,
  timeoutSeconds: 180,
  ...modelRetries,
  permissions: ["models"],
});
