import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { modelRetries } from "../contract.js";
import { formatSchema, talkResultSchema } from "../result.js";

/** What came of it, and the transcript as a file. */
export const sumUp = defineStep({
  name: "SumUp",
  stage: "summary",
  input: z.object({ format: formatSchema }),
  output: talkResultSchema,
  timeoutSeconds: 240,
  ...modelRetries,
  permissions: ["models", "storage"],
});
