import { uncapitalized } from "../capitals.js";
import { invocationResult } from "./lambda.js";
import type { ExecutionIdentity, LogRecord } from "./state.js";

/** An event as GetExecutionHistory answers it; `timestamp` in seconds since 1970. */
export type HistoryEvent = Record<string, unknown> & { id: number; type: string };

const SIZED = ["input", "output", "assignedVariables"];
/** Events whose details AWS does not send, or sends under another name than the event's own. */
const DETAILS_KEYS: [RegExp, string][] = [
  [/StateEntered$/, "stateEnteredEventDetails"],
  [/StateExited$/, "stateExitedEventDetails"],
];
/** What details hold of the data that an execution works on. */
const EXECUTION_DATA = ["input", "output", "parameters", "assignedVariables"];

/**
 * A record as AWS shows it, or null for an internal one.
 * @param identity of the execution whose it is
 * @param includeData false leaves input, output and the like out, as GetExecutionHistory's includeExecutionData
 */
export function historyEvent(
  record: LogRecord,
  identity: ExecutionIdentity,
  includeData: boolean,
): HistoryEvent | null {
  if (record.id === 0) return null;
  const { id, previousId, type, at } = record;
  const event = { timestamp: at / 1000, type, id, previousEventId: previousId };
  const whole = detailsOf(record, identity);
  return whole === undefined ? event : { ...event, [detailsKey(type)]: details(whole, includeData) };
}

/** A record's details, with what is known from elsewhere: a start's version and alias, the output made of a response. */
function detailsOf(record: LogRecord, identity: ExecutionIdentity): Record<string, unknown> | undefined {
  const { type, details: given, response, id, at } = record;
  if (type === "ExecutionStarted") return { ...given, ...identity.startedAs };
  if (response === undefined) return given;
  return { output: JSON.stringify(invocationResult(response, { identity, event: id, at })), ...given };
}

function detailsKey(type: string): string {
  const special = DETAILS_KEYS.find(([pattern]) => pattern.test(type));
  return special?.[1] ?? `${uncapitalized(type)}EventDetails`;
}

function details(given: Record<string, unknown>, includeData: boolean): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!includeData && EXECUTION_DATA.includes(name)) continue;
    shown[name] = value;
    if (SIZED.includes(name)) shown[`${name}Details`] = { truncated: false };
  }
  return shown;
}

/** A record as CloudWatch Logs gets it, or null for an internal one; numbers are text there. */
export function loggedEvent(
  record: LogRecord,
  given: { includeData: boolean; identity: ExecutionIdentity; redriveCount: number },
): Record<string, unknown> | null {
  if (record.id === 0) return null;
  const shown = details(detailsOf(record, given.identity) ?? {}, true);
  if (!given.includeData)
    for (const name of EXECUTION_DATA) {
      delete shown[name];
      delete shown[`${name}Details`];
    }
  return {
    id: String(record.id),
    type: record.type,
    details: shown,
    previous_event_id: String(record.previousId),
    event_timestamp: String(record.at),
    execution_arn: given.identity.arn,
    redrive_count: String(given.redriveCount),
  };
}
