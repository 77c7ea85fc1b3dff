import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.js";
import { MAX_PAYLOAD_BYTES, NAME_RETENTION_MS } from "../limits.js";
import type { ExecutionRow } from "../store/store.js";
import { aliasArn } from "./aliases.js";
import { type Context, type Operation, seconds } from "./context.js";
import { typeNotSupported } from "./errors.js";
import { dataOf, findRow } from "./executions.js";
import { assertJson } from "./json-input.js";
import { findMachine, type Found, versionArn } from "./machine-lookup.js";
import { assertName } from "./names.js";
import { includesData, Request } from "./request.js";

/** StartExecution: idempotent by name and input while the execution runs. */
export const startExecution: Operation = async (context, request) => {
  const found = readTarget(context, request);
  const row = await begin(context, found, readGiven(request));
  return { executionArn: row.arn, startDate: seconds(row.startedAt) };
};

/** StartSyncExecution, of an EXPRESS machine: answers when it has ended. */
export const startSyncExecution: Operation = async (context, request) => {
  const found = readTarget(context, request);
  if (found.machine.type !== "EXPRESS") throw typeNotSupported();
  const data = includesData(request);
  const given = { ...readGiven(request), sync: true } as const;
  return context.syncExecutions.run(async () => {
    const started = await begin(context, found, given);
    return syncResponse(await context.executions.ended(started.number), data);
  });
};

function syncResponse(row: ExecutionRow, data: boolean): object {
  const stoppedAt = row.stoppedAt ?? row.startedAt;
  const duration = Math.ceil((stoppedAt - row.startedAt) / 100) * 100;
  return {
    executionArn: row.arn,
    stateMachineArn: row.machineArn,
    name: row.name,
    startDate: seconds(row.startedAt),
    stopDate: seconds(stoppedAt),
    status: row.status === "ABORTED" ? "FAILED" : row.status,
    ...dataOf(row, data),
    billingDetails: { billedDurationInMilliseconds: duration, billedMemoryUsedInMB: 64 },
  };
}

/** What a start is of, with the test case that may follow the ARN behind `#`. */
type Target = Found & { testCase: string | null };

function readTarget(context: Context, request: Request): Target {
  const given = request.string("stateMachineArn", { min: 1, max: 256 });
  if (!given.includes("#")) return targetOf(findMachine(context, given), null);
  const [arn = "", testCase = null] = given.split("#", 2);
  return targetOf(findMachine(context, arn), testCase);
}

function targetOf({ machine, version, alias, revision }: Found, testCase: string | null): Target {
  return { machine, version, alias, revision, testCase };
}

type Given = Pick<ExecutionRow, "name" | "input" | "traceHeader" | "startedBy" | "sync">;

function readGiven(request: Request): Given {
  const name = request.optionalString("name") ?? randomUUID();
  assertName(name);
  const traceHeader = request.optionalString("traceHeader", { max: 256 }) ?? null;
  return { name, input: readInput(request), traceHeader, startedBy: null };
}

/** The input of an execution in a request; an empty object where there is none. @throws AwsError InvalidExecutionInput */
export function readInput(request: Request): string {
  const input = request.optionalData("input", MAX_PAYLOAD_BYTES) ?? "{}";
  const message = (why: string): string => `Invalid State Machine Execution Input: '${why}'`;
  assertJson(input, (why) => new AwsError("InvalidExecutionInput", message(why)));
  return input;
}

/** Starts an execution for a task: the same task finds its execution again. */
export const startForTask = (
  context: Context,
  request: { stateMachineArn: string; name: string; input: string; traceHeader?: string; startedBy: string },
): Promise<ExecutionRow> => {
  const found = findMachine(context, request.stateMachineArn);
  assertName(request.name);
  const { name, startedBy, traceHeader = null } = request;
  const given = { name, input: readInput(new Request(request)), traceHeader, startedBy };
  return begin(context, targetOf(found, null), given);
};

async function begin(context: Context, target: Target, given: Given): Promise<ExecutionRow> {
  // Executions of EXPRESS machines have no names to keep: each start is one of its own.
  if (target.machine.type === "EXPRESS") return start(context, target, given);
  const arn = context.arns.execution(target.machine.name, given.name);
  return context.mutex.run(`execution ${arn}`, async () => {
    const present = holder(context, arn);
    const same =
      given.startedBy === null
        ? present?.status === "RUNNING" && present.input === given.input
        : present?.startedBy === given.startedBy;
    if (present !== null && !same)
      throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
    return present ?? start(context, target, given);
  });
}

/** The execution that has a name now: not one of a deleted machine, nor one that closed over 90 days ago. */
function holder(context: Context, arn: string): ExecutionRow | null {
  const row = findRow(context, arn);
  if (row === undefined) return null;
  const forgotten = row.stoppedAt !== null && row.stoppedAt + NAME_RETENTION_MS <= context.clock.now();
  return forgotten ? null : row;
}

async function start(context: Context, target: Target, given: Given): Promise<ExecutionRow> {
  const { machine, version, alias, revision, testCase } = target;
  const { type } = machine;
  const { name, input, traceHeader, startedBy, sync } = given;
  // Written out, for copying an object and adding to it is slow, and this is done for each execution.
  const row: ExecutionRow = {
    number: context.nextNumber(),
    arn:
      type === "EXPRESS"
        ? context.arns.expressExecution(machine.name, name, randomUUID())
        : context.arns.execution(machine.name, name),
    name,
    machineId: machine.id,
    machineArn: machine.arn,
    versionArn: version === null ? null : versionArn(machine, version),
    aliasArn: alias === null ? null : aliasArn(machine, alias),
    type,
    revisionId: revision.id,
    region: 0,
    roleArn: revision.roleArn,
    machineName: machine.name,
    testCase,
    mapRun: null,
    startedBy,
    traceHeader,
    input,
    startedAt: context.clock.now(),
    status: "RUNNING",
    stoppedAt: null,
    output: null,
    error: null,
    cause: null,
    redriveCount: 0,
    redrivenAt: null,
  };
  if (sync === true) row.sync = true;
  await context.executions.start(row);
  return row;
}
