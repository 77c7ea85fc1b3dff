import type { Run } from "@longhaul/kit";
import type { Database } from "./database.js";
import { type RunRow, runColumns, toRun } from "./rows.js";

/** A run that somebody watches, and for whom it is read. */
export interface Watched {
  readonly userId: string;
  readonly organisationId: string;
  readonly runId: string;
}

/** A run as it is, and what its log has after a number, in one snapshot. */
export interface WatchedChanges {
  readonly run: Run;
  /** RunEvent[] as JSON, oldest first. */
  readonly events: string;
  readonly eventCount: number;
  /** The number of the last of these events; null when there is none. */
  readonly lastEvent: number | null;
}

type ChangesRow = RunRow & { events: string; event_count: number; last_event: number | null };

/**
 * Reads many watched runs at once, each from its own number on and with at most `limit` events. Runs that are
 * not there for their person, who may have left the organisation, are not in the answer. `typicalSeconds` is
 * left to whoever has read the run before: it does not change while one runs.
 *
 * @returns by run id
 */
export async function changes(
  { sql }: Database,
  watched: readonly (Watched & { after: number })[],
  { limit }: { limit: number },
): Promise<Map<string, WatchedChanges>> {
  const rows = await sql<ChangesRow[]>`
    select ${runColumns(sql)}, null as typical_seconds, w.events::text as events, w.event_count, w.last_event
    from longhaul.watched_changes(
      ${watched.map(({ userId }) => userId)}::uuid[], ${watched.map(({ organisationId }) => organisationId)}::uuid[],
      ${watched.map(({ runId }) => runId)}::uuid[], ${watched.map(({ after }) => after)}::bigint[], ${limit}) w
    cross join lateral (select (w.run).*) r
    cross join lateral (select w.created_by_name as display_name) p`;
  return new Map(
    rows.map((row) => [
      row.id,
      { run: toRun(row), events: row.events, eventCount: row.event_count, lastEvent: row.last_event },
    ]),
  );
}

/**
 * How far the logs of watched runs go; a watched list has no run.
 *
 * @returns for each in its place: null where the person is no member, `lastSeq` null where the run is not there
 */
export async function heads(
  { sql }: Database,
  watched: readonly (Omit<Watched, "runId"> & { runId: string | null })[],
): Promise<({ lastSeq: number | null } | null)[]> {
  const rows = await sql<{ place: number; last_seq: number | null }[]>`
    select place, last_seq from longhaul.watched_heads(
      ${watched.map(({ userId }) => userId)}::uuid[], ${watched.map(({ organisationId }) => organisationId)}::uuid[],
      ${watched.map(({ runId }) => runId)}::uuid[])`;
  const found = new Map(rows.map(({ place, last_seq }) => [place, { lastSeq: last_seq }]));
  return watched.map((_, index) => found.get(index + 1) ?? null);
}
