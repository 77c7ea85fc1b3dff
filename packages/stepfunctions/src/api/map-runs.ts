import type { MapRunRow } from "../store/store.js";
import type { Tallies, Tally } from "../shell/map-run-counts.js";
import { type Context, type Operation, seconds } from "./context.js";
import { invalid } from "./errors.js";
import { findExecution } from "./executions.js";
import { findMapRun } from "./map-run-lookup.js";
import { isNumber, page, pageSize, readToken } from "./paging.js";
import type { Request } from "./request.js";

/** DescribeMapRun. */
export const describeMapRun: Operation = (context, request) => {
  const row = findMapRun(context, readArn(request));
  const tallies = context.mapRuns.tallies(row);
  return {
    mapRunArn: row.arn,
    executionArn: row.executionArn,
    status: row.status,
    startDate: seconds(row.startedAt),
    stopDate: row.stoppedAt === null ? undefined : seconds(row.stoppedAt),
    maxConcurrency: row.changed?.maxConcurrency ?? row.maxConcurrency,
    toleratedFailurePercentage: row.changed?.toleratedPercentage ?? row.toleratedPercentage,
    toleratedFailureCount: row.changed?.toleratedCount ?? row.toleratedCount,
    itemCounts: counts(row, tallies, "items", row.items),
    executionCounts: counts(row, tallies, "executions", row.children),
    redriveCount: row.redriveCount,
    redriveDate: row.redrivenAt === undefined ? undefined : seconds(row.redrivenAt),
  };
};

/** @param total null until the items have been read */
function counts(row: MapRunRow, tallies: Tallies, of: keyof Tally, total: number | null): object {
  const started = Object.values(tallies).reduce((sum, tally: Tally) => sum + tally[of], 0);
  const { RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED } = tallies;
  return {
    // A map run that has ended starts no more.
    pending: row.status === "RUNNING" ? Math.max(0, (total ?? 0) - started) : 0,
    running: RUNNING[of],
    succeeded: SUCCEEDED[of],
    failed: FAILED[of],
    timedOut: TIMED_OUT[of],
    aborted: ABORTED[of],
    total: total ?? 0,
    resultsWritten: row.written === true ? started : 0,
    failuresNotRedrivable: 0,
    pendingRedrive: 0,
  };
}

/** ListMapRuns of an execution, newest first. */
export const listMapRuns: Operation = (context, request) => {
  const execution = findExecution(context, request);
  const limit = pageSize(request.optionalInteger("maxResults", { min: 0, max: 1000 }));
  const from = readToken(request, isNumber) ?? Infinity;
  const { items, nextToken } = page(
    mapRunsOf(context, execution.number, from),
    limit,
    ({ number }) => number,
  );
  const mapRuns = items.map((row) => ({
    executionArn: row.executionArn,
    mapRunArn: row.arn,
    stateMachineArn: stateMachineArn(row),
    startDate: seconds(row.startedAt),
    stopDate: row.stoppedAt === null ? undefined : seconds(row.stoppedAt),
  }));
  return { mapRuns, ...(nextToken === undefined ? {} : { nextToken }) };
};

function* mapRunsOf({ store }: Context, execution: number, from: number): Generator<MapRunRow> {
  const range = { start: [execution, from] as [number, number], end: [execution, 0] as [number, number] };
  for (const { value } of store.range("mapRunsOf", { ...range, reverse: true })) {
    const row = store.get("mapRuns", value);
    if (row !== undefined) yield row;
  }
}

/** The machine with the label, as the executions of a map run's items show it. */
function stateMachineArn({ arn }: MapRunRow): string {
  return arn.replace(/:mapRun:(.*):[^:]*$/, ":stateMachine:$1");
}

/** UpdateMapRun, while it is on its way. */
export const updateMapRun: Operation = async (context, request) => {
  const row = findMapRun(context, readArn(request));
  const changed = readChanges(request);
  if (Object.keys(changed).length === 0)
    throw invalid(
      "At least one of maxConcurrency, toleratedFailureCount and toleratedFailurePercentage must be specified",
      "MISSING_REQUIRED_PARAMETER",
    );
  if (row.status !== "RUNNING")
    throw invalid("Cannot update a Map Run that has completed", "CANNOT_UPDATE_COMPLETED_MAP_RUN");
  await context.mapRuns.update(row, changed);
  return {};
};

function readChanges(request: Request): NonNullable<MapRunRow["changed"]> {
  const most = Number.MAX_SAFE_INTEGER;
  const maxConcurrency = request.optionalInteger("maxConcurrency", { min: 0, max: most });
  const toleratedCount = request.optionalInteger("toleratedFailureCount", { min: 0, max: most });
  const toleratedPercentage = request.optionalNumber("toleratedFailurePercentage", { min: 0, max: 100 });
  return {
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(toleratedCount === undefined ? {} : { toleratedCount }),
    ...(toleratedPercentage === undefined ? {} : { toleratedPercentage }),
  };
}

function readArn(request: Request): string {
  return request.string("mapRunArn", { min: 1, max: 2000 });
}
