import type postgres from "postgres";

/** What JSON text may hold and jsonb may not: U+0000, and halves of surrogate pairs (which JSON.stringify escapes). */
const unstorable = /(\\\\)|\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/**
 * A value as JSON that jsonb takes. Characters that jsonb cannot hold become U+FFFD: what came out of somebody's file must
 * not keep a run from being closed.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(unstorable, (_, backslash?: string) => backslash ?? "\\ufffd");
}

/** A value as a jsonb parameter, see {@link jsonText}; null is JSON's null. */
export function jsonb(sql: postgres.ISql, value: unknown): postgres.PendingQuery<postgres.Row[]> {
  // As text: the driver would take a null for SQL's.
  return sql`${jsonText(value)}::text::jsonb`;
}

/** A text as Postgres keeps it: as {@link jsonb} does, unit for unit. */
export function storable(text: string): string {
  return text.replace(/\u0000|\p{Surrogate}/gu, "\ufffd");
}
