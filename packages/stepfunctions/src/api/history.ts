import { type HistoryEvent, historyEvent } from "../core/history.js";
import { unpack } from "../core/pack.js";
import { identityOf } from "../shell/runner.js";
import type { ExecutionRow } from "../store/store.js";
import type { Context, Operation } from "./context.js";
import { findExecution } from "./executions.js";
import { page, pageSize, readToken } from "./paging.js";

/** Where a page of history begins: a batch of the log, and an event in it. */
type Position = [batch: number, id: number];

/** GetExecutionHistory. */
export const getExecutionHistory: Operation = (context, request) => {
  const row = findExecution(context, request);
  const limit = pageSize(request.optionalInteger("maxResults", { min: 0, max: 1000 }));
  const reverse = request.optionalBoolean("reverseOrder") ?? false;
  const includeData = request.optionalBoolean("includeExecutionData") ?? true;
  const from = readToken(request, isPosition);
  const events = historyOf(context, row, { reverse, includeData, from });
  const { items, nextToken } = page(events, limit, ({ batch, event }) => [batch, event.id]);
  return { events: items.map(({ event }) => event), ...(nextToken === undefined ? {} : { nextToken }) };
};

function isPosition(position: unknown): position is Position {
  return (
    Array.isArray(position) && position.length === 2 && position.every((part) => Number.isSafeInteger(part))
  );
}

function* historyOf(
  context: Context,
  row: ExecutionRow,
  { reverse, includeData, from }: { reverse: boolean; includeData: boolean; from: Position | undefined },
): Generator<{ batch: number; event: HistoryEvent }> {
  const { number: execution } = row;
  const identity = identityOf(row);
  const words = context.machines.words(row.revisionId);
  const first: [number, number] = [execution, from?.[0] ?? 0];
  const last: [number, number] = [execution, from?.[0] ?? Number.MAX_SAFE_INTEGER];
  const range = reverse
    ? { start: last, end: [execution, -1] as [number, number], reverse: true }
    : { start: first, end: [execution + 1, 0] as [number, number] };
  for (const { key, value } of context.store.range("log", range)) {
    const records = unpack(value, identity, words);
    for (const record of reverse ? records.toReversed() : records) {
      const event = historyEvent(record, identity, includeData);
      const before =
        from !== undefined && event !== null && (reverse ? event.id > from[1] : event.id < from[1]);
      if (event !== null && !before) yield { batch: key[1], event };
    }
  }
}
