import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { queryResultSchema } from "../result.js";

/** Reads the result once, to say what is in it. */
export const store = defineStep({
  name: "Store",
  stage: "result",
  input: z.object({ artifactId: z.uuid() }),
  output: queryResultSchema.pick({ rows: true, columns: true, preview: true }),
  timeoutSeconds: 900,
  permissions: ["storage"],
  exclusive: true,
});
