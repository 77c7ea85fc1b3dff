import { randomUUID } from "node:crypto";
import type postgres from "postgres";

export interface Filled {
  readonly organisationId: string;
  /** Started nearly all of the runs. */
  readonly busy: string;
  /** Started one in 500. */
  readonly rare: string;
}

const batch = 50_000;

async function signUp(sql: postgres.Sql, name: string): Promise<string> {
  const id = randomUUID();
  await sql`insert into auth.users (id, email, raw_user_meta_data)
    values (${id}, ${`${name}-${id.slice(0, 8)}@example.test`}, ${sql.json({ name })})`;
  return id;
}

/** What an earlier run of the bench has left in this database; null where that is nothing, or not all of it. */
export async function filledBefore(sql: postgres.Sql, count: number): Promise<Filled | null> {
  const [{ there } = { there: false }] = await sql<{ there: boolean }[]>`
    select to_regclass('public.longhaul_bench_filled') is not null as there`;
  if (!there) return null;
  const [known] = await sql<(Filled & { count: number })[]>`
    select organisation_id as "organisationId", busy, rare, count from public.longhaul_bench_filled`;
  if (known?.count !== count) throw new Error("The folder holds something else: give another one.");
  return known;
}

/**
 * An organisation with `count` ended runs of the last year. In a thousand: 989 have succeeded, 10 failed, 1 was cancelled;
 * 750 are of one workflow; 2 have the tag "nightly" and 100 "daily"; 1 has the word "pellworm". Of those of the
 * first half 20 in a thousand have the tag "retired", and 20 the word "sylt". Rows only: to be
 * quick it sets triggers aside, writes over two connections, and makes the indexes when all rows are there.
 *
 * @param sql a pool of two connections of the superuser.
 */
export async function fill(
  sql: postgres.Sql,
  count: number,
  progress: (done: number) => void,
): Promise<Filled> {
  const [busy, rare] = [await signUp(sql, "busy"), await signUp(sql, "rare")];
  const [owned] = await sql<{ id: string }[]>`
    select organisation_id as id from longhaul.memberships where user_id = ${busy}`;
  const filled = { organisationId: owned?.id ?? "", busy, rare };
  const indexes = await sql<{ name: string; search: boolean; definition: string }[]>`
    select indexrelid::regclass::text as name, indrelid = 'longhaul.run_search'::regclass as search,
      pg_get_indexdef(indexrelid) as definition
    from pg_index where indrelid = any (array['longhaul.runs', 'longhaul.run_search']::regclass[]) and not indisunique`;
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`);
  let next = 1;
  let done = 0;
  const work = async () => {
    for (let from = next; from <= count; from = next) {
      next = from + batch;
      const to = Math.min(count, next - 1);
      await insert(sql, filled, { from, to, count });
      done += to - from + 1;
      progress(done);
    }
  };
  await Promise.all([work(), work()]);
  // One connection makes the index of trigrams, which takes as long as all others together.
  const make = async (search: boolean) => {
    const some = indexes.filter((index) => index.search === search).map(({ definition }) => definition);
    await sql.unsafe(`set maintenance_work_mem = '1GB'; ${some.join(";")}; reset maintenance_work_mem`);
  };
  await Promise.all([make(true), make(false)]);
  await sql`vacuum analyze longhaul.runs, longhaul.run_search, longhaul.run_tags`;
  await sql`create table public.longhaul_bench_filled as select ${filled.organisationId}::uuid as organisation_id,
    ${busy}::uuid as busy, ${rare}::uuid as rare, ${count}::integer as count`;
  return filled;
}

async function insert(
  sql: postgres.Sql,
  { organisationId, busy, rare }: Filled,
  { from, to, count }: { from: number; to: number; count: number },
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`
      with filled as (
        insert into longhaul.runs (organisation_id, workflow, name, priority, status, error, output, input, stages,
          definition_hash, correlation_id, created_by, created_at, started_at, finished_at, updated_at, cancel_requested_at,
          tags, last_seq)
        select ${organisationId}, case when n % 4 = 0 then 'storybook' else 'data-import' end,
          case when n % 1000 = 7 then 'Readings of Pellworm ' when n % 50 = 13 and n < ${count}::integer / 2 then 'Readings of Sylt '
            else 'Readings of March ' end || n, 'normal', s.status,
          case when s.status = 'failed' then '{"code": "STEP_FAILED", "message": "The file could not be read."}'::jsonb end,
          case when s.status = 'succeeded' then '{"rowsRead": 12, "rowsRejected": 0}'::jsonb end,
          jsonb_build_object('file', gen_random_uuid(), 'name', 'Readings ' || n, 'maxRejectedShare', 0.05),
          '[{"key": "process", "label": "Reading and checking your file", "weight": 3, "steps": 1, "fraction": 1,
             "status": "done", "message": null}]',
          repeat('0', 64), 'corr-' || n, case when n % 500 = 3 then ${rare}::uuid else ${busy}::uuid end,
          t.at, t.at, t.at + interval '3 s', t.at + interval '3 s', case when s.status = 'cancelled' then t.at end,
          case when n % 500 = 1 then array['nightly'] when n % 10 = 2 then array['daily', 'orders']
            when n % 50 = 21 and n < ${count}::integer / 2 then array['retired'] else '{}' end, 6
        from generate_series(${from}::integer, ${to}::integer) n
        cross join lateral (select now() - make_interval(secs => (${count}::integer - n) * 30) as at) t
        cross join lateral (select case when n % 1000 = 5 then 'cancelled' when n % 100 = 9 then 'failed' else 'succeeded' end
          as status) s
        returning id, organisation_id, name, tags, input, created_at
      ), tagged as (
        insert into longhaul.run_tags (organisation_id, tag, created_at, run_id)
        select ${organisationId}, tag, created_at, id from filled cross join unnest(tags) tag
      )
      insert into longhaul.run_search (run_id, organisation_id, created_at, slices, document)
      select id, organisation_id, created_at, longhaul.slices_of(organisation_id, created_at),
      longhaul.search_document(id, name, tags, input) from filled`;
  });
}
