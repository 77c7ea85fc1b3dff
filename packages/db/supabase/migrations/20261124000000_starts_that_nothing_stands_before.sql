-- A start that nothing stands before is admitted where it is written. To write it down as one that waits, and then to look
-- at the queue and find it there, took more than the start itself.

-- As begin_runs was, of runs that wait for their turn. With p_hold_seconds all of them are admitted at once, and held for
-- that long by whoever sends them: the caller has the dispatcher's lock, and knows that there is room. `due` has these as
-- take_due gives them.
create function longhaul.begin_runs(p_starts jsonb, p_hold_seconds double precision, out answers jsonb, out due jsonb)
language plpgsql
-- Each row is looked up by its key; also while the tables are small, when plans are made that are kept.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
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
  ), attempt as materialized (
    select i.*, longhaul.priority_rank(priority) as rank, id || '-1' as execution_name,
      -- What waits before the first step are reckoned from, in a later attempt too: when the run was to begin.
      jsonb_build_object('run', id, 'attempt', 1, 'correlationId', correlation_id,
        'startedAt', longhaul.iso(greatest(not_before, v_now)), 'input', input)::text as execution_input
    from inserted i
  ), attempted as (
    insert into longhaul.run_attempts (run_id, attempt, organisation_id, user_id, rank, execution_name, execution_input,
      admission, admitted_at, tries, held_until, next_try_at)
    select id, 1, organisation_id, created_by, rank, execution_name, execution_input,
      case when p_hold_seconds is not null then 'admitted' when not_before > v_now then 'later' else 'ready' end,
      case when p_hold_seconds is not null then v_now end, (p_hold_seconds is not null)::integer,
      v_now + make_interval(secs => p_hold_seconds),
      coalesce(v_now + make_interval(secs => p_hold_seconds), greatest(not_before, v_now))
    from attempt
  ), logged as (
    insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, data)
    select id, 1, organisation_id, 'run.queued', v_now, 1, jsonb_build_object('reason', status_reason) from inserted
  ), woken as (
    insert into longhaul.queue_wakes (organisation_id, user_id)
    select distinct organisation_id, created_by from inserted
    where p_hold_seconds is null and (not_before is null or not_before <= v_now)
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
    end order by place),
    (select coalesce(jsonb_agg(jsonb_build_object('runId', id, 'organisationId', organisation_id, 'attempt', 1,
      'workflow', workflow, 'executionName', execution_name, 'executionInput', execution_input, 'correlationId', correlation_id,
      'lane', lane, 'priority', priority, 'tries', 1, 'stateMachineArn', null) order by rank, id), '[]')
     from attempt where p_hold_seconds is not null)
  into v_created, v_accepted, answers, due from judged;
  perform longhaul.touch(string_agg(longhaul.touched((start ->> 'organisation')::uuid, (answer ->> 'run')::uuid, 1), ''))
  from rows from (jsonb_array_elements(p_starts), jsonb_array_elements(answers)) both_of (start, answer)
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
    into answers
    from jsonb_array_elements(answers) with ordinality a (answer, place)
    cross join lateral (select p_starts -> (a.place - 1)::integer as start) q
    left join lateral (
      select * from longhaul.runs r
      where r.organisation_id = (q.start ->> 'organisation')::uuid and r.workflow = q.start ->> 'workflow'
        and r.idempotency_key = q.start ->> 'idempotencyKey' offset 0) r on true;
  end if;
end
$$;

create or replace function longhaul.begin_runs(p_starts jsonb) returns jsonb
language plpgsql security definer
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
begin
  return (select b.answers from longhaul.begin_runs(p_starts, null) b);
end
$$;

-- How many more runs a person may have under way at once, where nothing waits: no run for a place, for its time that has
-- come, or for being sent again. Null where something does, and is to be looked at first. For who has the dispatcher's lock.
create function longhaul.room_at_once(p_organisation uuid, p_user uuid) returns integer
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_room integer;
begin
  with clear as materialized (
    select from (values (1)) always (one)
    where not exists (select from longhaul.run_attempts where admission = 'ready' and closed_at is null)
      and not exists (select from longhaul.run_attempts where admission = 'later' and closed_at is null and next_try_at <= v_now)
      and not exists (
        select from longhaul.run_attempts a
        join longhaul.runs r on r.id = a.run_id and r.attempt = a.attempt and r.status = 'queued'
        where a.admission = 'admitted' and a.sent_at is null and a.closed_at is null and a.next_try_at <= v_now)
  ), looked_at as (
    -- Where none waits, who has left a place has left it to nobody. Each of these was committed together with what it is for,
    -- and one statement sees both or neither.
    delete from longhaul.queue_wakes where exists (select from clear)
  )
  select least(
    coalesce(l.max_running, longhaul.default_max_running()) - (
      select count(*) from longhaul.run_attempts a
      where a.organisation_id = p_organisation and a.admission = 'admitted' and a.closed_at is null and not a.parked),
    coalesce(l.max_running_per_user, longhaul.default_max_running_per_user()) - (
      select count(*) from longhaul.run_attempts a
      where a.organisation_id = p_organisation and a.user_id = p_user and a.admission = 'admitted' and a.closed_at is null
        and not a.parked))
  into v_room
  from clear left join longhaul.organisation_limits l on l.organisation_id = p_organisation;
  return v_room;
end
$$;

-- Starts what p_asked names and admits it, where nothing stands before it: the answer of start_and_take. Raises LH001 where
-- the starts have to go the usual way, and lock_not_available where they would wait for somebody: whoever has the
-- dispatcher's lock keeps all others from dispatching. The caller takes all of it back then, the lock too.
create function longhaul.start_at_once(p_asked jsonb) returns jsonb
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set lock_timeout = '20ms' set search_path = '' as $$
declare
  v_starts jsonb := p_asked -> 'starts';
  v_first jsonb := v_starts -> 0;
  v_count integer := jsonb_array_length(v_starts);
  v_answers jsonb;
  v_due jsonb;
begin
  -- Of one person's, since each has limits; and none that is to begin later.
  if v_count > (p_asked -> 'limit')::integer or exists (
      select from jsonb_array_elements(v_starts) start
      where start -> 'user' <> v_first -> 'user' or start -> 'organisation' <> v_first -> 'organisation'
        or start -> 'notBefore' <> 'null')
    or not pg_try_advisory_xact_lock(hashtextextended('longhaul.admit', 0))
    or not coalesce(v_count <= longhaul.room_at_once((v_first ->> 'organisation')::uuid, (v_first ->> 'user')::uuid), false)
  then
    raise sqlstate 'LH001' using message = 'These starts go the usual way.';
  end if;
  select b.answers, b.due into v_answers, v_due from longhaul.begin_runs(v_starts, (p_asked -> 'holdSeconds')::double precision) b;
  return jsonb_build_object('answers', v_answers, 'taken', jsonb_build_object('due', v_due,
    'someWait', exists (select from longhaul.run_attempts where admission = 'later' and closed_at is null),
    'tellWebhooks', v_due <> '[]' and exists (select from longhaul.webhooks where active)));
end
$$;

-- As start_runs with p_asked -> 'starts', and then as take_due: of the starts themselves, where nothing stands before them.
-- `taken` is null where another dispatcher is at the queue at this moment, or where the look failed: the starts hold all the
-- same, and somebody has to look.
create or replace function longhaul.start_and_take(p_asked jsonb) returns jsonb
language plpgsql security definer
set search_path = '' as $$
declare
  v_answers jsonb;
  v_taken jsonb;
begin
  begin
    return longhaul.start_at_once(p_asked);
  exception
    when sqlstate 'LH001' or lock_not_available then null;
    when others then raise warning 'Starts could not be admitted at once: %', sqlerrm;
  end;
  v_answers := longhaul.begin_runs(p_asked -> 'starts');
  -- Whoever has the lock has it until the end of its transaction; a start does not wait for that.
  if pg_try_advisory_xact_lock(hashtextextended('longhaul.admit', 0)) then
    begin
      v_taken := longhaul.take_due(p_asked);
    exception when others then
      raise warning 'Starts could not look at the queue: %', sqlerrm;
    end;
  end if;
  return jsonb_build_object('answers', v_answers, 'taken', v_taken);
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.start_and_take(jsonb) to longhaul_api;
