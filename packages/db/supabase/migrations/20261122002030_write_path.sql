-- The write path: what each event of each run goes through. Its functions take many runs' writes at once and answer each in
-- its place; a single write is a batch of one. The runs of a batch are locked in the order of their ids, so that no two
-- batches wait for each other in a circle; several writes of one run are numbered in their order, without a gap; and one
-- that is refused or comes too late hurts no other. All of them look rows up by their keys, also while the tables are
-- small and plans are made that are kept.

-- Remembers, for the doorbell, that this transaction has changed runs: texts like ,{"org":...,"run":...,"seq":...}
drop function longhaul.touch(uuid);
create function longhaul.touch(p_touched text) returns void
language plpgsql set search_path = '' as $$
begin
  perform set_config('longhaul.touched', concat(current_setting('longhaul.touched', true), p_touched), true);
end
$$;

-- Without settings of its own, so that it is inlined.
create function longhaul.touched(p_organisation uuid, p_run uuid, p_seq bigint) returns text
language sql immutable as $$
  select ',{"org":"' || p_organisation::text || '","run":"' || p_run::text || '","seq":' || p_seq::text || '}'
$$;

-- Rings once per transaction, just before it commits: the first firing takes the whole list of changed runs and
-- leaves none for those after it. Of a run that was changed more than once the last number counts.
create or replace function longhaul.ring_doorbell() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_touched text := current_setting('longhaul.touched', true);
  v_runs jsonb;
begin
  if v_touched <> '' then
    perform set_config('longhaul.touched', '', true);
    v_runs := '[' || substr(v_touched, 2) || ']';
    if jsonb_array_length(v_runs) > 1 then
      select jsonb_agg(to_jsonb(t)) into v_runs
      from (select org, run, max(seq) as seq from jsonb_to_recordset(v_runs) as r (org uuid, run uuid, seq bigint) group by org, run) t;
    end if;
    perform realtime.send(jsonb_build_object('runs', v_runs), 'runs', 'longhaul:runs', true);
  end if;
  return null;
end
$$;

-- Appends events to one run's log and folds them into the run, in one transaction. p_events is an array of
-- { type, step?, itemPath?, visit?, stage?, data? }; p_output is the run's output, with run.succeeded only. p_changes are
-- the changes of steps that go with the events, where the caller knows them; else the stages are counted anew after
-- events that change a step. Numbers are gapless: the run's row is locked first. An ended run takes no more events.
-- Returns the last number.
drop function longhaul.append_events(uuid, jsonb, jsonb);
create function longhaul.append_events(
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
  v_fraction double precision;
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
        returning s.stage, s.status, s.message, s.progress - before.progress
        into v_step.stage, v_step.status, v_step.message, v_fraction;
        if found and v_step.status <> 'succeeded' then
          v_changes := v_changes || row(v_step.stage, 0, 0, 0, v_fraction, null)::longhaul.stage_change;
          if v_step.message is not null and v_step.status = 'running' then
            v_run.stages := longhaul.stages_saying(v_run.stages, v_step.stage,
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
    select stages, progress into v_run.stages, v_run.progress from longhaul.stages_counted(p_run, v_run.stages);
  elsif v_changes <> '{}' then
    select stages, progress into v_run.stages, v_run.progress from longhaul.stages_after(v_run.stages, v_changes);
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
    stages = v_run.stages,
    progress = case when v_status = 'succeeded' then 1 else v_run.progress end
  where id = p_run;
  perform longhaul.touch(longhaul.touched(v_run.organisation_id, p_run, v_run.last_seq + v_count));
  return v_run.last_seq + v_count;
end
$$;

-- Each event gets the step it belongs to; a step's worker can log and report progress, and nothing else.
create or replace function longhaul.step_events(p_step longhaul.run_steps, p_events jsonb) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
  if p_events = '[]' then
    return p_events;
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_build_object('type', e ->> 'type', 'step', p_step.step, 'itemPath', p_step.item_path,
      'visit', p_step.visit, 'stage', p_step.stage, 'data', coalesce(e -> 'data', '{}')) order by place), '[]')
    from jsonb_array_elements(p_events) with ordinality a (e, place)
    where e ->> 'type' in ('step.progress', 'step.log'));
end
$$;


-- The state of a lease: a compensation is not called off by the cancel that it serves.
create or replace function longhaul.renew_lease(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_lease_seconds double precision) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_held boolean;
  v_undoes text;
begin
  update longhaul.run_steps set lease_expires_at = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit
    and fence = p_fence and status = 'running'
  returning undoes into v_undoes;
  v_held := found;
  return (select jsonb_build_object('held', v_held and r.finished_at is null,
      'cancelRequested', r.cancel_requested_at is not null and v_undoes is null)
    from longhaul.runs r where r.id = p_run);
end
$$;

create or replace function longhaul.check_lease(p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select jsonb_build_object(
      'held', r.finished_at is null and s.run_id is not null,
      'cancelRequested', r.cancel_requested_at is not null and s.undoes is null)
    from longhaul.runs r
    left join longhaul.run_steps s on s.run_id = r.id and s.step = p_step and s.item_path = p_item_path and s.visit = p_visit
      and s.fence = p_fence and s.status = 'running'
    where r.id = p_run);
end
$$;

-- Who started a run, for a handler.
create function longhaul.starter_of(p_user uuid, p_organisation uuid) returns jsonb
language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off set search_path = '' as $$
begin
  return (
    select jsonb_build_object('id', u.id, 'role', m.role, 'email', u.email, 'phone', p.phone, 'pushTarget', p.push_target,
      'notificationChannel', p.notification_channel)
    from auth.users u
    join longhaul.profiles p on p.user_id = u.id
    left join longhaul.memberships m on m.user_id = u.id and m.organisation_id = p_organisation
    where u.id = p_user);
end
$$;

-- What a batch changes of a run that goes on.
create type longhaul.run_advance as (
  id uuid, last_seq bigint, updated_at timestamptz, begins boolean, stages jsonb, progress double precision);

create function longhaul.advance(
  p_run uuid, p_last_seq bigint, p_at timestamptz, p_begins boolean, p_stages jsonb, p_changes longhaul.stage_change[])
returns longhaul.run_advance
language plpgsql immutable as $$
declare
  v_after record := longhaul.stages_after(p_stages, p_changes);
begin
  return row(p_run, p_last_seq, p_at, p_begins, v_after.stages, v_after.progress)::longhaul.run_advance;
end
$$;

-- Takes the leases of checkpoints, or says why not. p_requests is an array of { run, attempt, step, itemPath, visit, stage,
-- input, owner, leaseSeconds }; the answer has for each, in its order,
-- { kind: acquired, fence, try, generation, context } | { kind: done, output, completedAt } | { kind: busy, retryAfterMs }
-- | { kind: ended, reason }
drop function longhaul.lease_step(uuid, integer, text, text, integer, text, jsonb, text, double precision);
create function longhaul.lease_steps(p_requests jsonb) returns jsonb
language plpgsql security definer
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set search_path = '' as $$
declare
  v_answers jsonb[] := array_fill('null'::jsonb, array[jsonb_array_length(p_requests)]);
  v_ask record;
  v_run record;
  v_step longhaul.run_steps;
  v_of_run uuid;
  v_now timestamptz;
  v_at timestamptz;
  v_resumes boolean;
  v_reason text;
  v_until timestamptz;
  v_by uuid;
  v_in uuid;
  v_starter jsonb;
  v_begins boolean;
  v_changes longhaul.stage_change[] := '{}';
  v_advances longhaul.run_advance[] := '{}';
  v_steps longhaul.run_steps[] := '{}';
  v_events longhaul.run_events[] := '{}';
  v_touched text := '';
begin
  for v_ask in
    select q.* from rows from (jsonb_to_recordset(p_requests) as (
      run uuid, attempt integer, step text, "itemPath" text, visit integer, stage text, input jsonb, owner text,
      "leaseSeconds" double precision)) with ordinality
    as q (run, attempt, step, item_path, visit, stage, input, owner, lease_seconds, place)
    order by q.run, q.place
  loop
    if v_ask.run is distinct from v_of_run then
      if v_changes <> '{}' then
        v_advances := v_advances || longhaul.advance(v_of_run, v_run.last_seq, v_at, v_begins, v_run.stages, v_changes);
        v_touched := v_touched || longhaul.touched(v_run.organisation_id, v_of_run, v_run.last_seq);
        v_changes := '{}';
      end if;
      v_of_run := v_ask.run;
      select id, organisation_id, status, attempt, last_seq, updated_at, finished_at, cancel_requested_at, stages, created_by,
        name, priority, correlation_id
      into v_run from longhaul.runs where id = v_of_run for update;
      v_now := clock_timestamp();
      v_at := greatest(v_now, v_run.updated_at);
      -- The execution may be faster than the note that it was sent.
      v_begins := v_run.status in ('queued', 'waiting');
    end if;
    v_reason := case
      when v_run.id is null then 'ended'
      when v_run.cancel_requested_at is not null then 'cancelled'
      when v_run.finished_at is not null then 'ended'
      when v_run.attempt <> v_ask.attempt then 'stale_attempt'
    end;
    if v_reason is not null then
      v_answers[v_ask.place] := jsonb_build_object('kind', 'ended', 'reason', v_reason);
      continue;
    end if;
    select * into v_step from longhaul.run_steps
    where run_id = v_of_run and step = v_ask.step and item_path = v_ask.item_path and visit = v_ask.visit;
    if v_step.status = 'succeeded' then
      -- The time of a checkpoint is told as it was the first time, to the letter.
      v_answers[v_ask.place] := jsonb_build_object('kind', 'done', 'output', v_step.output,
        'completedAt', longhaul.iso(v_step.finished_at));
      continue;
    end if;
    -- Who asks again under the same name is the same invocation, run again because its process was lost: it goes on at once.
    v_resumes := coalesce(
      v_step.status = 'running' and v_step.lease_owner = v_ask.owner and v_step.attempt = v_ask.attempt, false);
    v_until := case when v_step.status = 'running' and not v_resumes then v_step.lease_expires_at end;
    -- Of two that ask in the same batch the first has it.
    if v_changes <> '{}' then
      for i in 1 .. cardinality(v_steps) loop
        if v_steps[i].run_id = v_of_run and v_steps[i].step = v_ask.step and v_steps[i].item_path = v_ask.item_path
          and v_steps[i].visit = v_ask.visit then
          v_until := v_steps[i].lease_expires_at;
        end if;
      end loop;
    end if;
    if v_until > v_now then
      v_answers[v_ask.place] := jsonb_build_object('kind', 'busy', 'retryAfterMs',
        ceil(extract(epoch from v_until - v_now) * 1000));
      continue;
    end if;

    if v_changes = '{}' and v_begins then
      v_run.last_seq := v_run.last_seq + 1;
      v_events := v_events || row(v_of_run, v_run.last_seq, v_run.organisation_id, 'run.started', v_at, v_run.attempt, null, null,
        null, null, case v_run.status when 'waiting' then '{"resumed": true}'::jsonb else '{}' end)::longhaul.run_events;
      if v_run.status = 'waiting' then
        perform longhaul.park_attempt(v_of_run, v_run.attempt, false);
      end if;
    end if;
    if v_step.run_id is not null then
      v_changes := v_changes
        || row(v_step.stage, -1, 0, -(v_step.status = 'failed')::integer, -v_step.progress, null)::longhaul.stage_change;
    end if;
    v_step := row(v_of_run, v_ask.step, v_ask.item_path, v_ask.visit, v_run.organisation_id, v_ask.stage, 'running',
      v_ask.attempt, case when v_resumes then v_step.tries when v_step.attempt = v_ask.attempt then v_step.tries + 1 else 1 end,
      coalesce(v_step.fence, 0) + 1,
      v_ask.owner, v_now + make_interval(secs => v_ask.lease_seconds), coalesce(v_step.progress, 0), v_step.message,
      coalesce(v_ask.input, 'null'), null, v_step.error, coalesce(v_step.started_at, v_now), null, v_step.undoes,
      coalesce(v_step.generation, 0), v_step.copied_from)::longhaul.run_steps;
    v_steps := v_steps || v_step;
    v_changes := v_changes || row(v_step.stage, 1, 0, 0, v_step.progress, null)::longhaul.stage_change;
    v_run.last_seq := v_run.last_seq + 1;
    v_events := v_events || row(v_of_run, v_run.last_seq, v_run.organisation_id, 'step.started', v_at, v_run.attempt, v_ask.step,
      v_ask.item_path, v_ask.visit, v_ask.stage, jsonb_build_object('try', v_step.tries))::longhaul.run_events;
    if v_run.created_by is distinct from v_by or v_run.organisation_id is distinct from v_in then
      v_by := v_run.created_by;
      v_in := v_run.organisation_id;
      v_starter := longhaul.starter_of(v_by, v_in);
    end if;
    v_answers[v_ask.place] := jsonb_build_object('kind', 'acquired', 'fence', v_step.fence, 'try', v_step.tries,
      'generation', v_step.generation, 'context', jsonb_build_object('organisationId', v_run.organisation_id,
        'name', v_run.name, 'priority', v_run.priority, 'correlationId', v_run.correlation_id, 'startedBy', v_starter));
  end loop;
  if v_changes <> '{}' then
    v_advances := v_advances || longhaul.advance(v_of_run, v_run.last_seq, v_at, v_begins, v_run.stages, v_changes);
    v_touched := v_touched || longhaul.touched(v_run.organisation_id, v_of_run, v_run.last_seq);
  end if;
  if v_advances <> '{}' then
    insert into longhaul.run_steps as s select * from unnest(v_steps)
    on conflict (run_id, step, item_path, visit) do update set
      status = excluded.status, attempt = excluded.attempt, tries = excluded.tries, fence = excluded.fence,
      input = excluded.input, stage = excluded.stage, lease_owner = excluded.lease_owner,
      lease_expires_at = excluded.lease_expires_at, finished_at = null, output = null;
    insert into longhaul.run_events select * from unnest(v_events);
    update longhaul.runs r set
      last_seq = u.last_seq, updated_at = u.updated_at, stages = u.stages, progress = u.progress,
      status = case when u.begins then 'running' else r.status end,
      status_reason = case when not u.begins then r.status_reason end,
      started_at = coalesce(r.started_at, u.updated_at)
    from unnest(v_advances) u where r.id = u.id;
    perform set_config('longhaul.touched', concat(current_setting('longhaul.touched', true), v_touched), true);
  end if;
  return to_jsonb(v_answers);
end
$$;

create function longhaul.lease_context(p_run longhaul.runs) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object('organisationId', p_run.organisation_id, 'name', p_run.name, 'priority', p_run.priority,
    'correlationId', p_run.correlation_id, 'startedBy', longhaul.starter_of(p_run.created_by, p_run.organisation_id));
end
$$;

-- As lease_steps, for one the compensation of a step; with what the step was given and gave: { input: { input, output } }.
-- A step that is undone already, or was never done, needs no more: "done".
create function longhaul.lease_compensation(
  p_run uuid, p_attempt integer, p_undoes text, p_step text, p_item_path text, p_visit integer, p_owner text,
  p_lease_seconds double precision) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_done longhaul.run_steps;
  v_step longhaul.run_steps;
  v_now timestamptz;
begin
  select * into v_run from longhaul.runs where id = p_run for update;
  v_now := clock_timestamp();
  if v_run.id is null or v_run.finished_at is not null then
    return '{"kind": "ended", "reason": "ended"}';
  elsif v_run.attempt <> p_attempt then
    return '{"kind": "ended", "reason": "stale_attempt"}';
  elsif v_run.status <> 'cancelling' then
    return '{"kind": "ended", "reason": "ended"}';
  end if;
  select * into v_step from longhaul.run_steps
  where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit;
  select * into v_done from longhaul.run_steps
  where run_id = p_run and step = p_undoes and item_path = p_item_path and visit = p_visit and undoes is null;
  if v_done.status is distinct from 'succeeded' or v_done.copied_from is not null then
    return jsonb_build_object('kind', 'done', 'output', v_step.output, 'completedAt', coalesce(v_step.finished_at, v_now));
  elsif v_step.status = 'running' and v_step.lease_expires_at > v_now and v_step.lease_owner <> p_owner then
    return jsonb_build_object('kind', 'busy', 'retryAfterMs',
      ceil(extract(epoch from v_step.lease_expires_at - v_now) * 1000));
  end if;

  insert into longhaul.run_steps as s (run_id, step, item_path, visit, organisation_id, status, attempt, input, undoes,
    generation, lease_owner, lease_expires_at)
  values (p_run, p_step, p_item_path, p_visit, v_run.organisation_id, 'running', p_attempt,
    jsonb_build_object('input', v_done.input, 'output', v_done.output), p_undoes, v_done.generation,
    p_owner, v_now + make_interval(secs => p_lease_seconds))
  on conflict (run_id, step, item_path, visit) do update set
    status = 'running', attempt = excluded.attempt, input = excluded.input, generation = excluded.generation,
    tries = case when s.attempt = excluded.attempt then s.tries + 1 else 1 end, fence = s.fence + 1, lease_owner = excluded.lease_owner,
    lease_expires_at = excluded.lease_expires_at, finished_at = null, output = null, progress = 0, message = null
  where s.undoes = excluded.undoes
  returning * into v_step;
  if not found then
    perform longhaul.refuse('COMPENSATION_MISNAMED', format('%s is a step, and no compensation of %s.', p_step, p_undoes));
  end if;
  perform longhaul.append_events(p_run, jsonb_build_array(jsonb_build_object('type', 'compensation.started', 'step', p_step,
    'itemPath', p_item_path, 'visit', p_visit, 'data', jsonb_build_object('undoes', p_undoes, 'try', v_step.tries))));
  return jsonb_build_object('kind', 'acquired', 'fence', v_step.fence, 'try', v_step.tries, 'generation', v_step.generation,
    'input', v_step.input, 'context', longhaul.lease_context(v_run));
end
$$;


-- Stores outputs of steps: their checkpoints. p_writes is an array of { run, step, itemPath, visit, fence, output, events };
-- the answer has for each, in its order, when it was stored (ISO 8601), or null where the lease was lost. Of a
-- compensation: the checkpoint which it has taken back is none any more, so that a later attempt does the step anew.
drop function longhaul.checkpoint_step(uuid, text, text, integer, bigint, jsonb, jsonb);
create function longhaul.checkpoint_steps(p_writes jsonb) returns jsonb
language plpgsql security definer
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set search_path = '' as $$
declare
  v_answers jsonb[] := array_fill('null'::jsonb, array[jsonb_array_length(p_writes)]);
  v_ask record;
  v_run record;
  v_step longhaul.run_steps;
  v_of_run uuid;
  v_said jsonb;
  v_now timestamptz;
  v_at timestamptz;
  v_taken boolean;
  v_changes longhaul.stage_change[] := '{}';
  v_advances longhaul.run_advance[] := '{}';
  v_steps longhaul.run_steps[] := '{}';
  v_events longhaul.run_events[] := '{}';
  v_touched text := '';
  v_asking uuid[] := '{}';
  v_undone uuid[] := '{}';
begin
  for v_ask in
    select q.* from rows from (jsonb_to_recordset(p_writes) as (
      run uuid, step text, "itemPath" text, visit integer, fence bigint, output jsonb, events jsonb)) with ordinality
    as q (run, step, item_path, visit, fence, output, events, place)
    order by q.run, q.place
  loop
    if v_ask.run is distinct from v_of_run then
      if v_changes <> '{}' then
        v_advances := v_advances || longhaul.advance(v_of_run, v_run.last_seq, v_at, false, v_run.stages, v_changes);
        v_touched := v_touched || longhaul.touched(v_run.organisation_id, v_of_run, v_run.last_seq);
        v_changes := '{}';
      end if;
      v_of_run := v_ask.run;
      select id, organisation_id, attempt, last_seq, updated_at, stages, open_approvals
      into v_run from longhaul.runs where id = v_of_run and finished_at is null for update;
      v_now := clock_timestamp();
      v_at := greatest(v_now, v_run.updated_at);
    end if;
    select * into v_step from longhaul.run_steps
    where run_id = v_run.id and step = v_ask.step and item_path = v_ask.item_path and visit = v_ask.visit
      and fence = v_ask.fence and status = 'running';
    continue when not found;
    -- Of two with the same lease in one batch the first counts.
    if v_changes <> '{}' then
      v_taken := false;
      for i in 1 .. cardinality(v_steps) loop
        v_taken := v_taken or (v_steps[i].run_id = v_of_run and v_steps[i].step = v_step.step
          and v_steps[i].item_path = v_step.item_path and v_steps[i].visit = v_step.visit);
      end loop;
      continue when v_taken;
    end if;

    v_changes := v_changes || row(v_step.stage, 0, 1, 0, -v_step.progress,
      concat_ws(' ', v_step.step, v_step.item_path, v_step.visit))::longhaul.stage_change;
    if v_ask.events <> '[]' then
      for v_said in select value from jsonb_array_elements(v_ask.events) where value ->> 'type' in ('step.progress', 'step.log') loop
        v_run.last_seq := v_run.last_seq + 1;
        v_events := v_events || row(v_of_run, v_run.last_seq, v_run.organisation_id, v_said ->> 'type', v_at, v_run.attempt,
          v_step.step, v_step.item_path, v_step.visit, v_step.stage, coalesce(v_said -> 'data', '{}'))::longhaul.run_events;
      end loop;
    end if;
    v_run.last_seq := v_run.last_seq + 1;
    if v_step.undoes is null then
      v_events := v_events || row(v_of_run, v_run.last_seq, v_run.organisation_id, 'step.succeeded', v_at, v_run.attempt,
        v_step.step, v_step.item_path, v_step.visit, v_step.stage, jsonb_build_object('try', v_step.tries))::longhaul.run_events;
    else
      v_events := v_events || row(v_of_run, v_run.last_seq, v_run.organisation_id, 'compensation.done', v_at, v_run.attempt,
        v_step.step, v_step.item_path, v_step.visit, v_step.stage,
        jsonb_build_object('try', v_step.tries, 'undoes', v_step.undoes))::longhaul.run_events;
      update longhaul.run_steps
      set status = 'undone', output = null, progress = 0, generation = generation + 1
      where run_id = v_of_run and step = v_step.undoes and item_path = v_step.item_path and visit = v_step.visit
        and status = 'succeeded';
      v_undone := v_undone || v_of_run;
    end if;
    if v_run.open_approvals > 0 then
      v_asking := v_asking || v_of_run;
    end if;
    -- Large, and stays as it is.
    v_step.input := null;
    v_step.output := coalesce(v_ask.output, 'null');
    v_step.finished_at := greatest(v_now, v_step.started_at);
    v_steps := v_steps || v_step;
    v_answers[v_ask.place] := to_jsonb(longhaul.iso(v_step.finished_at));
  end loop;
  if v_changes <> '{}' then
    v_advances := v_advances || longhaul.advance(v_of_run, v_run.last_seq, v_at, false, v_run.stages, v_changes);
    v_touched := v_touched || longhaul.touched(v_run.organisation_id, v_of_run, v_run.last_seq);
  end if;
  if v_advances <> '{}' then
    update longhaul.run_steps s
    set status = 'succeeded', output = u.output, progress = 1, finished_at = u.finished_at, error = null, message = null,
      lease_owner = null, lease_expires_at = null
    from unnest(v_steps) u
    where s.run_id = u.run_id and s.step = u.step and s.item_path = u.item_path and s.visit = u.visit;
    insert into longhaul.run_events select * from unnest(v_events);
    update longhaul.runs r set last_seq = u.last_seq, updated_at = u.updated_at, stages = u.stages, progress = u.progress
    from unnest(v_advances) u where r.id = u.id;
    perform set_config('longhaul.touched', concat(current_setting('longhaul.touched', true), v_touched), true);
  end if;
  if v_undone <> '{}' then
    update longhaul.runs r set (stages, progress) = (select c.stages, c.progress from longhaul.stages_counted(r.id, r.stages) c)
    where r.id = any (v_undone);
  end if;
  -- Each once: what the end of a step means for a run that waits for people.
  for v_of_run in select distinct id from unnest(v_asking) id order by id loop
    perform longhaul.append_events(v_of_run, longhaul.after_step(v_of_run));
  end loop;
  return to_jsonb(v_answers);
end
$$;

-- Frees the lease of a step that has failed, for another try or for good. p_retry_at is when the next try is, where a third
-- party has named the time. False where the lease was lost.
drop function longhaul.fail_step(uuid, text, text, integer, bigint, jsonb, boolean, jsonb);
create function longhaul.fail_step(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_error jsonb, p_will_retry boolean,
  p_retry_at timestamptz, p_events jsonb) returns boolean
language plpgsql security definer set plan_cache_mode = force_generic_plan set enable_seqscan = off set search_path = '' as $$
declare
  v_step longhaul.run_steps;
  v_status text := case when p_will_retry then 'retrying' else 'failed' end;
  v_data jsonb;
begin
  -- What was said before the end comes before it, and moves the step as it is here.
  if p_events <> '[]' then
    perform longhaul.append_step_events(p_run, p_step, p_item_path, p_visit, p_fence, p_events);
  end if;
  select * into v_step from longhaul.held_step(p_run, p_step, p_item_path, p_visit, p_fence);
  if v_step.run_id is null then
    return false;
  end if;
  update longhaul.run_steps
  set status = v_status, error = p_error,
    finished_at = case when not p_will_retry then greatest(clock_timestamp(), v_step.started_at) end,
    lease_owner = null, lease_expires_at = null
  where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit;
  v_data := jsonb_build_object('error', p_error, 'try', v_step.tries);
  if p_will_retry then
    v_data := v_data || jsonb_build_object('retryAt', longhaul.iso(p_retry_at));
  end if;
  perform longhaul.append_events(p_run, jsonb_build_array(jsonb_build_object('type', 'step.' || v_status, 'step', p_step,
      'itemPath', p_item_path, 'visit', p_visit, 'stage', v_step.stage, 'data', v_data)), null,
    array[row(v_step.stage, 0, 0, (not p_will_retry)::integer, 0, concat_ws(' ', p_step, p_item_path, p_visit))::longhaul.stage_change]);
  perform longhaul.append_events(p_run, longhaul.after_step(p_run));
  return true;
end
$$;

-- Ends runs whose executions have ended. p_ends is an array of { name, arn, workflow, outcome }: the execution's, what
-- workflow's it must be, and the outcome as close_run has it. The answer has for each, in its order, "closed"; "open" where
-- its run had ended before, goes on with another attempt or has first to take back what it did; or "unknown" for an
-- execution that is no such run's.
create function longhaul.close_executions(p_ends jsonb) returns jsonb
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
      finished_at = greatest(v_now, r.updated_at),
      progress = case when f.status = 'succeeded' then 1 else r.progress end
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
      update longhaul.runs r set (stages, progress) = (
        select c.stages, case r.status when 'succeeded' then 1 else c.progress end from longhaul.stages_counted(r.id, r.stages) c)
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

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.append_events(uuid, jsonb, jsonb, longhaul.stage_change[]) to longhaul_dispatcher;
grant execute on function longhaul.close_executions(jsonb) to longhaul_dispatcher;
grant execute on function
  longhaul.lease_steps(jsonb),
  longhaul.checkpoint_steps(jsonb),
  longhaul.lease_compensation(uuid, integer, text, text, text, integer, text, double precision),
  longhaul.fail_step(uuid, text, text, integer, bigint, jsonb, boolean, timestamptz, jsonb)
to longhaul_worker;
