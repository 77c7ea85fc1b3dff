import { channelSchema } from "@longhaul/kit";
import { z } from "zod";

const columnTypes = ["integer", "number", "boolean", "date", "datetime", "string", "empty"] as const;
export const columnTypeSchema = z.enum(columnTypes);
export type ColumnType = z.infer<typeof columnTypeSchema>;

const fileFormats = ["csv", "json", "ndjson"] as const;
export const fileFormatSchema = z.enum(fileFormats);
export type FileFormat = z.infer<typeof fileFormatSchema>;

const encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export const encodingSchema = z.enum(encodings);
export type Encoding = z.infer<typeof encodingSchema>;

/** A number, or for dates an ISO 8601 text (`2012-01-31`, `2012-01-31T10:00:00.000Z`). */
const point = z.union([z.number(), z.string()]);

/**
 * What is known about one column, over the accepted rows. Each part says whether it is exact; where it is
 * not, a sketch of bounded size stood in (README of this workflow: which one and how far off it may be).
 */
export const columnProfileSchema = z.object({
  name: z.string(),
  type: columnTypeSchema,
  /** Rows that hold a value. */
  count: z.number().int().nonnegative(),
  /** Rows that hold none. */
  nulls: z.number().int().nonnegative(),
  distinct: z.object({ count: z.number().int().nonnegative(), exact: z.boolean() }),
  /** Null for text, whose `length` says more. Booleans count as 0 and 1. */
  min: point.nullable(),
  max: point.nullable(),
  mean: point.nullable(),
  /** Of the sample (n - 1); for dates in milliseconds. */
  stddev: z.number().nullable(),
  /** At 0.05, 0.25, 0.5, 0.75 and 0.95; null for text and booleans. */
  quantiles: z
    .object({ exact: z.boolean(), points: z.array(z.object({ at: z.number(), value: point })) })
    .nullable(),
  /** Most frequent first. `maxError`: how many occurrences each count may lack, 0 when exact. */
  top: z.object({
    maxError: z.number().int().nonnegative(),
    values: z.array(
      z.object({ value: z.union([z.number(), z.string(), z.boolean()]), count: z.number().int() }),
    ),
  }),
  /** Bars of equal width; bar i spans edges[i] to edges[i + 1]. Null for text and booleans. */
  histogram: z.object({ exact: z.boolean(), edges: z.array(point), counts: z.array(z.number()) }).nullable(),
  /** Of text, in characters. */
  length: z.object({ min: z.number(), max: z.number(), mean: z.number() }).nullable(),
});
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

/** What reading the file found: the output of ProcessData, and the larger part of the run's result. */
export const importResultSchema = z.object({
  /** Whether the share of rejected rows is within what the input allows. */
  outcome: z.enum(["accepted", "too-many-rejected"]),
  /** The outcome as a sentence for a person. */
  summary: z.string(),
  fileName: z.string(),
  format: fileFormatSchema,
  compression: z.enum(["none", "gzip"]),
  encoding: encodingSchema,
  /** Of CSV; null for JSON. */
  delimiter: z.string().nullable(),
  /** Of the bytes as uploaded, lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** As uploaded. */
  bytes: z.number().int().nonnegative(),
  /** After gunzip; the same as `bytes` for a plain file. */
  inflatedBytes: z.number().int().nonnegative(),
  durationMs: z.number().int().nonnegative(),
  rowsRead: z.number().int().nonnegative(),
  rowsAccepted: z.number().int().nonnegative(),
  rowsRejected: z.number().int().nonnegative(),
  rejectedShare: z.number().min(0).max(1),
  /** NDJSON with a line per rejected row; null when there is none. */
  rejectedArtifactId: z.uuid().nullable(),
  /** How many of the rejected rows the artifact lists. */
  rejectedListed: z.number().int().nonnegative(),
  /** JSON: the full profile of every column. */
  profileArtifactId: z.uuid(),
  columnCount: z.number().int().positive(),
  columns: z.array(columnProfileSchema),
  /** What `columns` leaves out of the full profile to stay small, as a sentence; null when nothing. */
  cut: z.string().nullable(),
});
export type ImportResult = z.infer<typeof importResultSchema>;

/** Who was told, how; the recipient is masked. Channel and recipient are null when there was nobody to tell. */
export const notificationSummarySchema = z.object({
  status: z.enum(["sent", "nobody-to-tell"]),
  channel: channelSchema.nullable(),
  recipient: z.string().nullable(),
});
export type NotificationSummary = z.infer<typeof notificationSummarySchema>;
