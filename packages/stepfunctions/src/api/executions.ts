import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.js";
import { byteLength, parseJson } from "../json.js";
import { MAX_PAYLOAD_BYTES, NAME_RETENTION_MS } from "../limits.js";
import type { ExecutionRow, ExecutionStatus } from "../store/store.js";
import { type Context, type Operation, seconds } from "./context.js";
import { findMachine, type Found, versionArn } from "./machine-lookup.js";
import { assertName } from "./names.js";
import { isNumber, page, pageSize, readToken } from "./paging.js";
import { Request } from "./request.js";

const STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] as const;

/** StartExecution: idempotent by name and input while the execution runs. */
export const startExecution: Operation = async (context, request) => {
  const { found, testCase } = readTarget(context, request);
  const name = request.optionalString("name") ?? randomUUID();
  assertName(name);
  const input = readInput(request);
  const traceHeader = request.optionalString("traceHeader", { max: 256 }) ?? null;
  const given = { name, input, traceHeader, testCase, startedBy: null };
  const row = await begin(context, found, given);
  return { executionArn: row.arn, startDate: seconds(row.startedAt) };
};

/** The machine of a request's stateMachineArn, and the test case that may follow it behind `#`. */
function readTarget(context: Context, request: Request): { found: Found; testCase: string | null } {
  const [arn = "", testCase] = request.string("stateMachineArn", { min: 1, max: 256 }).split("#", 2);
  return { found: findMachine(context, arn), testCase: testCase ?? null };
}

type Given = Pick<ExecutionRow, "name" | "input" | "traceHeader" | "testCase" | "startedBy" | "sync">;

async function begin(context: Context, found: Found, given: Given): Promise<ExecutionRow> {
  // Executions of EXPRESS machines have no names to keep: each start is one of its own.
  if (found.machine.type === "EXPRESS") return start(context, found, given);
  const arn = context.arns.execution(found.machine.name, given.name);
  return context.mutex.run(`execution ${arn}`, async () => {
    const present = holder(context, arn);
    const same =
      given.startedBy === null
        ? present?.status === "RUNNING" && present.input === given.input
        : present?.startedBy === given.startedBy;
    if (present !== null && !same)
      throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
    return present ?? start(context, found, given);
  });
}

/** Starts an execution for a task: the same task finds its execution again. */
export const startForTask = (
  context: Context,
  request: { stateMachineArn: string; name: string; input: string; traceHeader?: string; startedBy: string },
): Promise<ExecutionRow> => {
  const found = findMachine(context, request.stateMachineArn);
  assertName(request.name);
  const { name, startedBy, traceHeader = null } = request;
  return begin(context, found, { name, input: readInput(new Request(request)), traceHeader, testCase: null, startedBy });
};

async function start(context: Context, { machine, version, revision }: Found, given: Given): Promise<ExecutionRow> {
  const { type } = machine;
  const row: ExecutionRow = {
    ...given,
    arn:
      type === "EXPRESS"
        ? context.arns.expressExecution(machine.name, given.name, randomUUID())
        : context.arns.execution(machine.name, given.name),
    number: context.nextNumber(),
    machineId: machine.id,
    machineArn: machine.arn,
    versionArn: version === null ? null : versionArn(machine, version),
    aliasArn: null,
    type,
    revisionId: revision.id,
    region: 0,
    roleArn: revision.roleArn,
    machineName: machine.name,
    mapRun: null,
    startedAt: context.clock.now(),
    status: "RUNNING",
    stoppedAt: null,
    output: null,
    error: null,
    cause: null,
    redriveCount: 0,
    redrivenAt: null,
  };
  await context.executions.start(row);
  return row;
}

/** StartSyncExecution, of an EXPRESS machine: answers when it has ended. */
export const startSyncExecution: Operation = async (context, request) => {
  const { found, testCase } = readTarget(context, request);
  if (found.machine.type !== "EXPRESS")
    throw new AwsError(
      "StateMachineTypeNotSupported",
      "This operation is not supported by this type of state machine",
    );
  const name = request.optionalString("name") ?? randomUUID();
  assertName(name);
  const traceHeader = request.optionalString("traceHeader", { max: 256 }) ?? null;
  const given = { name, input: readInput(request), traceHeader, testCase, startedBy: null, sync: true } as const;
  const started = await begin(context, found, given);
  const row = await context.executions.ended(started.number);
  const duration = (row.stoppedAt ?? row.startedAt) - row.startedAt;
  return {
    executionArn: row.arn,
    stateMachineArn: row.machineArn,
    name: row.name,
    startDate: seconds(row.startedAt),
    stopDate: seconds(row.stoppedAt ?? row.startedAt),
    status: row.status === "ABORTED" ? "FAILED" : row.status,
    input: row.input,
    inputDetails: { included: true },
    output: row.output ?? undefined,
    outputDetails: row.output === null ? undefined : { included: true },
    error: row.error ?? undefined,
    cause: row.cause ?? undefined,
    traceHeader: row.traceHeader ?? undefined,
    billingDetails: { billedDurationInMilliseconds: Math.ceil(duration / 100) * 100, billedMemoryUsedInMB: 64 },
  };
};

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
  for (const { key } of context.store.range("byMachine", { start, end: [machineId, 0], reverse: true })) {
    const row = context.store.get("executions", key[1]);
    if (row !== undefined && wanted(row.status)) yield row;
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
