-- The index of words knows the organisation and the slices of time: a search begins with the newest, and reads no more of
-- the runs that have the word than it needs, and none of another organisation's.

-- Made beside the table that is in use, which waits only for the exchange at the end: runs start meanwhile.
create table longhaul.run_search_next (
  run_id uuid not null,
  organisation_id uuid not null,
  created_at timestamptz not null,
  slices integer[] not null,
  document text not null
);
alter table longhaul.run_search_next enable row level security;
set local maintenance_work_mem = '256MB';
insert into longhaul.run_search_next (run_id, organisation_id, created_at, slices, document)
select s.run_id, r.organisation_id, r.created_at, longhaul.slices_of(r.organisation_id, r.created_at), s.document
from longhaul.run_search s join longhaul.runs r on r.id = s.run_id order by r.created_at;
alter table longhaul.run_search_next add constraint run_search_next_pkey primary key (run_id);
-- New entries are gathered and put in place in small lots, so that no start pays for many others.
create index run_search_words on longhaul.run_search_next using gin (slices pg_catalog.array_ops, document extensions.gin_trgm_ops)
with (fastupdate = on, gin_pending_list_limit = 256);
analyze longhaul.run_search_next;

lock table longhaul.run_search in access exclusive mode;
insert into longhaul.run_search_next (run_id, organisation_id, created_at, slices, document)
select s.run_id, r.organisation_id, r.created_at, longhaul.slices_of(r.organisation_id, r.created_at), s.document
from longhaul.run_search s join longhaul.runs r on r.id = s.run_id
where not exists (select from longhaul.run_search_next n where n.run_id = s.run_id);
delete from longhaul.run_search_next n where not exists (select from longhaul.run_search s where s.run_id = n.run_id);
drop table longhaul.run_search;
alter table longhaul.run_search_next rename to run_search;
alter table longhaul.run_search rename constraint run_search_next_pkey to run_search_pkey;

-- The conditions on what a search looks in, s: the words. p_words are those of the searched words that are worth looking up.
create function longhaul.word_conditions(p_filter jsonb, p_words text[]) returns text
language sql immutable set search_path = '' as $$
  select concat(
    (select string_agg('s.document like ' || quote_literal(
      '%' || replace(replace(replace(word, '\', '\\'), '%', '\%'), '_', '\_') || '%'), ' and ') from unnest(p_words) word),
    case when p_words <> array[longhaul.searched(p_filter)] then
      ' and strpos(s.document, ' || quote_literal(longhaul.searched(p_filter)) || ') > 0' end)
$$;

-- And these: whose it is, and the stretch of time.
create function longhaul.own_conditions(p_organisation uuid, p_filter jsonb) returns text
language sql immutable set search_path = '' as $$
  select format('s.organisation_id = %L%s%s%s', p_organisation,
    ' and s.created_at >= ' || quote_literal((p_filter ->> 'from')::timestamptz),
    ' and s.created_at < ' || quote_literal((p_filter ->> 'to')::timestamptz),
    ' and (s.created_at, s.run_id) < (' || quote_literal((p_filter -> 'before' ->> 'createdAt')::timestamptz) || ', '
      || quote_literal((p_filter -> 'before' ->> 'id')::uuid) || ')')
$$;

-- What else is asked for of the runs s that have the words: joins, where there is something.
create function longhaul.search_joins(p_organisation uuid, p_filter jsonb) returns text
language sql immutable set search_path = '' as $$
  select concat(
    case when longhaul.is_narrowed(p_filter - 'search') then ' join longhaul.runs r on r.id = s.run_id and '
      || longhaul.runs_conditions(p_organisation, p_filter - array['search', 'from', 'to', 'before'])
      || (select coalesce(' and r.status = any (' || quote_literal(array_agg(status)) || '::text[])', '')
        from jsonb_array_elements_text(p_filter -> 'statuses') status) end,
    case when p_filter ->> 'tag' is not null then format(
      ' join longhaul.run_tags t on t.organisation_id = %L and t.tag = %L and t.created_at = s.created_at and t.run_id = s.run_id',
      p_organisation, p_filter ->> 'tag') end)
$$;

-- Those of the runs that p_newest gives that have the words, and the tag where one is given: how many were looked at, and what was
-- found, newest first.
create function longhaul.read_statement(p_newest text, p_search text, p_tag text, p_limit integer) returns text
language sql immutable set search_path = '' as $$
  select format(
    'with newest (id, created_at) as materialized (%s)
     select (select count(*) from newest), array_agg(f.id order by f.created_at desc, f.id desc),
       array_agg(f.created_at order by f.created_at desc, f.id desc)
     from (select r.id, r.created_at from newest r join longhaul.run_search s on s.run_id = r.id where strpos(s.document, %L) > 0%s
       order by r.created_at desc, r.id desc limit %s) f',
    p_newest, p_search, ' and r.tags @> array[' || quote_literal(p_tag) || ']', p_limit)
$$;

-- The same of the newest p_window runs; where only a tag is asked for besides the words these are the newest that have it.
create or replace function longhaul.window_statement(p_organisation uuid, p_filter jsonb, p_limit integer, p_window integer) returns text
language sql immutable set search_path = '' as $$
  select case when p_filter ->> 'tag' is not null and not longhaul.is_narrowed(p_filter - 'search')
    then longhaul.read_statement(
      longhaul.tagged_statement(p_organisation, p_filter - 'search', p_window), longhaul.searched(p_filter), null, p_limit)
    else longhaul.read_statement(
      longhaul.newest_statement(p_organisation, p_filter, p_window), longhaul.searched(p_filter), p_filter ->> 'tag', p_limit) end
$$;

-- All runs of anybody that have the words where these are p_few at most: how many were read, and the newest of them that are
-- the organisation's and have what else is asked for. Of more, what is found is some of them.
create function longhaul.rare_statement(
  p_organisation uuid, p_filter jsonb, p_limit integer, p_words text[], p_few integer) returns text
language sql immutable set search_path = '' as $$
  select format(
    'with hits as materialized (select s.run_id, s.created_at, s.organisation_id from longhaul.run_search s where %s limit %s)
     select (select count(*) from hits), array_agg(f.run_id order by f.created_at desc, f.run_id desc),
       array_agg(f.created_at order by f.created_at desc, f.run_id desc)
     from (select s.run_id, s.created_at from hits s%s where %s order by s.created_at desc, s.run_id desc limit %s) f',
    longhaul.word_conditions(p_filter, p_words), p_few + 1, longhaul.search_joins(p_organisation, p_filter),
    longhaul.own_conditions(p_organisation, p_filter), p_limit)
$$;

-- The newest p_limit runs of some slices, numbered p_first to p_last at p_level: slice after slice from the newest, each looked at
-- whole where few of its runs have the words, and in its eight parts where more have them. p_where and p_joins are
-- what is asked for; between p_oldest and p_newest there are runs.
create function longhaul.look_through_slices(
  p_organisation uuid, p_level integer, p_first integer, p_last integer, p_oldest timestamptz, p_newest timestamptz,
  p_where text, p_joins text, p_limit integer)
returns table (id uuid, created_at timestamptz)
language plpgsql stable rows 50 set search_path = '' as $$
declare
  -- So many are read and put in order in a small part of the time that a list may take.
  v_few constant integer := 300;
  -- What has no parts is looked at whole in any case.
  v_most constant integer := case when p_level > 0 then v_few end;
  -- One statement for all, which are read one by one and no further than is needed.
  v_slices refcursor;
  v_slot integer;
  v_hits integer;
  v_ids uuid[];
  v_times timestamptz[];
  v_left integer := p_limit;
begin
  open v_slices no scroll for execute format(
    'select w.slot, f.hits, f.ids, f.times
     from unnest(%L::integer[], %L::integer[]) w (slot, slice) cross join lateral (
       with hits as materialized (
         select s.run_id, s.created_at from longhaul.run_search s
         where s.slices operator(pg_catalog.@>) array[w.slice] and %s limit %s)
       select (select count(*) from hits) as hits, array_agg(f.run_id order by f.created_at desc, f.run_id desc) as ids,
         array_agg(f.created_at order by f.created_at desc, f.run_id desc) as times
       from (select s.run_id, s.created_at from hits s%s%s order by s.created_at desc, s.run_id desc limit %s) f) f',
    array(select generate_series(p_last, p_first, -1)),
    array(select longhaul.slice_of(p_organisation, p_level, slot) from generate_series(p_last, p_first, -1) slot),
    p_where, coalesce((v_most + 1)::text, 'all'), p_joins, ' where (select count(*) from hits) <= ' || v_most, p_limit);
  loop
    fetch v_slices into v_slot, v_hits, v_ids, v_times;
    exit when not found;
    if v_hits > v_most then
      select array_agg(l.id), array_agg(l.created_at) into v_ids, v_times
      from longhaul.look_through_slices(p_organisation, p_level - 1,
        greatest(v_slot * 8, longhaul.slot_at(p_level - 1, p_oldest)), least(v_slot * 8 + 7, longhaul.slot_at(p_level - 1, p_newest)),
        p_oldest, p_newest, p_where, p_joins, v_left) l;
    end if;
    if v_ids is not null then
      return query select * from unnest(v_ids[:v_left], v_times[:v_left]);
      v_left := v_left - cardinality(v_ids);
      exit when v_left <= 0;
    end if;
  end loop;
  close v_slices;
end
$$;

-- How many runs the planner believes to have the words: more or less, and quickly. Volatile, since others may not ask it.
create function longhaul.believed_to_have(p_filter jsonb, p_words text[]) returns double precision
language plpgsql volatile set search_path = '' as $$
declare
  v_plan jsonb;
begin
  execute 'explain (format json) select from longhaul.run_search s where ' || longhaul.word_conditions(p_filter, p_words) into v_plan;
  return v_plan -> 0 -> 'Plan' ->> 'Plan Rows';
end
$$;

-- The newest p_limit runs that have the words, and what else is asked for, or any of them where no order is asked for. Where few
-- have the words all of these are read, where little is left of what else is asked for all of that; otherwise it looks through slices of time.
create function longhaul.look_for_words(p_organisation uuid, p_filter jsonb, p_limit integer, p_ordered boolean)
returns table (id uuid, created_at timestamptz)
language plpgsql stable rows 50 set search_path = '' as $$
declare
  -- So many are read and put in order in a part of the time that a list may take.
  v_rare constant integer := 1200;
  -- So many are read one by one where there are more that have the words.
  v_few constant integer := 12000;
  v_words constant text[] := longhaul.telling_words(p_organisation, longhaul.searched(p_filter));
  v_joins constant text := longhaul.search_joins(p_organisation, p_filter);
  v_others text;
  v_oldest timestamptz;
  v_newest timestamptz;
  v_hits integer;
  v_ids uuid[];
  v_times timestamptz[];
begin
  -- To read some is in vain where there are many more, but for those who want no more than some.
  if not p_ordered or longhaul.believed_to_have(p_filter, v_words) < 4 * v_rare then
    execute longhaul.rare_statement(p_organisation, p_filter, p_limit, v_words, v_rare) into v_hits, v_ids, v_times;
    if v_hits <= v_rare or (not p_ordered and cardinality(v_ids) = p_limit) then
      return query select * from unnest(v_ids, v_times);
      return;
    end if;
  end if;

  if p_filter ->> 'tag' is not null then
    v_others := longhaul.tagged_statement(p_organisation, p_filter - array['search', 'workflow', 'person', 'statuses', 'deadLettered'], v_few + 1);
  elsif longhaul.is_narrowed(p_filter - 'search') then
    v_others := longhaul.newest_statement(p_organisation, p_filter, v_few + 1);
  end if;
  if v_others is not null then
    execute format('select count(*) from (%s) few', v_others) into v_hits;
    if v_hits <= v_few then
      execute longhaul.read_statement(
        case when p_filter ->> 'tag' is not null then longhaul.tagged_statement(p_organisation, p_filter - 'search', v_few) else v_others end,
        longhaul.searched(p_filter), null, p_limit) into v_hits, v_ids, v_times;
      return query select * from unnest(v_ids, v_times);
      return;
    end if;
  end if;

  select r.created_at into v_oldest from longhaul.runs r where r.organisation_id = p_organisation order by r.created_at, r.id limit 1;
  select r.created_at into v_newest from longhaul.runs r where r.organisation_id = p_organisation
  order by r.created_at desc, r.id desc limit 1;
  v_oldest := greatest(v_oldest, (p_filter ->> 'from')::timestamptz);
  v_newest := least(v_newest, (p_filter ->> 'to')::timestamptz, (p_filter -> 'before' ->> 'createdAt')::timestamptz);
  return query select * from longhaul.look_through_slices(
    p_organisation, 2, longhaul.slot_at(2, v_oldest), longhaul.slot_at(2, v_newest), v_oldest, v_newest,
    longhaul.own_conditions(p_organisation, p_filter) || ' and ' || longhaul.word_conditions(p_filter, v_words), v_joins, p_limit);
end
$$;

-- The newest runs of a filter, or any of them where no order is asked for. Where words are looked for it begins with the newest runs,
-- goes as far back as what was found there promises to be enough, and where that is too far looks for the words by their index.
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
  return query select * from longhaul.look_for_words(p_organisation, p_filter, p_limit, p_ordered);
end
$$;
drop function longhaul.index_statement(uuid, jsonb, integer, boolean, text[]);

revoke execute on all functions in schema longhaul from public;
