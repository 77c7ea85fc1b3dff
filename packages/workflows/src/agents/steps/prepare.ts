import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { formatSchema, plannedTurnSchema } from "../result.js";

/** Plans the turns, and says how many there will be. */
export const prepare = defineStep({
  name: "Prepare",
  stage: "prepare",
  input: z.object({ format: formatSchema }),
  output: z.object({ turns: z.array(plannedTurnSchema).min(2).max(300) }),
  timeoutSeconds: 30,
});
