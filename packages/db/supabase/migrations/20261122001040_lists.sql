-- Lists of a million runs: every filter has an index that gives the newest first or gives few, and an update of a run
-- that changes nothing a person filters by touches no index at all.
create extension if not exists pg_trgm with schema extensions;

-- What a search looks in, apart from the run's row, which changes with every event. Written once.
create table longhaul.run_search (
  run_id uuid primary key references longhaul.runs (id) on delete cascade,
  document text not null
);
alter table longhaul.run_search enable row level security;

-- Without settings of its own, so that it is inlined.
create function longhaul.search_document(p_id uuid, p_name text, p_tags text[], p_input jsonb) returns text
language sql stable as $$
  select lower(concat_ws(' ', p_name, left(p_id::text, 8), nullif(array_to_string(p_tags, ' '), ''), left(p_input::text, 500)))
$$;
insert into longhaul.run_search (run_id, document)
select id, longhaul.search_document(id, name, tags, input) from longhaul.runs;

-- New entries are gathered and put in place in small lots, so that no start pays for many others.
create index run_search_trigrams on longhaul.run_search using gin (document extensions.gin_trgm_ops)
with (fastupdate = on, gin_pending_list_limit = 256);

alter table longhaul.runs drop column search;
create index runs_newest_of_person on longhaul.runs (organisation_id, created_by, created_at desc, id desc);
create index runs_tagged on longhaul.runs using gin (tags) where tags <> '{}';

-- The statement that gives the ids of the newest runs that p_filter leaves: { workflow, statuses, tag, person, from, to,
-- search, deadLettered, before: { createdAt, id } }, all of them optional. Its text is made for the values it is to find,
-- so that the planner knows whether they are many or few. Without p_ordered any of them, which is all that a count needs.
create function longhaul.runs_statement(p_organisation uuid, p_filter jsonb, p_limit integer, p_ordered boolean) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v_search text := lower(nullif(btrim(p_filter ->> 'search'), ''));
  v_whole_id boolean := coalesce(v_search ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', false);
  v_statuses text[] := (select array_agg(status) from jsonb_array_elements_text(p_filter -> 'statuses') status);
  v_from text := 'longhaul.runs r';
  v_where text := format('r.organisation_id = %L', p_organisation);
  v_order text := case when p_ordered then ' order by r.created_at desc, r.id desc' end;
begin
  if p_filter ->> 'workflow' is not null then
    v_where := v_where || format(' and r.workflow = %L', p_filter ->> 'workflow');
  end if;
  if p_filter ->> 'person' is not null then
    v_where := v_where || format(' and r.created_by = %L', (p_filter ->> 'person')::uuid);
  end if;
  if p_filter ->> 'tag' is not null then
    v_where := v_where || format($t$ and r.tags @> array[%L] and r.tags <> '{}'$t$, p_filter ->> 'tag');
  end if;
  if (p_filter ->> 'deadLettered')::boolean then
    v_where := v_where || $t$ and r.status = 'failed' and r.error ->> 'code' = 'DEAD_LETTERED'$t$;
  end if;
  if p_filter ->> 'from' is not null then
    v_where := v_where || format(' and r.created_at >= %L', (p_filter ->> 'from')::timestamptz);
  end if;
  if p_filter ->> 'to' is not null then
    v_where := v_where || format(' and r.created_at < %L', (p_filter ->> 'to')::timestamptz);
  end if;
  if p_filter -> 'before' ->> 'id' is not null then
    v_where := v_where || format(' and (r.created_at, r.id) < (%L, %L)',
      (p_filter -> 'before' ->> 'createdAt')::timestamptz, (p_filter -> 'before' ->> 'id')::uuid);
  end if;

  if v_whole_id then
    v_where := v_where || format(' and r.id = %L', v_search);
  elsif v_search is not null then
    v_from := 'longhaul.runs r join longhaul.run_search s on s.run_id = r.id';
    -- What a trigram is made of: three letters, or fewer of a word that begins or ends here.
    if v_search ~ '[[:alnum:]]{3}|[^[:alnum:]][[:alnum:]]|[[:alnum:]]{2}[^[:alnum:]]' then
      v_where := v_where || format(' and s.document like %L',
        '%' || replace(replace(replace(v_search, '\', '\\'), '%', '\%'), '_', '\_') || '%');
    else
      -- No trigram in it: looked for among the newest only, and not with the index.
      v_from := format('(select n.* from longhaul.runs n where n.organisation_id = %L
        order by n.created_at desc, n.id desc limit 3000) r join longhaul.run_search s on s.run_id = r.id', p_organisation);
      v_where := v_where || format(' and strpos(s.document, %L) > 0', v_search);
    end if;
  end if;

  if cardinality(v_statuses) > 1 and not v_whole_id then
    -- The newest of each status, from the index that has each status' newest first, and of these the newest.
    return format(
      'select r.id, r.created_at from unnest(%L::text[]) wanted (status) cross join lateral (
         select r.id, r.created_at from %s where %s and r.status = wanted.status%s limit %s) r%s limit %s',
      v_statuses, v_from, v_where, v_order, p_limit, v_order, p_limit);
  end if;
  return format('select r.id, r.created_at from %s where %s%s%s limit %s', v_from, v_where,
    case when v_statuses is not null then format(' and r.status = any (%L::text[])', v_statuses) end, v_order, p_limit);
end
$$;

-- The newest runs of a filter. Reads as the tables' owner, since row level security would keep the search from its index;
-- so it looks for the membership itself, and strangers find nothing. Who joins the ids with runs reads them under row level security as ever.
create function longhaul.find_runs(p_organisation uuid, p_filter jsonb, p_limit integer)
returns table (id uuid, created_at timestamptz)
language plpgsql stable security definer rows 50
-- What is wanted are the first few of many, in an order that an index has.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
begin
  if p_organisation = any (longhaul.my_organisations()) then
    return query execute longhaul.runs_statement(p_organisation, p_filter, p_limit, true);
  end if;
end
$$;

-- How many runs a filter has, counted no further than p_most.
create function longhaul.count_runs(p_organisation uuid, p_filter jsonb, p_most integer) returns integer
language plpgsql stable security definer
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
declare
  v_count integer := 0;
begin
  if p_organisation = any (longhaul.my_organisations()) then
    execute 'select count(*) from (' || longhaul.runs_statement(p_organisation, p_filter - 'before', p_most, false) || ') found' into v_count;
  end if;
  return v_count;
end
$$;

-- The reconciler's: unlike the time of the last event, neither of these changes with every event.
drop index longhaul.runs_under_way;
create index runs_to_check on longhaul.runs (coalesce(checked_at, created_at)) where finished_at is null and status <> 'queued';

-- Runs under way of which nothing was heard for a while, each handed out once per such while; and queued ones that
-- nobody has looked at. A run that waits for its time or its turn, and says so, is not among them, however many there are.
create or replace function longhaul.stale_runs(p_older_seconds double precision, p_limit integer) returns setof uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_before timestamptz := v_now - make_interval(secs => p_older_seconds);
  v_looked_at integer;
  v_stale uuid[];
  v_found integer := 0;
begin
  loop
    with quiet as (
      select id from longhaul.runs
      where finished_at is null and status <> 'queued' and coalesce(checked_at, created_at) < v_before
      order by coalesce(checked_at, created_at) limit p_limit
      for update skip locked
    ), checked as (
      -- Of some there was news since they were checked: they are quiet, if at all, from then on.
      update longhaul.runs r set checked_at = case when r.updated_at < v_before then v_now else r.updated_at end
      from quiet where r.id = quiet.id
      returning r.id, r.updated_at < v_before as stale
    )
    select count(*), coalesce(array_agg(id) filter (where stale), '{}') into v_looked_at, v_stale from checked;
    return query select unnest(v_stale);
    v_found := v_found + cardinality(v_stale);
    exit when v_looked_at < p_limit or v_found >= p_limit;
  end loop;

  return query
    with forgotten as (
      select r.id from longhaul.run_attempts a
      join longhaul.runs r on r.id = a.run_id and r.attempt = a.attempt and r.status = 'queued'
      where a.admission = 'ready' and a.closed_at is null and not a.explained
        and greatest(r.updated_at, r.checked_at) < v_before
      order by a.created_at limit greatest(0, p_limit - v_found)
      for update of r skip locked
    )
    update longhaul.runs r set checked_at = v_now from forgotten where r.id = forgotten.id returning r.id;
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.find_runs(uuid, jsonb, integer), longhaul.count_runs(uuid, jsonb, integer) to authenticated;
