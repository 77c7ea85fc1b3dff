-- The functions of the write path, and those who read what it writes, over the tallies.

-- Appends events to one run's log and folds them into the run, in one transaction. p_events is an array of
-- { type, step?, itemPath?, visit?, stage?, data? }; p_output is the run's output, with run.succeeded only. p_changes are
-- the changes of steps that go with the events, where the caller knows them; else the stages are counted anew after
-- events that change a step. Numbers are gapless: the run's row is locked first. An ended run takes no more events.
-- Returns the last number.
create or replace function longhaul.append_events(
  p_run uuid, p_events jsonb, p_output jsonb default null, p_changes longhaul.stage_change[] default null) returns bigint
language plpgsql security definer set plan_cache_mode = force_generic_plan set enable_seqscan = off set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_step longhaul.run_steps;
  v_at timestamptz;
  v_count integer := jsonb_array_length(p_events);
  v_event jsonb;
  v_type text;
  v_status text;
  v_last jsonb;
  v_changes longhaul.stage_change[] := coalesce(p_changes, '{}');
  v_more bigint;
  v_changed boolean := false;
  v_begins boolean := false;
begin
  select * into v_run from longhaul.runs where id = p_run for update;
  if v_run.id is null then
    perform longhaul.refuse('RUN_NOT_FOUND', 'There is no such run.');
  elsif v_run.finished_at is not null then
    perform longhaul.refuse('RUN_ENDED', 'This run has ended.');
  end if;
  if v_count = 0 then
    return v_run.last_seq;
  end if;
  v_at := greatest(clock_timestamp(), v_run.updated_at);
  v_status := v_run.status;

  insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, step, item_path, visit, stage, data)
  select p_run, v_run.last_seq + e.place, v_run.organisation_id, e.event ->> 'type', v_at, v_run.attempt, e.event ->> 'step',
    e.event ->> 'itemPath', (e.event ->> 'visit')::integer, e.event ->> 'stage', coalesce(e.event -> 'data', '{}')
  from jsonb_array_elements(p_events) with ordinality e (event, place);

  for i in 0 .. v_count - 1 loop
    v_event := p_events -> i;
    v_type := v_event ->> 'type';
    -- The last event that says what the run's state is counts. A run that is cancelling is nothing else until it ends.
    case v_type
      when 'step.log', 'artifact.created', 'run.repaired', 'compensation.started' then
        null;
      when 'step.started', 'step.retrying', 'step.succeeded', 'step.failed', 'compensation.done', 'approval.requested',
        'approval.decided', 'run.retried' then
        v_changed := true;
      when 'step.progress' then
        update longhaul.run_steps s
        set progress = greatest(s.progress, least(1, greatest(0, (v_event -> 'data' -> 'fraction')::double precision))),
          message = coalesce(v_event -> 'data' ->> 'message', s.message)
        from longhaul.run_steps before
        where s.run_id = p_run and s.step = v_event ->> 'step' and s.item_path = v_event ->> 'itemPath'
          and s.visit = (v_event ->> 'visit')::integer and before.run_id = s.run_id and before.step = s.step
          and before.item_path = s.item_path and before.visit = s.visit
        returning s.stage, s.status, s.message, longhaul.billionths(s.progress) - longhaul.billionths(before.progress)
        into v_step.stage, v_step.status, v_step.message, v_more;
        if found and v_step.status <> 'succeeded' then
          v_changes := v_changes || row(v_step.stage, 0, 0, 0, v_more, null)::longhaul.stage_change;
          if v_step.message is not null and v_step.status = 'running' and v_step.stage = any (v_run.stage_keys) then
            v_run.said := longhaul.saying(v_run.said, v_step.stage,
              concat_ws(' ', v_event ->> 'step', v_event ->> 'itemPath', v_event ->> 'visit'), v_step.message);
          end if;
        end if;
      when 'run.started', 'run.waiting' then
        v_begins := v_begins or v_type = 'run.started';
        v_status := case when v_run.status = 'cancelling' then 'cancelling' when v_type = 'run.started' then 'running' else 'waiting' end;
        v_last := v_event;
      else
        v_status := substr(v_type, 5);
        v_last := v_event;
        v_changed := v_changed or v_status in ('succeeded', 'failed', 'cancelled', 'timed_out');
    end case;
  end loop;
  if v_status = 'queued' and v_run.status <> 'queued' then
    perform longhaul.refuse('RUN_NOT_QUEUED', format('A run that is %s cannot be queued.', v_run.status));
  end if;

  if v_changed and p_changes is null then
    select tallies, said into v_run.tallies, v_run.said from longhaul.stages_counted(p_run, v_run.stage_keys);
  elsif v_changes <> '{}' then
    select tallies, said into v_run.tallies, v_run.said
    from longhaul.tallied(v_run.stage_keys, v_changes, v_run.tallies, v_run.said);
  end if;
  if (v_status = 'waiting') <> (v_run.status = 'waiting') then
    perform longhaul.park_attempt(p_run, v_run.attempt, v_status = 'waiting');
  end if;

  update longhaul.runs set
    last_seq = v_run.last_seq + v_count,
    updated_at = v_at,
    status = v_status,
    status_reason = case
      when v_status = 'waiting' and v_last is not null then v_last -> 'data' ->> 'waitingFor'
      when v_status = 'queued' and v_last is not null then v_last -> 'data' ->> 'reason'
      when v_status in ('queued', 'waiting') then v_run.status_reason
    end,
    output = case when v_status = 'succeeded' then p_output end,
    error = case when v_status in ('failed', 'timed_out') then v_last -> 'data' -> 'error' end,
    started_at = coalesce(v_run.started_at, case when v_begins then v_at end),
    finished_at = case when v_status in ('succeeded', 'failed', 'cancelled', 'timed_out') then v_at end,
    cancel_requested_at = coalesce(v_run.cancel_requested_at, case when v_status = 'cancelling' then v_at end),
    tallies = v_run.tallies,
    said = v_run.said
  where id = p_run;
  perform longhaul.touch(longhaul.touched(v_run.organisation_id, p_run, v_run.last_seq + v_count));
  return v_run.last_seq + v_count;
end
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
    insert into longhaul.run_search (run_id, document)
    select id, longhaul.search_document(id, name, tags, input) from inserted
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

-- Copies into a run that is queued anew what an earlier run of the same workflow had done before it came to p_step:
-- every checkpoint that was completed before that step was, and before the first of the edited ones was. p_edits is
-- [{ step, itemPath, visit, output }]: these take the place of what was there, or of what had failed. Times stay as they
-- were, so that waits already served pass at once. With another input, what people approved for the first one is asked
-- anew, and what came after it is done anew. Returns how many checkpoints there are now.
create or replace function longhaul.copy_checkpoints(
  p_organisation uuid, p_from uuid, p_to uuid, p_step text, p_edits jsonb, p_approvals text[]) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_other_input boolean := (select input from longhaul.runs where id = p_from) <> (select input from longhaul.runs where id = p_to);
  v_before timestamptz;
  v_edit jsonb;
  v_source longhaul.run_steps;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  if (select count(*) from longhaul.runs r where r.id in (p_from, p_to) and r.organisation_id = p_organisation) <> 2 then
    perform longhaul.refuse('RUN_NOT_FOUND', 'There is no such run.');
  elsif not exists (select from longhaul.runs where id = p_to and status = 'queued' and attempt = 1 for update) then
    perform longhaul.refuse('RUN_NOT_QUEUED', 'Checkpoints are copied before a run is sent.');
  end if;
  if not exists (select from longhaul.run_steps where run_id = p_from and step = p_step) and not exists (
    select from longhaul.run_steps s join jsonb_array_elements(p_edits) e on e ->> 'step' = s.step where s.run_id = p_from
  ) then
    perform longhaul.refuse('STEP_NOT_REACHED', format('The run has not come to %s.', p_step));
  end if;
  select min(coalesce(s.finished_at, s.started_at)) into v_before from longhaul.run_steps s
  -- One that had not succeeded, and is given an output now, was not what came after it was done upon either.
  where s.run_id = p_from and (exists (
      select from jsonb_array_elements(p_edits) e
      where e ->> 'step' = s.step and e ->> 'itemPath' = s.item_path and (e ->> 'visit')::integer = s.visit)
    or s.status = 'succeeded' and (s.step = p_step or v_other_input and (s.step = any (p_approvals) or exists (
      select from longhaul.approvals a where a.run_id in (p_from, s.copied_from) and a.state = s.step))));

  insert into longhaul.run_steps (run_id, step, item_path, visit, organisation_id, stage, status, attempt, tries, progress,
    input, output, started_at, finished_at, copied_from)
  select p_to, step, item_path, visit, organisation_id, stage, 'succeeded', 1, tries, 1, input, output, started_at, finished_at,
    coalesce(copied_from, p_from)
  from longhaul.run_steps
  where run_id = p_from and status = 'succeeded' and undoes is null and step <> p_step
    and (v_before is null or finished_at < v_before);

  for v_edit in select e from jsonb_array_elements(p_edits) e loop
    select * into v_source from longhaul.run_steps
    where run_id = p_from and step = v_edit ->> 'step' and item_path = v_edit ->> 'itemPath' and visit = (v_edit ->> 'visit')::integer;
    if v_source.run_id is null then
      perform longhaul.refuse('STEP_NOT_REACHED', format('The run has not come to %s.', v_edit ->> 'step'));
    end if;
    insert into longhaul.run_steps as s (run_id, step, item_path, visit, organisation_id, stage, status, attempt, progress,
      input, output, started_at, finished_at, copied_from)
    values (p_to, v_source.step, v_source.item_path, v_source.visit, p_organisation, v_source.stage, 'succeeded', 1, 1,
      v_source.input, v_edit -> 'output', v_source.started_at, coalesce(v_source.finished_at, clock_timestamp()),
      coalesce(v_source.copied_from, p_from))
    on conflict (run_id, step, item_path, visit) do update set output = excluded.output;
  end loop;

  -- Waits before the first step are reckoned from the first run's start, and were served by it.
  update longhaul.run_attempts a
  set execution_input = jsonb_set(a.execution_input::jsonb, '{startedAt}', first.execution_input::jsonb -> 'startedAt')::text
  from longhaul.run_attempts first
  where a.run_id = p_to and a.attempt = 1 and first.run_id = p_from and first.attempt = 1
    and first.execution_input::jsonb ? 'startedAt';
  -- The files that those steps wrote are this run's, too.
  insert into longhaul.run_files (run_id, artifact_id, organisation_id)
  select p_to, a.id, p_organisation
  from longhaul.run_steps s
  join longhaul.artifacts a on a.run_id = s.copied_from and a.step = s.step and a.item_path = s.item_path and a.visit = s.visit
  where s.run_id = p_to and a.status = 'ready'
  on conflict do nothing;
  update longhaul.runs r set (tallies, said) = (select c.tallies, c.said from longhaul.stages_counted(r.id, r.stage_keys) c)
  where r.id = p_to;
  return (select count(*) from longhaul.run_steps where run_id = p_to);
end
$$;

-- Ends runs whose executions have ended. p_ends is an array of { name, arn, workflow, outcome }: the execution's, what
-- workflow's it must be, and the outcome as close_run has it. The answer has for each, in its order, "closed"; "open" where
-- its run had ended before, goes on with another attempt or has first to take back what it did; or "unknown" for an
-- execution that is no such run's.
create or replace function longhaul.close_executions(p_ends jsonb) returns jsonb
language plpgsql security definer
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
declare
  v_now timestamptz;
  v_answers jsonb;
  v_plain uuid[];
  v_others jsonb;
  v_other jsonb;
  v_stopped uuid[];
begin
  perform from longhaul.runs where id = any (array(
    select a.run_id from longhaul.run_attempts a
    where a.execution_name = any (array(select e ->> 'name' from jsonb_array_elements(p_ends) e)))) order by id for update;
  v_now := clock_timestamp();
  with told as materialized (
    select q.* from rows from (jsonb_to_recordset(p_ends) as (name text, arn text, workflow text, outcome jsonb)) with ordinality
    as q (name, arn, workflow, outcome, place)
  ), found as materialized (
    select t.*, a.run_id, a.attempt, r.organisation_id, r.last_seq, r.updated_at, t.outcome ->> 'status' as status, r.started_at,
      row_number() over (partition by a.run_id, a.attempt order by t.place) = 1
        and r.finished_at is null and r.attempt = a.attempt as open,
      r.cancel_requested_at is null and r.open_approvals = 0 and t.outcome ->> 'status' in ('succeeded', 'failed', 'timed_out') as plain,
      r.started_at is null and t.outcome ->> 'status' in ('succeeded', 'timed_out') as begins
    from told t
    cross join lateral (select * from longhaul.run_attempts where execution_name = t.name offset 0) a
    cross join lateral (select * from longhaul.runs where id = a.run_id offset 0) r
    where r.workflow = t.workflow and (a.execution_arn is null or a.execution_arn = t.arn)
  ), closed as (
    update longhaul.run_attempts a set closed_at = v_now from found f
    where f.open and f.plain and a.run_id = f.run_id and a.attempt = f.attempt and a.closed_at is null
    returning a.organisation_id, a.user_id, a.admission, a.parked
  ), woken as (
    insert into longhaul.queue_wakes
    select distinct organisation_id, user_id from closed where admission = 'admitted' and not parked
  ), logged as (
    insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, data)
    select run_id, last_seq + 1 + begins::integer, organisation_id, 'run.' || status, greatest(v_now, updated_at), attempt,
      case when status = 'succeeded' then '{}' else jsonb_build_object('error', outcome -> 'error') end
    from found where open and plain
    union all
    -- The end may be the first that is heard of an execution.
    select run_id, last_seq + 1, organisation_id, 'run.started', greatest(v_now, updated_at), attempt, '{}'
    from found where open and plain and begins
  ), ended as (
    update longhaul.runs r set
      last_seq = r.last_seq + 1 + f.begins::integer,
      updated_at = greatest(v_now, r.updated_at),
      status = f.status,
      status_reason = null,
      output = case when f.status = 'succeeded' then f.outcome -> 'output' end,
      error = case when f.status <> 'succeeded' then f.outcome -> 'error' end,
      started_at = case when f.begins then greatest(v_now, r.updated_at) else r.started_at end,
      finished_at = greatest(v_now, r.updated_at)
    from found f where f.open and f.plain and r.id = f.run_id
  )
  select jsonb_agg(case when f.run_id is null then 'unknown' when f.open and f.plain then 'closed' else 'open' end order by t.place),
    array_agg(f.run_id) filter (where f.open and f.plain),
    jsonb_agg(jsonb_build_object('place', t.place - 1, 'run', f.run_id, 'attempt', f.attempt, 'outcome', f.outcome) order by f.run_id)
      filter (where f.open and not f.plain)
  into v_answers, v_plain, v_others
  from told t left join found f on f.place = t.place;

  if v_plain is not null then
    perform longhaul.touch(string_agg(longhaul.touched(organisation_id, id, last_seq), '')) from longhaul.runs where id = any (v_plain);
    with stopped as (
      update longhaul.run_steps
      set status = 'failed', finished_at = greatest(v_now, started_at), lease_owner = null, lease_expires_at = null,
        error = coalesce(error, '{"code": "RUN_ENDED", "message": "The run ended while this step was at work."}')
      where run_id = any (v_plain) and status in ('running', 'retrying', 'waiting')
      returning run_id
    )
    select array_agg(distinct run_id) into v_stopped from stopped;
    if v_stopped is not null then
      update longhaul.runs r set (tallies, said) = (select c.tallies, c.said from longhaul.stages_counted(r.id, r.stage_keys) c)
      where r.id = any (v_stopped);
    end if;
  end if;
  -- Those that were cancelled, or wait for people, one by one.
  for v_other in select value from jsonb_array_elements(v_others) loop
    if longhaul.close_run((v_other ->> 'run')::uuid, (v_other -> 'attempt')::integer, v_other -> 'outcome') then
      v_answers := jsonb_set(v_answers, array[v_other ->> 'place'], '"closed"');
    end if;
  end loop;
  return v_answers;
end
$$;

-- Each run as it is, and its events after a number, oldest first, in one snapshot: as the text {"run":...,"events":[...]}
-- that a watcher gets, so that nobody reads and writes it again on the way; put together by hand, since json_build_object and
-- row_to_json look up anew for each value how its type is written, which is most of what they cost. The shape is that of a Run and its RunEvents,
-- as packages/db gives them. How long such a run usually takes is reckoned where p_first says that this is the first
-- reading; later ones say it in p_typical, since it does not change while a run is under way. By place from 1 on.
create or replace function longhaul.watched_changes(
  p_users uuid[], p_organisations uuid[], p_runs uuid[], p_after bigint[], p_first boolean[], p_typical double precision[],
  p_limit integer)
returns table (place bigint, update text, last_event bigint, event_count integer, last_seq bigint, is_final boolean,
  workflow text, typical double precision)
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = 'force_generic_plan' set enable_seqscan = off as $$
#variable_conflict use_column
begin
  return query
  select w.place,
    concat('{"run":{"status":"', r.status, '","id":"', r.id, '","organisationId":"', r.organisation_id,
      '","workflow":"', r.workflow, '","name":', to_json(r.name::text), ',"priority":"', r.priority,
      '","input":', r.input, ',"attempt":', r.attempt, ',"lastSeq":', r.last_seq, ',',
      longhaul.progress_text(r.status, r.stages, r.tallies, r.said),
      ',"correlationId":', to_json(r.correlation_id::text), ',"definitionHash":', to_json(r.definition_hash::text),
      ',"createdBy":', case when r.created_by is null then 'null' else
        concat('{"id":"', r.created_by, '","name":', to_json(coalesce(p.display_name, 'Former member')), '}') end,
      ',"createdAt":"', longhaul.iso(r.created_at),
      '","startedAt":', coalesce('"' || longhaul.iso(r.started_at) || '"', 'null'),
      ',"finishedAt":', coalesce('"' || longhaul.iso(r.finished_at) || '"', 'null'),
      ',"cancelRequestedAt":', coalesce('"' || longhaul.iso(r.cancel_requested_at) || '"', 'null'),
      ',"tags":', case when r.tags = '{}' then '[]' else array_to_json(r.tags)::text end,
      ',"notBefore":', coalesce('"' || longhaul.iso(r.not_before) || '"', 'null'),
      ',"lane":"', r.lane, '","rerunOf":', coalesce('"' || r.rerun_of || '"', 'null'),
      ',"rerunFrom":', coalesce(to_json(r.rerun_from::text)::text, 'null'),
      ',"pinned":', case when r.pinned then 'true' else 'false' end,
      ',"expiresAt":', case when r.finished_at is null then 'null' else coalesce(
        '"' || longhaul.iso(longhaul.expires_at(r.organisation_id, r.finished_at, r.pinned)) || '"', 'null') end,
      ',"typicalSeconds":', coalesce(t.seconds::text, 'null'),
      case
        when r.status = 'queued' then ',"reason":' || coalesce(to_json(r.status_reason::text)::text, 'null')
        when r.status = 'waiting' then ',"waitingFor":' || to_json(r.status_reason::text)::text
        when r.status = 'succeeded' then ',"output":' || r.output::text
        when r.status in ('failed', 'timed_out') then ',"error":' || r.error::text
      end,
      '},"events":[', e.events, ']}'),
    e.last_event, e.event_count, r.last_seq::bigint, r.finished_at is not null, r.workflow::text, t.seconds
  from unnest(p_users, p_organisations, p_runs, p_after, p_first, p_typical)
    with ordinality w (user_id, organisation_id, run_id, after, first, typical, place)
  join longhaul.memberships m on m.user_id = w.user_id and m.organisation_id = w.organisation_id
  -- Compared in a way that no index answers: while there are no statistics, one on the organisation looks as good as the key,
  -- and reads all runs of the organisation for each of these.
  join longhaul.runs r on r.id = w.run_id and r.organisation_id is not distinct from w.organisation_id
  left join longhaul.profiles p on p.user_id = r.created_by
  cross join lateral (
    select case when not w.first then w.typical else (
      -- The median of the last twenty successes.
      select percentile_cont(0.5) within group (order by d.seconds) from (
        select extract(epoch from l.finished_at - l.started_at)::double precision as seconds
        from longhaul.runs l
        where l.organisation_id = r.organisation_id and l.workflow = r.workflow and l.status = 'succeeded'
        order by l.finished_at desc limit 20
      ) d) end as seconds
    offset 0
  ) t
  cross join lateral (
    select string_agg(
        concat('{"runId":"', l.run_id, '","seq":', l.seq, ',"type":"', l.type, '","at":"', longhaul.iso(l.at),
          '","attempt":', l.attempt, ',"step":', coalesce(to_json(l.step::text)::text, 'null'),
          ',"itemPath":', coalesce(to_json(l.item_path::text)::text, 'null'), ',"visit":', coalesce(l.visit::text, 'null'),
          ',"stage":', coalesce(to_json(l.stage::text)::text, 'null'), ',"data":', l.data, '}'),
        ',' order by l.seq) as events, count(*)::integer as event_count, max(l.seq)::bigint as last_event
    from (
      select * from longhaul.run_events v where v.run_id = r.id and v.seq > w.after order by v.seq limit p_limit
    ) l
  ) e;
end
$$;

revoke execute on all functions in schema longhaul from public;
