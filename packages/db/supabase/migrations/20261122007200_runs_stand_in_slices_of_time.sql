-- Words in slices of time. What is searched for among all runs is found by the index of trigrams, which gives it in no order:
-- a word whose newest run lay months back had every run with it read for a page of fifty. What a search looks in is told the
-- organisation, the time and the slices that it stands in; the next migration makes the index of these.
alter table longhaul.run_search add column organisation_id uuid, add column created_at timestamptz, add column slices integer[];

-- The organisation's slice of time that p_at is in: of eight hours at level 0, and of eight of the level below at levels 1 and 2,
-- which are three days and three weeks. A number, so that it takes little room: now and then two slices share one.
create function longhaul.slice_of(p_organisation uuid, p_level integer, p_slot integer) returns integer
language sql immutable set search_path = '' as $$
  select pg_catalog.uuid_hash(p_organisation) # pg_catalog.hashint4(p_level * 100000000 + p_slot)
$$;

-- How many slices of a level there were from 1970 until p_at.
create function longhaul.slot_at(p_level integer, p_at timestamptz) returns integer
language sql stable set search_path = '' as $$
  select floor(date_part('epoch', p_at) / (28800 * 8 ^ p_level))::integer
$$;

-- The slices that a run of this moment stands in. Without settings of its own, so that it is inlined.
create function longhaul.slices_of(p_organisation uuid, p_at timestamptz) returns integer[] language sql stable as $$
  select array[
    pg_catalog.uuid_hash(p_organisation) # pg_catalog.hashint4(floor(date_part('epoch', p_at) / 28800)::integer),
    pg_catalog.uuid_hash(p_organisation) # pg_catalog.hashint4(100000000 + floor(date_part('epoch', p_at) / 230400)::integer),
    pg_catalog.uuid_hash(p_organisation) # pg_catalog.hashint4(200000000 + floor(date_part('epoch', p_at) / 1843200)::integer)]
$$;

-- Starts runs: of each its row, its first attempt and event 1. p_starts is an array of { user, organisation, workflow, name,
-- priority, input, stages, definitionHash, correlationId, idempotencyKey, tags, notBefore, lane, rerunOf, rerunFrom }; the
-- answer has, in its order, { run, created } or { code, message } for each that was refused, which hurts no other. The
-- same idempotency key with the same input gives the first run; with another input it is refused. A time that has passed
-- already delays nothing.
create or replace function longhaul.begin_runs(p_starts jsonb) returns jsonb
language plpgsql security definer
-- Each row is looked up by its key; also while the tables are small, when plans are made that are kept.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_answers jsonb;
  v_created uuid[];
  v_accepted integer;
begin
  with asked as materialized (
    select gen_random_uuid() as id, q.*
    from rows from (jsonb_to_recordset(p_starts) as (
      "user" uuid, organisation uuid, workflow text, name text, priority text, input jsonb, stages jsonb,
      "definitionHash" text, "correlationId" text, "idempotencyKey" text, tags text[], "notBefore" timestamptz, lane text,
      "rerunOf" uuid, "rerunFrom" text)) with ordinality
    as q (user_id, organisation_id, workflow, name, priority, input, stages, definition_hash, correlation_id,
      idempotency_key, tags, not_before, lane, rerun_of, rerun_from, place)
  ), judged as materialized (
    select a.*, m.role, case
        when m.role is null then 'ORGANISATION_NOT_FOUND'
        when m.role = 'viewer' then 'FORBIDDEN'
        when octet_length(a.input::text) > 200000 then 'INPUT_TOO_LARGE'
        when not longhaul.tags_fit(a.tags) then 'TAGS_INVALID'
        when a.not_before > v_now + interval '366 days' then 'TIME_INVALID'
        when a.rerun_of is not null and not exists (
          select from longhaul.runs r where r.id = a.rerun_of and r.organisation_id = a.organisation_id) then 'RUN_NOT_FOUND'
      end as refusal
    from asked a
    left join lateral (
      select role from longhaul.memberships
      where organisation_id = a.organisation_id and user_id = a.user_id offset 0) m on true
  ), inserted as (
    insert into longhaul.runs (id, organisation_id, workflow, name, priority, status, input, stages, definition_hash,
      correlation_id, idempotency_key, created_by, created_at, updated_at, tags, not_before, lane, rerun_of, rerun_from,
      status_reason, last_seq, stage_keys, tallies)
    select id, organisation_id, workflow, name, priority, 'queued', coalesce(input, 'null'), stages,
      definition_hash, correlation_id, idempotency_key, user_id, v_now, v_now, tags, not_before, lane, rerun_of, rerun_from,
      case when not_before > v_now then
        to_char(not_before at time zone 'UTC', '"Starts at" YYYY-MM-DD HH24:MI:SS "UTC."') end, 1,
      array(select stage ->> 'key' from jsonb_array_elements(stages) with ordinality s (stage, n) order by n),
      array_fill(0::bigint, array[4 * jsonb_array_length(stages)])
    from judged where refusal is null
    -- In one order always: two batches with the same keys wait for each other one way only.
    order by organisation_id, workflow, idempotency_key
    on conflict (organisation_id, workflow, idempotency_key) do nothing
    returning *
  ), searched as (
    insert into longhaul.run_search (run_id, organisation_id, created_at, slices, document)
    select id, organisation_id, created_at, longhaul.slices_of(organisation_id, created_at),
      longhaul.search_document(id, name, tags, input) from inserted
  ), attempted as (
    insert into longhaul.run_attempts (run_id, attempt, organisation_id, user_id, rank, execution_name, execution_input,
      admission, next_try_at)
    select id, 1, organisation_id, created_by, longhaul.priority_rank(priority), id || '-1',
      -- What waits before the first step are reckoned from, in a later attempt too: when the run was to begin.
      jsonb_build_object('run', id, 'attempt', 1, 'correlationId', correlation_id,
        'startedAt', longhaul.iso(greatest(not_before, v_now)), 'input', input)::text,
      case when not_before > v_now then 'later' else 'ready' end, greatest(not_before, v_now)
    from inserted
  ), logged as (
    insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, data)
    select id, 1, organisation_id, 'run.queued', v_now, 1, jsonb_build_object('reason', status_reason) from inserted
  ), woken as (
    insert into longhaul.queue_wakes (organisation_id, user_id)
    select distinct organisation_id, created_by from inserted where not_before is null or not_before <= v_now
  )
  select (select coalesce(array_agg(id), '{}') from inserted), count(*) filter (where refusal is null), jsonb_agg(case refusal
      when 'ORGANISATION_NOT_FOUND' then
        '{"code": "ORGANISATION_NOT_FOUND", "message": "You do not belong to this organisation."}'
      when 'FORBIDDEN' then jsonb_build_object('code', 'FORBIDDEN', 'message',
        format('This needs the role %s; yours is %s.', 'operator', role))
      when 'INPUT_TOO_LARGE' then '{"code": "INPUT_TOO_LARGE",
        "message": "The input is larger than 200 kB. Upload large content as a file and pass its id."}'
      when 'TAGS_INVALID' then '{"code": "INPUT_INVALID",
        "message": "A run takes at most 10 tags of 1 to 50 characters each."}'
      when 'TIME_INVALID' then '{"code": "INPUT_INVALID", "message": "A start can be delayed by a year at most."}'
      when 'RUN_NOT_FOUND' then '{"code": "RUN_NOT_FOUND", "message": "There is no such run."}'
      else jsonb_build_object('run', id, 'created', true)
    end order by place)
  into v_created, v_accepted, v_answers from judged;
  perform longhaul.touch(string_agg(longhaul.touched((start ->> 'organisation')::uuid, (answer ->> 'run')::uuid, 1), ''))
  from rows from (jsonb_array_elements(p_starts), jsonb_array_elements(v_answers)) both_of (start, answer)
  where (answer ->> 'run')::uuid = any (v_created);

  -- The rest of them came with a key that was used before.
  if cardinality(v_created) < v_accepted then
    select jsonb_agg(case
        when (a.answer ->> 'run')::uuid = any (v_created) or a.answer ? 'code' then a.answer
        when r.input <> coalesce(q.start -> 'input', 'null') then '{"code": "IDEMPOTENCY_CONFLICT",
          "message": "This idempotency key was used before with another input."}'
        when (r.rerun_of, r.rerun_from) is distinct from ((q.start ->> 'rerunOf')::uuid, q.start ->> 'rerunFrom') then
          '{"code": "IDEMPOTENCY_CONFLICT", "message": "This idempotency key was used before to run something else."}'
        else jsonb_build_object('run', r.id, 'created', false)
      end order by a.place)
    into v_answers
    from jsonb_array_elements(v_answers) with ordinality a (answer, place)
    cross join lateral (select p_starts -> (a.place - 1)::integer as start) q
    left join lateral (
      select * from longhaul.runs r
      where r.organisation_id = (q.start ->> 'organisation')::uuid and r.workflow = q.start ->> 'workflow'
        and r.idempotency_key = q.start ->> 'idempotencyKey' offset 0) r on true;
  end if;
  return v_answers;
end
$$;

revoke execute on all functions in schema longhaul from public;
