import type { ExecutionRow, MapRunRow } from "../store/store.js";
import type { Context, Operation } from "./context.js";
import { invalid, typeNotSupported } from "./errors.js";
import { summary } from "./executions.js";
import { findMachine } from "./machine-lookup.js";
import { findMapRun } from "./map-run-lookup.js";
import { isNumber, page, pageSize, readToken } from "./paging.js";
import type { Request } from "./request.js";

const STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"] as const;

/** ListExecutions of a machine, a version, an alias or a map run, newest first. */
export const listExecutions: Operation = (context, request) => {
  const limit = pageSize(request.optionalInteger("maxResults", { min: 0, max: 1000 }));
  const status = request.oneOf("statusFilter", STATUSES);
  const redrive = request.oneOf("redriveFilter", ["REDRIVEN", "NOT_REDRIVEN"] as const);
  const from = readToken(request, isNumber);
  const { rows, shown } = source(context, request, status, from);
  const wanted = keep(
    rows,
    (row) =>
      (status === undefined || row.status === status) &&
      (redrive === undefined || row.redriveCount > 0 === (redrive === "REDRIVEN")),
  );
  const { items, nextToken } = page(wanted, limit, ({ mapRun, number }) => mapRun?.index ?? number);
  return { executions: items.map(shown), ...(nextToken === undefined ? {} : { nextToken }) };
};

interface Source {
  /** The newest first, from the token's place on; lazily. */
  rows: Iterable<ExecutionRow>;
  shown: (row: ExecutionRow) => object;
}

function source(
  context: Context,
  request: Request,
  status: string | undefined,
  from: number | undefined,
): Source {
  const machineArn = request.optionalString("stateMachineArn", { min: 1, max: 256 });
  const mapRunArn = request.optionalString("mapRunArn", { min: 1, max: 2000 });
  if ((machineArn === undefined) === (mapRunArn === undefined))
    throw invalid(
      "Exactly one of stateMachineArn and mapRunArn must be specified",
      "MISSING_REQUIRED_PARAMETER",
    );
  if (mapRunArn !== undefined) {
    const rows = childrenOf(context, findMapRun(context, mapRunArn), from);
    return { rows, shown: (row) => ({ ...summary(row), mapRunArn, itemCount: row.mapRun?.items ?? 1 }) };
  }
  if (status === "PENDING_REDRIVE") throw invalid("PENDING_REDRIVE can only be used with mapRunArn");
  const { machine, alias, version } = findMachine(context, machineArn ?? "");
  if (machine.type === "EXPRESS") throw typeNotSupported();
  const numbers =
    status === "RUNNING" ? runningOf(context, machine.id, from) : numbersOf(context, machine.id, from);
  const all = rowsOf(context, numbers);
  if (version === null) return { rows: all, shown: summary };
  const rows = keep(all, (row) => (alias === null ? row.versionArn : row.aliasArn) === machineArn);
  return { rows, shown: summary };
}

function* numbersOf({ store }: Context, machineId: string, from = Infinity): Generator<number> {
  for (const { key } of store.range("byMachine", {
    start: [machineId, from],
    end: [machineId, 0],
    reverse: true,
  }))
    yield key[1];
}

/**
 * The running executions of a machine, newest first. It leaps through the machine's and the running executions by turns,
 * so that many of one kind cost nothing where there are few of the other.
 */
export function* runningOf({ store }: Context, machineId: string, from = Infinity): Generator<number> {
  for (let at = from; ; ) {
    const mine = first(
      store.range("byMachine", { start: [machineId, at], end: [machineId, 0], reverse: true }),
    );
    if (mine === undefined) return;
    const running = first(store.range("running", { start: mine.key[1], end: 0, reverse: true }));
    if (running === undefined) return;
    at = running.key;
    if (running.key !== mine.key[1]) continue;
    yield running.key;
    at -= 1;
  }
}

function* childrenOf({ store }: Context, { number }: MapRunRow, from = Infinity): Generator<ExecutionRow> {
  for (const { value } of store.range("mapChildren", {
    start: [number, from],
    end: [number, -1],
    reverse: true,
  })) {
    const row = store.get("executions", value);
    if (row !== undefined) yield row;
  }
}

function* rowsOf({ store }: Context, numbers: Iterable<number>): Generator<ExecutionRow> {
  for (const number of numbers) {
    const row = store.get("executions", number);
    if (row !== undefined) yield row;
  }
}

function* keep<T>(items: Iterable<T>, wanted: (item: T) => boolean): Generator<T> {
  for (const item of items) if (wanted(item)) yield item;
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}
