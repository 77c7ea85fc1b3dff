import { executionOf, executionText } from "./execution-codec.js";
import type { TableName, Write } from "./store.js";

/** All tables. Their places are their numbers in the journal: a new one goes to the end. */
export const TABLES = [
  "machines",
  "revisions",
  "versions",
  "aliases",
  "executions",
  "numbers",
  "byMachine",
  "activities",
  "mapRuns",
  "mapRunsOf",
  "mapItems",
  "mapChildren",
  "log",
  "running",
  "outbox",
] as const satisfies TableName[];

/** A value as text. What the log holds is text already; executions have a text of their own. */
export function textOf(write: Exclude<Write, { remove: true }>): string {
  if (write.table === "log") return write.value;
  return write.table === "executions" ? executionText(write.value) : JSON.stringify(write.value);
}

/** The value that textOf wrote. */
export function valueOf(table: TableName, text: string): unknown {
  if (table === "log") return text;
  return table === "executions" ? executionOf(text) : JSON.parse(text);
}
