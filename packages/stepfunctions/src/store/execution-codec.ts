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
 * put members together that are known here is quicker than to have a list of them written.
 */
export function executionText(row: ExecutionRow): string {
  const { mapRun, redriveCount, redrivenAt, sync, redriveTokens } = row;
  const head = `[${row.number},${JSON.stringify(row.arn)},${JSON.stringify(row.name)},${machineText(row)}`;
  const given = `${mapRun === null ? "null" : JSON.stringify(mapRun)},${textOrNull(row.startedBy)},${textOrNull(row.traceHeader)}`;
  const began = `${JSON.stringify(row.input)},${row.startedAt},"${row.status}",${row.stoppedAt}`;
  const came = `${textOrNull(row.output)},${textOrNull(row.error)},${textOrNull(row.cause)}`;
  const text = `${head},${given},${began},${came},${redriveCount},${redrivenAt}`;
  if (redriveTokens !== undefined) return `${text},${sync ?? null},${JSON.stringify(redriveTokens)}]`;
  return sync === undefined ? `${text}]` : `${text},${sync}]`;
}

function textOrNull(text: string | null): string {
  return text === null ? "null" : JSON.stringify(text);
}

type OfMachine = Pick<
  ExecutionRow,
  | "machineId"
  | "machineArn"
  | "versionArn"
  | "aliasArn"
  | "type"
  | "revisionId"
  | "region"
  | "roleArn"
  | "machineName"
  | "testCase"
>;

/** What the rows of a revision's executions have in common, mostly, by revision. */
const MACHINES = new Map<string, { row: OfMachine; text: string }>();
const MOST_MACHINES = 200;

function machineText(row: OfMachine): string {
  const known = MACHINES.get(row.revisionId);
  if (known !== undefined && isSame(known.row, row)) return known.text;
  const { machineId, machineArn, versionArn, aliasArn, type, revisionId } = row;
  const { region, roleArn, machineName, testCase } = row;
  // No more of the row is kept than this: it has an input as well.
  const part = { machineId, machineArn, versionArn, aliasArn, type, revisionId };
  const kept: OfMachine = { ...part, region, roleArn, machineName, testCase };
  const text = JSON.stringify(Object.values(kept)).slice(1, -1);
  if (MACHINES.size >= MOST_MACHINES) MACHINES.clear();
  MACHINES.set(revisionId, { row: kept, text });
  return text;
}

function isSame(one: OfMachine, other: OfMachine): boolean {
  return (
    one.machineId === other.machineId &&
    one.machineArn === other.machineArn &&
    one.versionArn === other.versionArn &&
    one.aliasArn === other.aliasArn &&
    one.type === other.type &&
    one.region === other.region &&
    one.roleArn === other.roleArn &&
    one.machineName === other.machineName &&
    one.testCase === other.testCase
  );
}

/** The row that executionText wrote. */
export function executionOf(text: string): ExecutionRow {
  const values = JSON.parse(text) as unknown[];
  const row: Record<string, unknown> = {};
  for (const [place, member] of MEMBERS.entries()) row[member] = values[place] ?? null;
  for (const member of OPTIONAL) if (row[member] === null) delete row[member];
  return row as unknown as ExecutionRow;
}
