-- What a list may cost does not depend on what the planner believes: tags and words are looked for among the newest runs
-- first, as far as it promises, and otherwise by their index and never by walking on.

drop function longhaul.runs_statement(uuid, jsonb, integer, boolean);

-- The statements below give the ids of the newest runs that p_filter leaves: { workflow, statuses, tag, person, from, to,
-- search, deadLettered, before: { createdAt, id } }, all of them optional. Values are written into their text, so that the
-- planner knows whether they are many or few. These are the conditions on a run r apart from its status, tags and document.
create function longhaul.runs_conditions(p_organisation uuid, p_filter jsonb) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v_where text := format('r.organisation_id = %L', p_organisation);
begin
  if p_filter ->> 'workflow' is not null then
    v_where := v_where || format(' and r.workflow = %L', p_filter ->> 'workflow');
  end if;
  if p_filter ->> 'person' is not null then
    v_where := v_where || format(' and r.created_by = %L', (p_filter ->> 'person')::uuid);
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
  if longhaul.whole_id(p_filter ->> 'search') is not null then
    v_where := v_where || format(' and r.id = %L', longhaul.whole_id(p_filter ->> 'search'));
  end if;
  return v_where;
end
$$;

-- What is looked for where that is the whole id of a run.
create function longhaul.whole_id(p_search text) returns uuid language sql immutable set search_path = '' as $$
  select case when lower(btrim(p_search)) ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
    then btrim(p_search)::uuid end
$$;

-- What is looked for in documents; null for nothing, and for a whole id.
create function longhaul.searched(p_filter jsonb) returns text language sql immutable set search_path = '' as $$
  select case when longhaul.whole_id(p_filter ->> 'search') is null then lower(nullif(btrim(p_filter ->> 'search'), '')) end
$$;

-- Whether there is a trigram in it: three letters, or fewer of a word that begins or ends here.
create function longhaul.has_trigram(p_search text) returns boolean language sql immutable set search_path = '' as $$
  select p_search ~ '[[:alnum:]]{3}|[^[:alnum:]][[:alnum:]]|[[:alnum:]]{2}[^[:alnum:]]'
$$;

-- The newest p_limit runs whatever their tags and documents.
create function longhaul.newest_statement(p_organisation uuid, p_filter jsonb, p_limit integer) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v_statuses text[] := (select array_agg(distinct status) from jsonb_array_elements_text(p_filter -> 'statuses') status);
  v_columns text := case when p_filter ->> 'tag' is null then 'r.id, r.created_at' else 'r.id, r.created_at, r.tags' end;
  v_where text := longhaul.runs_conditions(p_organisation, p_filter);
begin
  if cardinality(v_statuses) > 1 then
    -- The newest of each status, from the index that has each status' newest first, and of these the newest.
    return format(
      'select %1$s from unnest(%2$L::text[]) wanted (status) cross join lateral (
         select %1$s from longhaul.runs r where %3$s and r.status = wanted.status
         order by r.created_at desc, r.id desc limit %4$s) r order by r.created_at desc, r.id desc limit %4$s',
      v_columns, v_statuses, v_where, p_limit);
  end if;
  return format('select %s from longhaul.runs r where %s%s order by r.created_at desc, r.id desc limit %s',
    v_columns, v_where, ' and r.status = ' || quote_literal(v_statuses[1]), p_limit);
end
$$;

-- Those of the newest p_window runs that have the tag and the words: how many were looked at, and what was found, newest first.
create function longhaul.window_statement(p_organisation uuid, p_filter jsonb, p_limit integer, p_window integer) returns text
language sql immutable set search_path = '' as $$
  select format(
    'with newest as materialized (%s)
     select (select count(*) from newest), array_agg(f.id order by f.created_at desc, f.id desc),
       array_agg(f.created_at order by f.created_at desc, f.id desc)
     from (select r.id, r.created_at from newest r%s where true%s%s order by r.created_at desc, r.id desc limit %s) f',
    longhaul.newest_statement(p_organisation, p_filter, p_window),
    case when longhaul.searched(p_filter) is not null then ' join longhaul.run_search s on s.run_id = r.id' end,
    ' and strpos(s.document, ' || quote_literal(longhaul.searched(p_filter)) || ') > 0',
    ' and r.tags @> array[' || quote_literal(p_filter ->> 'tag') || ']', p_limit)
$$;

-- All that have the tag and the words, by the index of these; then the newest, or any, of them. It is planned for all of
-- them: a limit would make the planner hope to meet enough on its way through all runs. p_words are those of the searched
-- words that are worth looking up.
create function longhaul.index_statement(
  p_organisation uuid, p_filter jsonb, p_limit integer, p_ordered boolean, p_words text[]) returns text
language sql immutable set search_path = '' as $$
  select format(
    'with found as materialized (select r.id, r.created_at from longhaul.runs r%s where %s%s%s%s%s)
     select f.id, f.created_at from found f%s limit %s',
    case when longhaul.searched(p_filter) is not null then ' join longhaul.run_search s on s.run_id = r.id' end,
    longhaul.runs_conditions(p_organisation, p_filter),
    (select ' and r.status = any (' || quote_literal(array_agg(status)) || '::text[])'
      from jsonb_array_elements_text(p_filter -> 'statuses') status),
    ' and r.tags @> array[' || quote_literal(p_filter ->> 'tag') || $t$] and r.tags <> '{}'$t$,
    (select string_agg(' and s.document like ' || quote_literal(
      '%' || replace(replace(replace(word, '\', '\\'), '%', '\%'), '_', '\_') || '%'), '') from unnest(p_words) word),
    case when p_words <> array[longhaul.searched(p_filter)] then
      ' and strpos(s.document, ' || quote_literal(longhaul.searched(p_filter)) || ') > 0' end,
    case when p_ordered then ' order by f.created_at desc, f.id desc' end, p_limit)
$$;

-- A word that most runs have is dear to look up and says nothing: of several words those that few of the newest have.
create function longhaul.telling_words(p_organisation uuid, p_search text) returns text[]
language sql stable set search_path = '' as $$
  select coalesce(
    (select array_agg(told.word) from (
      select word from regexp_split_to_table(p_search, '\s+') word
      cross join (
        select s.document from (
          select r.id from longhaul.runs r where r.organisation_id = p_organisation order by r.created_at desc, r.id desc limit 50) r
        join longhaul.run_search s on s.run_id = r.id) sample
      where word ~ '[[:alnum:]]{3}'
      group by word having count(*) filter (where strpos(sample.document, word) > 0) <= 10) told),
    array[p_search])
$$;

-- The newest runs of a filter, or any of them where no order is asked for. Where tags or words are looked for it begins with the newest runs,
-- and goes as far back as what was found there promises to be enough.
create function longhaul.look_for_runs(p_organisation uuid, p_filter jsonb, p_limit integer, p_ordered boolean)
returns table (id uuid, created_at timestamptz)
language plpgsql stable rows 50
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set random_page_cost = 1.1 set work_mem = '32MB' set max_parallel_workers_per_gather = 0 set jit = off set search_path = '' as $$
declare
  v_search text := longhaul.searched(p_filter);
  v_window integer := 500;
  -- A document is read in the time of five runs.
  v_farthest constant integer := case when v_search is null then 20000 else 4000 end;
  v_seen integer;
  v_ids uuid[];
  v_times timestamptz[];
begin
  if v_search is null and p_filter ->> 'tag' is null then
    return query execute longhaul.newest_statement(p_organisation, p_filter, p_limit);
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
    case when v_search is not null then longhaul.telling_words(p_organisation, v_search) end);
end
$$;

-- Reads as the tables' owner, since row level security would keep the search from its index;
-- so it looks for the membership itself, and strangers find nothing. Who joins the ids with runs reads them under row level security as ever.
create or replace function longhaul.find_runs(p_organisation uuid, p_filter jsonb, p_limit integer)
returns table (id uuid, created_at timestamptz)
language plpgsql stable security definer rows 50 set search_path = '' as $$
begin
  if p_organisation = any (longhaul.my_organisations()) then
    return query select * from longhaul.look_for_runs(p_organisation, p_filter, p_limit, true);
  end if;
end
$$;

-- How many runs a filter has, counted no further than p_most.
create or replace function longhaul.count_runs(p_organisation uuid, p_filter jsonb, p_most integer) returns integer
language plpgsql stable security definer set search_path = '' as $$
declare
  v_count integer := 0;
begin
  if p_organisation = any (longhaul.my_organisations()) then
    select count(*) into v_count from longhaul.look_for_runs(p_organisation, p_filter - 'before', p_most, false);
  end if;
  return v_count;
end
$$;

revoke execute on all functions in schema longhaul from public;
