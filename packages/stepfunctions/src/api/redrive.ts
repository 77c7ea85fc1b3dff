import { AwsError } from "../aws-error.js";
import { unpack } from "../core/pack.js";
import { MAX_HISTORY_EVENTS } from "../limits.js";
import { identityOf } from "../shell/runner.js";
import type { ExecutionRow } from "../store/store.js";
import { type Context, type Operation, seconds } from "./context.js";
import { invalid } from "./errors.js";
import { findExecution } from "./executions.js";

const DAY = 86_400_000;
const REDRIVABLE_MS = 14 * DAY;
const LONGEST_EXECUTION_MS = 365 * DAY;
/** A redrive adds an event, and needs room for another. */
const MOST_EVENTS = MAX_HISTORY_EVENTS - 2;
const TOKENS_KEPT = 10;
const TOKEN_MS = 15 * 60_000;

/**
 * RedriveExecution: takes an execution up again where it failed. What it does follows AWS's documentation
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html); it has not been compared
 * with recordings of AWS, which do not hold redrives.
 */
export const redriveExecution: Operation = (context, request) => {
  const { arn } = findExecution(context, request);
  const token = readClientToken(request.optionalString("clientToken", { min: 1, max: 64 }));
  return context.mutex.run(`execution ${arn}`, async () => {
    const row = findExecution(context, request);
    const tokens = liveTokens(context, row);
    const known = tokens.find((used) => used.token === token);
    if (known !== undefined) return { redriveDate: seconds(row.redrivenAt ?? known.at) };
    const { status, reason } = redriveState(context, row);
    if (status !== "REDRIVABLE") throw notRedrivable(row, reason);
    const at = context.clock.now();
    const kept = token === undefined ? tokens : [...tokens, { token, at }].slice(-TOKENS_KEPT);
    await context.executions.redrive({ ...row, redriveTokens: kept });
    return { redriveDate: seconds(context.store.get("executions", row.number)?.redrivenAt ?? at) };
  });
};

function readClientToken(token: string | undefined): string | undefined {
  if (token === undefined || /^[!-~]+$/.test(token)) return token;
  const rule = "Member must satisfy regular expression pattern: [!-~]+";
  throw invalid(
    `1 validation error detected: Value '${token}' at 'clientToken' failed to satisfy constraint: ${rule}`,
  );
}

function liveTokens(
  { clock }: Context,
  { redriveTokens = [] }: ExecutionRow,
): { token: string; at: number }[] {
  return redriveTokens.filter(({ at }) => at + TOKEN_MS > clock.now());
}

function notRedrivable({ mapRun }: ExecutionRow, reason: string | undefined): AwsError {
  const why = mapRun === null ? reason : "Execution was started by a Map Run, whose parent is to be redriven";
  return new AwsError("ExecutionNotRedrivable", `Execution Not Redrivable: '${why}'`);
}

export interface RedriveState {
  status: "REDRIVABLE" | "NOT_REDRIVABLE" | "REDRIVABLE_BY_MAP_RUN";
  /** Where it is not redrivable. */
  reason?: string;
}

/** Whether an execution can be redriven now, in the words of DescribeExecution's documentation. */
export function redriveState(context: Context, row: ExecutionRow): RedriveState {
  const reason = obstacle(context, row);
  if (reason !== null) return { status: "NOT_REDRIVABLE", reason };
  return { status: row.mapRun === null ? "REDRIVABLE" : "REDRIVABLE_BY_MAP_RUN" };
}

function obstacle(context: Context, row: ExecutionRow): string | null {
  const { status, stoppedAt, startedAt } = row;
  if (status === "RUNNING" || status === "SUCCEEDED") return `Execution is ${status} and cannot be redriven`;
  const now = context.clock.now();
  if (now - startedAt > LONGEST_EXECUTION_MS) return "Execution has exceeded the max execution time";
  if (now - (stoppedAt ?? now) > REDRIVABLE_MS) return "Execution redrivable period exceeded";
  if (lastEvent(context, row) > MOST_EVENTS) return "Execution history event limit exceeded";
  return null;
}

/** The id of an execution's last event. */
function lastEvent({ store, machines }: Context, row: ExecutionRow): number {
  const { number } = row;
  const batches = store.range("log", { start: [number, Infinity], end: [number, -1], reverse: true });
  const words = machines.words(row.revisionId);
  for (const { value } of batches) {
    const last = unpack(value, identityOf(row), words).findLast(({ id }) => id > 0);
    if (last !== undefined) return last.id;
  }
  return 0;
}
