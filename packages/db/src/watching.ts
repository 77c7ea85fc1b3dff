import type { Database } from "./database.js";

/** A run that somebody watches: for whom it is read, and from where on. */
export interface Watched {
  readonly userId: string;
  readonly organisationId: string;
  readonly runId: string;
  /** The number of the last event that is known. */
  readonly after: number;
  /** How long such a run usually takes, as an earlier reading has said; undefined for the first one. */
  readonly typicalSeconds: number | null | undefined;
}

/** A run as it is, and what its log has after a number, in one snapshot. */
export interface WatchedChanges {
  /** { run: Run, events: RunEvent[] } as JSON, the events oldest first. */
  readonly json: string;
  /** How many events there are; as many as were asked for at most. */
  readonly events: number;
  /** The number of the last of these events; null when there is none. */
  readonly lastEvent: number | null;
  readonly lastSeq: number;
  readonly isFinal: boolean;
  readonly workflow: string;
  readonly typicalSeconds: number | null;
}

interface ChangesRow {
  place: number;
  update: string;
  event_count: number;
  last_event: number | null;
  last_seq: number;
  is_final: boolean;
  workflow: string;
  typical: number | null;
}

/** An array as Postgres reads it; none of these values holds a comma, a quote or a brace. */
const arrayOf = <T>(items: readonly T[], value: (item: T) => string | number | boolean | null): string =>
  `{${items.map((item) => value(item) ?? "NULL").join(",")}}`;

/**
 * Reads many watched runs at once, each from its own number on and with at most `limit` events.
 *
 * @returns for each in its place: null where the run is not there for its person, who may have left the organisation
 */
export async function changes(
  { sql }: Database,
  watched: readonly Watched[],
  { limit }: { limit: number },
): Promise<(WatchedChanges | null)[]> {
  const rows = await sql<ChangesRow[]>`
    select place, update, event_count, last_event, last_seq, is_final, workflow, typical from longhaul.watched_changes(
      ${arrayOf(watched, ({ userId }) => userId)}::text::uuid[],
      ${arrayOf(watched, ({ organisationId }) => organisationId)}::text::uuid[],
      ${arrayOf(watched, ({ runId }) => runId)}::text::uuid[], ${arrayOf(watched, ({ after }) => after)}::text::bigint[],
      ${arrayOf(watched, ({ typicalSeconds }) => typicalSeconds === undefined)}::text::boolean[],
      ${arrayOf(watched, ({ typicalSeconds }) => typicalSeconds ?? null)}::text::double precision[], ${limit})`;
  const found: (WatchedChanges | null)[] = new Array<null>(watched.length).fill(null);
  for (const row of rows) {
    found[row.place - 1] = {
      json: row.update,
      events: row.event_count,
      lastEvent: row.last_event,
      lastSeq: row.last_seq,
      isFinal: row.is_final,
      workflow: row.workflow,
      typicalSeconds: row.typical,
    };
  }
  return found;
}

/** Which of these people are no members any more. @returns their places in the list, from 0 on */
export async function goneMembers(
  { sql }: Database,
  people: readonly { userId: string; organisationId: string }[],
): Promise<number[]> {
  const rows = await sql<{ place: number }[]>`
    select place from longhaul.gone_members(
      ${arrayOf(people, ({ userId }) => userId)}::text::uuid[],
      ${arrayOf(people, ({ organisationId }) => organisationId)}::text::uuid[])`;
  return rows.map(({ place }) => place - 1);
}

/** Whose logs go further than what is known of them: as far as the number in the answer. */
export async function movedHeads(
  { sql }: Database,
  known: readonly { runId: string; head: number }[],
): Promise<{ runId: string; lastSeq: number }[]> {
  const rows = await sql<{ run_id: string; last_seq: number }[]>`
    select run_id, last_seq from longhaul.moved_heads(
      ${arrayOf(known, ({ runId }) => runId)}::text::uuid[], ${arrayOf(known, ({ head }) => head)}::text::bigint[])`;
  return rows.map(({ run_id, last_seq }) => ({ runId: run_id, lastSeq: last_seq }));
}
