import type { LogRecord } from "../core/state.js";
import { loggedEvent } from "../core/history.js";
import { isObject } from "../json.js";
import type { LogEntry } from "../ports.js";
import type { ExecutionRow } from "../store/store.js";
import { identityOf } from "./runner.js";
import type { MachineCache } from "./machine-cache.js";

type Level = "ALL" | "ERROR" | "FATAL" | "OFF";

/** Tells what a machine with a loggingConfiguration sends to CloudWatch Logs. */
export class ExecutionLogs {
  constructor(
    private readonly machines: MachineCache,
    private readonly sink: ((entry: LogEntry) => void) | undefined,
  ) {}

  /** Records of an execution are on disk. */
  record(row: ExecutionRow, records: LogRecord[]): void {
    if (this.sink === undefined) return;
    const { loggingConfiguration } = this.machines.revision(row.revisionId);
    if (!isObject(loggingConfiguration)) return;
    const level = (loggingConfiguration.level ?? "OFF") as Level;
    if (level === "OFF") return;
    const includeData = loggingConfiguration.includeExecutionData === true;
    const identity = identityOf(row);
    const logGroupArns = groupsOf(loggingConfiguration.destinations);
    for (const record of records) {
      if (!wanted(level, record.type)) continue;
      const event = loggedEvent(record, {
        includeData,
        identity,
        redriveCount: row.redriveCount,
      });
      if (event !== null)
        this.sink({ logGroupArns, stateMachineArn: row.machineArn, executionArn: row.arn, event });
    }
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-log-level */
function wanted(level: Level, type: string): boolean {
  if (level === "ALL") return true;
  const fatal = ["ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"].includes(type);
  if (level === "FATAL") return fatal;
  return fatal || type === "FailStateEntered" || /(?:Failed|TimedOut|Aborted)$/.test(type);
}

function groupsOf(destinations: unknown): string[] {
  if (!Array.isArray(destinations)) return [];
  return destinations.flatMap((destination: unknown) => {
    const group = isObject(destination) ? destination.cloudWatchLogsLogGroup : undefined;
    const arn = isObject(group) ? group.logGroupArn : undefined;
    return typeof arn === "string" ? [arn] : [];
  });
}
