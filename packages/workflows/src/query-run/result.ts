import { z } from "zod";

/** What a column holds, judged by every one of its values. `empty` has none. */
export const queryColumnTypeSchema = z.enum([
  "integer",
  "number",
  "boolean",
  "date",
  "datetime",
  "string",
  "empty",
]);
export type QueryColumnType = z.infer<typeof queryColumnTypeSchema>;

export const queryColumnSchema = z.object({
  name: z.string(),
  type: queryColumnTypeSchema,
  /** Rows without a value. */
  nulls: z.number().int().nonnegative(),
});
export type QueryColumn = z.infer<typeof queryColumnSchema>;

/** How many rows the preview has at most. */
export const previewRows = 50;

/** A cell as the file has it, cut to 200 characters; null for an empty one. */
const cell = z.string().nullable();

/** An instance of AMC, and by which consent it is asked. */
export const targetSchema = z.object({
  connectionId: z.uuid(),
  amcInstanceId: z.string().max(200),
  accountId: z.string().max(200),
  marketplaceId: z.string().max(100),
});
export type Target = z.infer<typeof targetSchema>;

/** Of a query as it is handed in, with its values. */
export const maxLineLength = 100_000;

/** What is handed in to AMC. */
export const submissionSchema = targetSchema.extend({
  /** One line. */
  sql: z.string().max(maxLineLength),
  timeWindow: z.object({ start: z.string(), end: z.string() }),
});

/** What AMC has taken. */
export const submittedSchema = z.object({
  executionId: z.string().max(200),
  /** ISO 8601. */
  submittedAt: z.string().max(40),
  /** The time window in UTC. */
  start: z.string().max(40),
  end: z.string().max(40),
});

/** What a query gave: the table is the artifact, this is what one sees of it at a glance. */
export const queryResultSchema = z.object({
  /** The whole result as CSV (RFC 4180, UTF-8, one header line). */
  artifactId: z.uuid(),
  rows: z.number().int().nonnegative(),
  /** Of the artifact. */
  bytes: z.number().int().nonnegative(),
  columns: z.array(queryColumnSchema),
  /** The first rows, in the columns' order; fewer than {@link previewRows} where they are long. */
  preview: z.array(z.array(cell)).max(previewRows),
  /** In how many files AMC gave it. */
  parts: z.number().int().nonnegative(),
  /** AMC's own id of the execution, for its console and support. */
  amcExecutionId: z.string(),
  /** AMC's id of the instance. */
  amcInstanceId: z.string(),
  instanceName: z.string(),
  /** ISO 8601, UTC. */
  timeWindow: z.object({ start: z.string(), end: z.string() }),
  /** The SQL that AMC was given, with its parameters in place. */
  sql: z.string(),
  /** From handing the query in until AMC had the result. */
  queryMs: z.number().int().nonnegative(),
});
export type QueryResult = z.infer<typeof queryResultSchema>;
