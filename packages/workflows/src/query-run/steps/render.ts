import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { maxLineLength } from "../result.js";

/** Puts the parameters into the SQL, and finds the instance that is to be asked. */
export const render = defineStep({
  name: "Render",
  stage: "prepare",
  input: z.object({
    instanceId: z.uuid(),
    sql: z.string().max(60_000),
    parameterSchema: z.unknown().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
  }),
  output: z.object({
    /** As AMC takes it: one line. */
    sql: z.string().max(maxLineLength),
    instanceName: z.string().max(500),
    connectionId: z.uuid(),
    amcInstanceId: z.string().max(200),
    accountId: z.string().max(200),
    marketplaceId: z.string().max(100),
  }),
  timeoutSeconds: 30,
});
