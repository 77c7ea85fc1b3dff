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
  /**
   * { run: Run, events: RunEvent[] } as JSON in UTF-8, the events oldest first. It is a part of what the connection has just
   * received: whoever keeps it keeps all of that.
   */
  readonly json: Buffer;
  /** How many events there are; as many as were asked for at most. */
  readonly events: number;
  /** The number of the last of these events; null when there is none. */
  readonly lastEvent: number | null;
  readonly lastSeq: number;
  readonly isFinal: boolean;
  readonly workflow: string;
  readonly typicalSeconds: number | null;
}

/** As watched_changes gives them, the place first. */
type Facts = [number, number, number | null, number, boolean, string, number | null];

/** An array as Postgres reads it; none of these values holds a comma, a quote or a brace. */
const arrayOf = <T>(items: readonly T[], value: (item: T) => string | number | boolean | null): string =>
  `{${items.map((item) => value(item) ?? "NULL").join(",")}}`;

/** Everybody once, and for each of the watched runs the place of its person there, from 1 on. */
function peopleOf(watched: readonly Watched[]): { people: Watched[]; places: number[] } {
  const people: Watched[] = [];
  const known = new Map<string, number>();
  let last: Watched | undefined;
  let place = 0;
  const places = watched.map((one) => {
    // Most often many of one person's come one after another.
    if (one.userId === last?.userId && one.organisationId === last.organisationId) return place;
    last = one;
    const key = one.userId + one.organisationId;
    place = known.get(key) ?? people.push(one);
    known.set(key, place);
    return place;
  });
  return { people, places };
}

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
  const { people, places } = peopleOf(watched);
  // Row by row into what the query forgets: queries, and what they hold, outlive the quick collections of garbage, and
  // all of this would be moved twice before it is let go of.
  let answers: (WatchedChanges | null)[] = new Array<null>(watched.length).fill(null);
  await sql`
    select facts, update from longhaul.watched_changes(
      ${arrayOf(people, ({ userId }) => userId)}::text::uuid[],
      ${arrayOf(people, ({ organisationId }) => organisationId)}::text::uuid[], ${arrayOf(places, Number)}::text::integer[],
      ${arrayOf(watched, ({ runId }) => runId)}::text::uuid[], ${arrayOf(watched, ({ after }) => after)}::text::bigint[],
      ${arrayOf(watched, ({ typicalSeconds }) => typicalSeconds === undefined)}::text::boolean[],
      ${arrayOf(watched, ({ typicalSeconds }) => typicalSeconds ?? null)}::text::double precision[], ${limit})`
    .raw()
    .forEach((row) => {
      const [facts, json] = row as unknown as [Buffer, Buffer];
      const [place, events, lastEvent, lastSeq, isFinal, workflow, typicalSeconds] = JSON.parse(
        facts.toString(),
      ) as Facts;
      answers[place - 1] = { json, events, lastEvent, lastSeq, isFinal, workflow, typicalSeconds };
    });
  const found = answers;
  answers = [];
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
