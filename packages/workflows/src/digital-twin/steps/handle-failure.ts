import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";

/** Notes why the version will not answer; the one before it goes on answering. */
export const handleFailure = defineStep({
  name: "HandleFailure",
  stage: "activate",
  input: z.object({ code: z.string(), message: z.string() }),
  output: z.null(),
  timeoutSeconds: 60,
  permissions: ["training"],
});
