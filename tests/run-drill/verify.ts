import { isDeepStrictEqual } from "node:util";
import type postgres from "postgres";
import type { Entry } from "./follower.js";
import type { ThirdParty } from "./third-party.js";
import { expected, type KindName } from "./workflows/kinds.js";

/** A run as Postgres keeps it. */
export interface Stored {
  readonly id: string;
  readonly idempotency_key: string;
  readonly status: string;
  readonly attempt: number;
  readonly output: { n: number } | null;
  readonly events: readonly { seq: number; type: string }[];
}

/** The longest times in which nothing was heard of a run, longest first, in sentences. */
export async function longestSilences(sql: postgres.Sql, count: number): Promise<string[]> {
  const rows = await sql<{ workflow: string; seconds: number; before: string; after: string }[]>`
    select r.workflow, e.seconds, e.before, e.after from longhaul.runs r
    cross join lateral (
      select extract(epoch from at - lag(at) over w)::float8 as seconds,
        lag(type || coalesce(' ' || step, '')) over w as before, type || coalesce(' ' || step, '') as after
      from longhaul.run_events where run_id = r.id
      window w as (order by seq)
    ) e
    where e.seconds is not null order by e.seconds desc limit ${count}`;
  return rows.map(
    ({ workflow, seconds, before, after }) =>
      `${seconds.toFixed(1)} s between ${before} and ${after} (${workflow})`,
  );
}

const terminal = /^run\.(succeeded|failed|cancelled|timed_out)$/;

/** Holds what Postgres keeps, what subscribers heard and what the third party did against each other. In sentences. */
export async function verify(
  sql: postgres.Sql,
  entries: readonly Entry[],
  thirdParty: ThirdParty,
): Promise<string[]> {
  const stored = await sql<Stored[]>`
    select r.id, r.idempotency_key, r.status, r.attempt, r.output, array(
      select jsonb_build_object('seq', e.seq, 'type', e.type) from longhaul.run_events e
      where e.run_id = r.id order by e.seq) as events
    from longhaul.runs r`;
  const faults: string[] = [];
  if (stored.length !== entries.length)
    faults.push(`${entries.length} runs were asked for, ${stored.length} are there`);
  const byKey = new Map(stored.map((run) => [run.idempotency_key, run]));
  for (const entry of entries) {
    const run = byKey.get(entry.key);
    const found = run ? faultsOf(entry, run, thirdParty) : ["it is not there"];
    faults.push(...found.map((fault) => `run ${entry.n} (${entry.kind}, ${entry.runId}): ${fault}`));
  }
  return faults;
}

/** What is wrong with one run, in sentences; nothing where all is as it must be. */
export function faultsOf(entry: Entry, run: Stored, thirdParty: Pick<ThirdParty, "effects">): string[] {
  const { adds, effects } = expected[entry.kind as KindName];
  const faults: string[] = [];
  const expect = (name: string, found: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(found, wanted))
      faults.push(`${name}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  };
  expect("its id", run.id, entry.runId);
  expect("its status", run.status, "succeeded");
  expect("its attempt", run.attempt, 1);
  expect("its output", run.output, { n: entry.n + adds });
  expect(
    "the numbers of its events",
    run.events.map(({ seq }) => seq),
    run.events.map((_, index) => index + 1),
  );
  expect(
    "its ends",
    run.events.filter(({ type }) => terminal.test(type)).map(({ type }) => type),
    ["run.succeeded"],
  );
  expect("its last event", run.events.at(-1)?.type, "run.succeeded");
  expect("what its subscriber heard", entry.heard, run.events);
  expect("whether its subscription has ended", entry.complete, true);
  expect("its effects", effectsOf(run.id, thirdParty), effects);
  return faults;
}

/** How often each step of a run has had its effect: one for each idempotency key. */
function effectsOf(runId: string, { effects }: Pick<ThirdParty, "effects">): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { run, step } of effects.values()) {
    if (run === runId) counts[step] = (counts[step] ?? 0) + 1;
  }
  return counts;
}
