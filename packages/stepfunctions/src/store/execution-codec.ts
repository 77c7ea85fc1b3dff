import type { ExecutionRow } from "./store.js";

/** Members of a row in the order in which they are kept. New ones go to the end. */
const MEMBERS = [
  "number",
  "arn",
  "name",
  "machineId",
  "machineArn",
  "versionArn",
  "aliasArn",
  "type",
  "revisionId",
  "region",
  "roleArn",
  "machineName",
  "testCase",
  "mapRun",
  "startedBy",
  "traceHeader",
  "input",
  "startedAt",
  "status",
  "stoppedAt",
  "output",
  "error",
  "cause",
  "redriveCount",
  "redrivenAt",
  "sync",
  "redriveTokens",
] as const satisfies (keyof ExecutionRow)[];

/** Members that a row may be without. */
const OPTIONAL = ["sync", "redriveTokens"];

/**
 * An execution's row as JSON text: its members in order, without their names. There are many rows, written twice each, and to
 * read members by names that are known here is quicker than by a list of them.
 */
export function executionText(row: ExecutionRow): string {
  return JSON.stringify([
    row.number,
    row.arn,
    row.name,
    row.machineId,
    row.machineArn,
    row.versionArn,
    row.aliasArn,
    row.type,
    row.revisionId,
    row.region,
    row.roleArn,
    row.machineName,
    row.testCase,
    row.mapRun,
    row.startedBy,
    row.traceHeader,
    row.input,
    row.startedAt,
    row.status,
    row.stoppedAt,
    row.output,
    row.error,
    row.cause,
    row.redriveCount,
    row.redrivenAt,
    row.sync,
    row.redriveTokens,
  ]);
}

/** The row that executionText wrote. */
export function executionOf(text: string): ExecutionRow {
  const values = JSON.parse(text) as unknown[];
  const row: Record<string, unknown> = {};
  for (const [place, member] of MEMBERS.entries()) row[member] = values[place] ?? null;
  for (const member of OPTIONAL) if (row[member] === null) delete row[member];
  return row as unknown as ExecutionRow;
}
