import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.js";
import { byteLength, parseJson } from "../json.js";
import { MAX_PAYLOAD_BYTES, NAME_RETENTION_MS } from "../limits.js";
import type { ExecutionRow, ExecutionStatus } from "../store/store.js";
import { type Context, type Operation, seconds } from "./context.js";
import { findMachine, type Found, versionArn } from "./machine-lookup.js";
import { assertName } from "./names.js";
import { isNumber, page, pageSize, readToken } from "./paging.js";
import type { Request } from "./request.js";

const STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] as const;

/** StartExecution: idempotent by name and input while the execution runs. */
export const startExecution: Operation = async (context, request) => {
  const found = findMachine(context, request.string("stateMachineArn", { min: 1, max: 256 }));
  const name = request.optionalString("name") ?? randomUUID();
  assertName(name);
  const input = readInput(request);
  const traceHeader = request.optionalString("traceHeader", { max: 256 }) ?? null;
  const arn = context.arns.execution(found.machine.name, name);
  return context.mutex.run(`execution ${arn}`, async () => {
    const present = holder(context, arn);
    if (present !== null && (present.status !== "RUNNING" || present.input !== input))
      throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
    const row = present ?? (await start(context, found, { arn, name, input, traceHeader }));
    return { executionArn: arn, startDate: seconds(row.startedAt) };
  });
};

async function start(
  context: Context,
  { machine, version, revision }: Found,
  given: Pick<ExecutionRow, "arn" | "name" | "input" | "traceHeader">,
): Promise<ExecutionRow> {
  const row: ExecutionRow = {
    ...given,
    number: context.nextNumber(),
    machineId: machine.id,
    machineArn: machine.arn,
    versionArn: version === null ? null : versionArn(machine, version),
    revisionId: revision.id,
    startedAt: context.clock.now(),
    status: "RUNNING",
    stoppedAt: null,
    output: null,
    error: null,
    cause: null,
  };
  await context.executions.start(row, { roleArn: revision.roleArn, machineName: machine.name });
  return row;
}

function readInput(request: Request): string {
  const input = request.optionalString("input") ?? "{}";
  if (byteLength(input) > MAX_PAYLOAD_BYTES) {
    const rule = `Member must have length less than or equal to ${MAX_PAYLOAD_BYTES}`;
    const message = `1 validation error detected: Value at 'input' failed to satisfy constraint: ${rule}`;
    throw new AwsError("ValidationException", message);
  }
  try {
    parseJson(input);
  } catch (error) {
    const message = `Invalid State Machine Execution Input: '${(error as Error).message}'`;
    throw new AwsError("InvalidExecutionInput", message);
  }
  return input;
}

/** The execution that has a name now: not one of a deleted machine, nor one that closed over 90 days ago. */
function holder(context: Context, arn: string): ExecutionRow | null {
  const row = findRow(context, arn);
  if (row === undefined) return null;
  const forgotten = row.stoppedAt !== null && row.stoppedAt + NAME_RETENTION_MS <= context.clock.now();
  return forgotten ? null : row;
}

function findRow(context: Context, arn: string): ExecutionRow | undefined {
  const number = context.store.get("numbers", arn);
  const row = number === undefined ? undefined : context.store.get("executions", number);
  const machine =
    row === undefined ? undefined : context.store.get("machines", row.machineArn.split(":")[6] ?? "");
  return row?.machineId === machine?.id ? row : undefined;
}

/** The execution of a request's executionArn. @throws AwsError InvalidArn, ExecutionDoesNotExist */
export function findExecution(context: Context, request: Request): ExecutionRow {
  const arn = request.string("executionArn", { min: 1, max: 256 });
  context.arns.assertExecution(arn);
  const row = findRow(context, arn);
  if (row === undefined) throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
  return row;
}

/** DescribeExecution. */
export const describeExecution: Operation = (context, request) => {
  const row = findExecution(context, request);
  const data = request.oneOf("includedData", ["ALL_DATA", "METADATA_ONLY"] as const) !== "METADATA_ONLY";
  return {
    ...summary(row),
    input: data ? row.input : undefined,
    inputDetails: { included: data },
    output: data ? (row.output ?? undefined) : undefined,
    outputDetails: row.output === null ? undefined : { included: data },
    error: row.error ?? undefined,
    cause: row.cause ?? undefined,
    traceHeader: row.traceHeader ?? undefined,
    redriveStatus: "NOT_REDRIVABLE",
    redriveStatusReason: `Execution is ${row.status} and cannot be redriven`,
  };
};

function summary(row: ExecutionRow): Record<string, unknown> {
  return {
    executionArn: row.arn,
    stateMachineArn: row.machineArn,
    name: row.name,
    status: row.status,
    startDate: seconds(row.startedAt),
    stopDate: row.stoppedAt === null ? undefined : seconds(row.stoppedAt),
    redriveCount: 0,
    stateMachineVersionArn: row.versionArn ?? undefined,
  };
}

/** DescribeStateMachineForExecution: the definition that the execution runs, whatever became of the machine since. */
export const describeStateMachineForExecution: Operation = (context, request) => {
  const row = findExecution(context, request);
  const revision = context.machines.revision(row.revisionId);
  return {
    stateMachineArn: row.machineArn,
    name: revision.machineName,
    definition: revision.definition,
    roleArn: revision.roleArn,
    updateDate: seconds(revision.updatedAt),
    loggingConfiguration: revision.loggingConfiguration,
    tracingConfiguration: revision.tracingConfiguration,
    revisionId: revision.id,
  };
};

/** ListExecutions of a machine or a version, newest first. */
export const listExecutions: Operation = (context, request) => {
  if (request.optionalString("mapRunArn") !== undefined)
    throw new AwsError(
      "ValidationException",
      "Map runs are not supported by this engine: there are none to list",
    );
  const { machine, version } = findMachine(context, request.string("stateMachineArn", { min: 1, max: 256 }));
  const status = request.oneOf("statusFilter", [...STATUSES, "PENDING_REDRIVE"] as const);
  const redriven = request.oneOf("redriveFilter", ["REDRIVEN", "NOT_REDRIVEN"] as const) === "REDRIVEN";
  const limit = pageSize(request.optionalInteger("maxResults", { min: 0, max: 1000 }));
  const from = readToken(request.optionalString("nextToken"), isNumber);
  const versioned = version === null ? null : versionArn(machine, version);
  const rows = redriven
    ? []
    : executionsOf(context, machine.id, from, (now) => status === undefined || now === status);
  const wanted = versioned === null ? rows : keep(rows, (row) => row.versionArn === versioned);
  const { items, nextToken } = page(wanted, limit, (row) => row.number);
  return { executions: items.map(summary), ...(nextToken === undefined ? {} : { nextToken }) };
};

function* executionsOf(
  context: Context,
  machineId: string,
  from: number | undefined,
  wanted: (status: ExecutionStatus) => boolean,
): Generator<ExecutionRow> {
  const start: [string, number] = [machineId, from ?? Number.MAX_SAFE_INTEGER];
  for (const { key, value } of context.store.range("byMachine", {
    start,
    end: [machineId, 0],
    reverse: true,
  })) {
    const row = wanted(value) ? context.store.get("executions", key[1]) : undefined;
    if (row !== undefined) yield row;
  }
}

function* keep<T>(items: Iterable<T>, wanted: (item: T) => boolean): Generator<T> {
  for (const item of items) if (wanted(item)) yield item;
}

/** StopExecution. An execution that has ended keeps its end. */
export const stopExecution: Operation = async (context, request) => {
  const row = findExecution(context, request);
  const error = request.optionalString("error", { max: 256 });
  const cause = request.optionalString("cause", { max: 32_768 });
  const reason = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
  await context.executions.stop(row.number, reason);
  const stopped = context.store.get("executions", row.number) ?? row;
  return { stopDate: seconds(stopped.stoppedAt ?? context.clock.now()) };
};
