-- Tags in the order of time: the newest runs with a tag are the last entries of an index, however far back they lie. The index of
-- tags on runs gave them in the order in which they lie on the disk, so that all of them were read for a page of fifty; and
-- each change of a run's state had to write to it.
create table longhaul.run_tags (
  organisation_id uuid not null,
  -- Compared by its bytes: nobody sorts by it.
  tag text collate "C" not null,
  created_at timestamptz not null,
  run_id uuid not null,
  primary key (organisation_id, tag, created_at, run_id)
);
alter table longhaul.run_tags enable row level security;

-- A run's tags do not change. Those without any, which are most, pay for looking whether there are some.
create function longhaul.note_tags() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into longhaul.run_tags (organisation_id, tag, created_at, run_id)
  select new.organisation_id, tag, new.created_at, new.id from unnest(new.tags) tag
  on conflict do nothing;
  return null;
end
$$;
create trigger runs_note_tags after insert on longhaul.runs
for each row when (new.tags <> '{}') execute function longhaul.note_tags();

-- What a run has goes with it.
create or replace function longhaul.take_along() returns trigger
language plpgsql security definer
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
begin
  delete from longhaul.run_attempts a using gone where a.run_id = gone.id;
  delete from longhaul.run_events e using gone where e.run_id = gone.id;
  delete from longhaul.run_steps s using gone where s.run_id = gone.id;
  delete from longhaul.run_search s using gone where s.run_id = gone.id;
  delete from longhaul.run_tags t using gone cross join unnest(gone.tags) had (tag)
  where t.organisation_id = gone.organisation_id and t.tag = had.tag and t.created_at = gone.created_at and t.run_id = gone.id;
  return null;
end
$$;

insert into longhaul.run_tags (organisation_id, tag, created_at, run_id)
select distinct r.organisation_id, tag, r.created_at, r.id from longhaul.runs r cross join unnest(r.tags) tag where r.tags <> '{}';
drop index longhaul.runs_tagged;

-- Whether p_filter asks for more than a tag and a stretch of time.
create function longhaul.is_narrowed(p_filter jsonb) returns boolean language sql immutable set search_path = '' as $$
  select coalesce(p_filter ->> 'workflow', p_filter ->> 'person', p_filter ->> 'statuses', p_filter ->> 'search') is not null
    or coalesce((p_filter ->> 'deadLettered')::boolean, false)
$$;

-- The newest runs that have the tag. Of each, and what else is asked for, only entries of indexes are read where there is an
-- index that begins with it and goes on with the time.
create function longhaul.tagged_statement(p_organisation uuid, p_filter jsonb, p_limit integer) returns text
language sql immutable set search_path = '' as $$
  select format(
    'select t.run_id, t.created_at from longhaul.run_tags t%s where t.organisation_id = %L and t.tag = %L%s%s%s%s
     order by t.created_at desc, t.run_id desc limit %s',
    case when longhaul.is_narrowed(p_filter) then ' join longhaul.runs r on r.id = t.run_id and r.created_at = t.created_at' end,
    p_organisation, p_filter ->> 'tag',
    ' and t.created_at >= ' || quote_literal((p_filter ->> 'from')::timestamptz),
    ' and t.created_at < ' || quote_literal((p_filter ->> 'to')::timestamptz),
    ' and (t.created_at, t.run_id) < (' || quote_literal((p_filter -> 'before' ->> 'createdAt')::timestamptz) || ', '
      || quote_literal((p_filter -> 'before' ->> 'id')::uuid) || ')',
    case when longhaul.is_narrowed(p_filter) then ' and ' || longhaul.runs_conditions(p_organisation, p_filter - array['from', 'to', 'before'])
      || coalesce((select ' and r.status = any (' || quote_literal(array_agg(status)) || '::text[])'
        from jsonb_array_elements_text(p_filter -> 'statuses') status), '') end, p_limit)
$$;

-- The same for where little is left without the tag: both are read in their order, side by side.
create function longhaul.few_with_tag_statement(p_organisation uuid, p_filter jsonb, p_limit integer, p_few integer) returns text
language sql immutable set search_path = '' as $$
  select format(
    'with few as materialized (%s)
     select f.id, f.created_at from few f join longhaul.run_tags t on t.created_at = f.created_at and t.run_id = f.id
     where t.organisation_id = %L and t.tag = %L
     order by f.created_at desc, f.id desc limit %s',
    longhaul.newest_statement(p_organisation, p_filter - 'tag', p_few), p_organisation, p_filter ->> 'tag', p_limit)
$$;

-- All that have the tag and the words, by the index of these; then the newest, or any, of them. It is planned for all of
-- them: a limit would make the planner hope to meet enough on its way through all runs. p_words are those of the searched
-- words that are worth looking up.
create or replace function longhaul.index_statement(
  p_organisation uuid, p_filter jsonb, p_limit integer, p_ordered boolean, p_words text[]) returns text
language sql immutable set search_path = '' as $$
  select format(
    'with found as materialized (select r.id, r.created_at from longhaul.runs r%s%s where %s%s%s%s%s)
     select f.id, f.created_at from found f%s limit %s',
    case when longhaul.searched(p_filter) is not null then ' join longhaul.run_search s on s.run_id = r.id' end,
    case when p_filter ->> 'tag' is not null then
      ' join longhaul.run_tags t on t.organisation_id = r.organisation_id and t.created_at = r.created_at and t.run_id = r.id' end,
    longhaul.runs_conditions(p_organisation, p_filter),
    (select ' and r.status = any (' || quote_literal(array_agg(status)) || '::text[])'
      from jsonb_array_elements_text(p_filter -> 'statuses') status),
    ' and t.tag = ' || quote_literal(p_filter ->> 'tag'),
    (select string_agg(' and s.document like ' || quote_literal(
      '%' || replace(replace(replace(word, '\', '\\'), '%', '\%'), '_', '\_') || '%'), '') from unnest(p_words) word),
    case when p_words <> array[longhaul.searched(p_filter)] then
      ' and strpos(s.document, ' || quote_literal(longhaul.searched(p_filter)) || ') > 0' end,
    case when p_ordered then ' order by f.created_at desc, f.id desc' end, p_limit)
$$;

-- The newest runs of a filter, or any of them where no order is asked for. Where words are looked for it begins with the newest runs,
-- and goes as far back as what was found there promises to be enough.
create or replace function longhaul.look_for_runs(p_organisation uuid, p_filter jsonb, p_limit integer, p_ordered boolean)
returns table (id uuid, created_at timestamptz)
language plpgsql stable rows 50
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set random_page_cost = 1.1 set work_mem = '32MB' set max_parallel_workers_per_gather = 0 set jit = off set search_path = '' as $$
declare
  v_search text := longhaul.searched(p_filter);
  v_window integer := 500;
  -- A document is read in the time of five runs.
  v_farthest constant integer := 4000;
  -- So many runs with a tag are looked at one by one.
  v_rare constant integer := 1000;
  -- So many are read beside the tagged within a part of the time that a list may take.
  v_few constant integer := 12000;
  v_seen integer;
  v_ids uuid[];
  v_times timestamptz[];
begin
  if v_search is null then
    if p_filter ->> 'tag' is null then
      return query execute longhaul.newest_statement(p_organisation, p_filter, p_limit);
      return;
    end if;
    if longhaul.is_narrowed(p_filter) then
      select count(*) into v_seen from (
        select from longhaul.run_tags t where t.organisation_id = p_organisation and t.tag = p_filter ->> 'tag' limit v_rare + 1) rare;
      if v_seen > v_rare then
        execute format('select count(*) from (%s) few', longhaul.newest_statement(p_organisation, p_filter - 'tag', v_few + 1)) into v_seen;
        if v_seen <= v_few then
          perform set_config('enable_mergejoin', 'on', true);
          return query execute longhaul.few_with_tag_statement(p_organisation, p_filter, p_limit, v_few);
          return;
        end if;
      end if;
    end if;
    return query execute longhaul.tagged_statement(p_organisation, p_filter, p_limit);
    return;
  end if;
  if not longhaul.has_trigram(v_search) then
    -- What has no trigram is looked for among the newest only.
    v_window := 2000;
  end if;
  loop
    execute longhaul.window_statement(p_organisation, p_filter, p_limit, v_window) into v_seen, v_ids, v_times;
    if v_seen < v_window or coalesce(cardinality(v_ids), 0) >= p_limit or not longhaul.has_trigram(v_search) then
      return query select * from unnest(v_ids, v_times);
      return;
    end if;
    exit when v_window > 500 or cardinality(v_ids) is null;
    v_window := ceil(v_window * 1.3 * p_limit / cardinality(v_ids));
    exit when v_window > v_farthest;
  end loop;
  return query execute longhaul.index_statement(p_organisation, p_filter, p_limit, p_ordered,
    longhaul.telling_words(p_organisation, v_search));
end
$$;

revoke execute on all functions in schema longhaul from public;
