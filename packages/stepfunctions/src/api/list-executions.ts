import { AwsError } from "../aws-error.js";
import type { ExecutionRow, ExecutionStatus } from "../store/store.js";
import type { Context, Operation } from "./context.js";
import { summary } from "./executions.js";
import { findMachine, versionArn } from "./machine-lookup.js";
import { isNumber, page, pageSize, readToken } from "./paging.js";

const STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] as const;

/** ListExecutions of a machine or a version, newest first. */
export const listExecutions: Operation = (context, request) => {
  if (request.optionalString("mapRunArn") !== undefined)
    throw new AwsError(
      "ValidationException",
      "Map runs are not supported by this engine: there are none to list",
    );
  const { machine, version } = findMachine(context, request.string("stateMachineArn", { min: 1, max: 256 }));
  if (machine.type === "EXPRESS")
    throw new AwsError(
      "StateMachineTypeNotSupported",
      "This operation is not supported by this type of state machine",
    );
  const status = request.oneOf("statusFilter", [...STATUSES, "PENDING_REDRIVE"] as const);
  const redriven = request.oneOf("redriveFilter", ["REDRIVEN", "NOT_REDRIVEN"] as const) === "REDRIVEN";
  const limit = pageSize(request.optionalInteger("maxResults", { min: 0, max: 1000 }));
  const from = readToken(request, isNumber);
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
