import { type ContractInput, type ContractOutput, defineContract } from "@longhaul/kit";
import { z } from "zod";
import { queryResultSchema } from "./result.js";
import { maxSqlLength } from "./template.js";

/** AMC keeps thirteen months of events. */
const mostDays = 400;

const dateTime = z.iso.datetime({ offset: true, error: "Write a date and time, like 2026-10-01T00:00:00Z." });

/** From `start` until just before `end`; AMC looks at events within it only. */
export const timeWindowSchema = z
  .strictObject({
    start: dateTime.meta({ title: "From", examples: ["2026-10-01T00:00:00Z"] }),
    end: dateTime.meta({ title: "Until", examples: ["2026-10-15T00:00:00Z"] }),
  })
  .refine(({ start, end }) => Date.parse(start) < Date.parse(end), {
    path: ["end"],
    message: "The end must come after the start.",
  })
  .refine(({ start, end }) => Date.parse(end) - Date.parse(start) <= mostDays * 86_400_000, {
    path: ["end"],
    message: `A time window is ${mostDays} days long at most.`,
  })
  .meta({ title: "Time window", description: "Events of this time are looked at." });

const inputSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, "Give the query a name.")
    .max(120, "Keep the name under 120 characters.")
    .default("Query")
    .meta({
      title: "Name",
      description: "What this query is called in the list of runs.",
      examples: ["Reach and frequency"],
    }),
  instanceId: z.uuid("This is not the id of an instance.").meta({
    title: "Instance",
    description: "The AMC instance that is asked, by its id on the Connections page.",
    examples: ["018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21"],
  }),
  sql: z
    .string()
    .trim()
    .min(1, "Write a query.")
    .max(maxSqlLength, `Keep the query under ${maxSqlLength} characters.`)
    .meta({
      title: "SQL",
      description: "One SELECT in AMC's SQL; {{name}} stands for a parameter.",
      examples: ["SELECT campaign, COUNT(DISTINCT user_id) AS reach FROM dsp_impressions GROUP BY campaign"],
    }),
  timeWindow: timeWindowSchema,
  parameterSchema: z
    .unknown()
    .optional()
    .meta({ title: "Parameter schema", description: "What each {{parameter}} of the SQL is." }),
  parameters: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ title: "Parameters", description: "The value of each parameter.", examples: [{ days: 14 }] }),
  sqlWorkflowId: z
    .uuid()
    .optional()
    .meta({ title: "SQL workflow", description: "The saved query that this run belongs to." }),
});

export const queryRun = defineContract({
  name: "query-run",
  title: "Run a query",
  description:
    "Asks an Amazon Marketing Cloud instance by SQL, waits for the answer and keeps it as a table.",
  input: inputSchema,
  output: queryResultSchema,
  stages: {
    prepare: { label: "Preparing your query", weight: 1 },
    query: { label: "Amazon Marketing Cloud is working on it", weight: 14 },
    result: { label: "Fetching the result", weight: 5 },
  },
  runName: ({ name }) => name,
  startedFrom: "a query's page",
});

export type QueryRunInput = ContractInput<typeof queryRun>;
export type QueryRunOutput = ContractOutput<typeof queryRun>;
