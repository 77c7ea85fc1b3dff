-- A run's stages with what its steps say of them. A stage with several steps is as far as their mean.
create function longhaul.stage_states(p_run uuid, p_stages jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_agg(a.stage || jsonb_build_object(
    'fraction', least(1, coalesce(s.done, 0) / greatest((a.stage ->> 'steps')::integer, s.known, 1)),
    'message', s.message,
    'status', case
      when s.failed then 'failed'
      when coalesce(s.done, 0) >= greatest((a.stage ->> 'steps')::integer, s.known, 1) then 'done'
      when s.known > 0 then 'running'
      else 'pending'
    end) order by a.place)
  from jsonb_array_elements(p_stages) with ordinality a (stage, place)
  left join lateral (
    select count(*) as known,
      sum(case when status = 'succeeded' then 1 else progress end) as done,
      bool_or(status = 'failed') as failed,
      (array_agg(message order by started_at desc) filter (where status = 'running' and message is not null))[1] as message
    from longhaul.run_steps
    where run_id = p_run and stage = a.stage ->> 'key'
  ) s on true
$$;

create function longhaul.weighted_progress(p_stages jsonb) returns double precision
language sql immutable set search_path = '' as $$
  select least(1, coalesce(
    sum((stage ->> 'weight')::double precision * (stage ->> 'fraction')::double precision)
      / nullif(sum((stage ->> 'weight')::double precision), 0), 0))
  from jsonb_array_elements(p_stages) stage
$$;

-- Remembers, for the doorbell, that this transaction has changed the run.
create function longhaul.touch(p_run uuid) returns void
language sql set search_path = '' as $$
  select set_config('longhaul.touched', concat_ws(',', nullif(current_setting('longhaul.touched', true), ''), p_run::text), true)
$$;

-- Rings once per transaction, just before it commits: the first firing takes the whole list of changed runs and
-- leaves none for those after it.
create function longhaul.ring_doorbell() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_touched text := nullif(current_setting('longhaul.touched', true), '');
  v_runs jsonb;
begin
  if v_touched is null then
    return null;
  end if;
  perform set_config('longhaul.touched', '', true);
  select jsonb_agg(jsonb_build_object('org', organisation_id, 'run', id, 'seq', last_seq)) into v_runs
  from longhaul.runs where id = any (string_to_array(v_touched, ',')::uuid[]);
  perform realtime.send(jsonb_build_object('runs', v_runs), 'runs', 'longhaul:runs', true);
  return null;
end
$$;

create constraint trigger runs_ring_doorbell after update of last_seq on longhaul.runs
deferrable initially deferred for each row execute function longhaul.ring_doorbell();

-- Appends events to a run's log and folds them into the run, in one transaction. p_events is an array of
-- { type, step?, itemPath?, visit?, stage?, data? }; p_output is the run's output, with run.succeeded only.
-- Numbers are gapless: the run's row is locked first. An ended run takes no more events. Returns the last number.
create function longhaul.append_events(p_run uuid, p_events jsonb, p_output jsonb default null) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_at timestamptz;
  v_count integer := jsonb_array_length(p_events);
  v_status text;
  v_last jsonb;
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

  insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, step, item_path, visit, stage, data)
  select p_run, v_run.last_seq + e.place, v_run.organisation_id, e.event ->> 'type', v_at, v_run.attempt,
    e.event ->> 'step', e.event ->> 'itemPath', (e.event ->> 'visit')::integer, e.event ->> 'stage',
    coalesce(e.event -> 'data', '{}')
  from jsonb_array_elements(p_events) with ordinality e (event, place);

  update longhaul.run_steps s
  set progress = greatest(s.progress, p.fraction), message = coalesce(p.message, s.message)
  from (
    select distinct on (e ->> 'step', e ->> 'itemPath', e ->> 'visit')
      e ->> 'step' as step, e ->> 'itemPath' as item_path, (e ->> 'visit')::integer as visit,
      least(1, greatest(0, (e -> 'data' ->> 'fraction')::double precision)) as fraction, e -> 'data' ->> 'message' as message
    from jsonb_array_elements(p_events) with ordinality a (e, place)
    where e ->> 'type' = 'step.progress'
    order by e ->> 'step', e ->> 'itemPath', e ->> 'visit', place desc
  ) p
  where s.run_id = p_run and s.step = p.step and s.item_path = p.item_path and s.visit = p.visit;

  -- The last event that says what the run's state is.
  select e into v_last from jsonb_array_elements(p_events) with ordinality a (e, place)
  where e ->> 'type' in ('run.queued', 'run.started', 'run.waiting', 'run.cancelling', 'run.succeeded', 'run.failed',
    'run.cancelled', 'run.timed_out')
  order by place desc limit 1;
  v_status := case v_last ->> 'type'
    when 'run.queued' then 'queued'
    when 'run.started' then case v_run.status when 'cancelling' then 'cancelling' else 'running' end
    when 'run.waiting' then 'waiting'
    when 'run.cancelling' then 'cancelling'
    when 'run.succeeded' then 'succeeded'
    when 'run.failed' then 'failed'
    when 'run.cancelled' then 'cancelled'
    when 'run.timed_out' then 'timed_out'
    else v_run.status
  end;
  if v_status = 'queued' and v_run.status <> 'queued' then
    perform longhaul.refuse('RUN_NOT_QUEUED', format('A run that is %s cannot be queued.', v_run.status));
  end if;

  v_run.stages := longhaul.stage_states(p_run, v_run.stages);
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
    started_at = coalesce(v_run.started_at, case
      when exists (select from jsonb_array_elements(p_events) e where e ->> 'type' = 'run.started') then v_at end),
    finished_at = case when v_status in ('succeeded', 'failed', 'cancelled', 'timed_out') then v_at end,
    cancel_requested_at = coalesce(v_run.cancel_requested_at, case when v_status = 'cancelling' then v_at end),
    stages = v_run.stages,
    progress = case when v_status = 'succeeded' then 1 else longhaul.weighted_progress(v_run.stages) end
  where id = p_run;
  perform longhaul.touch(p_run);
  return v_run.last_seq + v_count;
end
$$;

-- Starts a run: its row, its first attempt and event 1. The same idempotency key with the same input returns the
-- first run; with another input it is refused. Returns the run's id and whether it is new.
create function longhaul.start_run(
  p_organisation uuid, p_workflow text, p_name text, p_priority text, p_input jsonb, p_stages jsonb,
  p_definition_hash text, p_correlation_id text, p_idempotency_key text, p_artifacts uuid[],
  out run_id uuid, out created boolean)
language plpgsql security definer set search_path = '' as $$
declare
  v_first longhaul.runs;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  if octet_length(p_input::text) > 200000 then
    perform longhaul.refuse('INPUT_TOO_LARGE', 'The input is larger than 200 kB. Upload large content as a file and pass its id.');
  end if;

  insert into longhaul.runs (organisation_id, workflow, name, priority, status, input, stages, definition_hash,
    correlation_id, idempotency_key, created_by)
  values (p_organisation, p_workflow, p_name, p_priority, 'queued', p_input,
    (select jsonb_agg(stage || '{"fraction": 0, "status": "pending", "message": null}' order by place)
     from jsonb_array_elements(p_stages) with ordinality a (stage, place)),
    p_definition_hash, p_correlation_id, p_idempotency_key, (select auth.uid()))
  on conflict (organisation_id, workflow, idempotency_key) do nothing
  returning id into run_id;
  created := run_id is not null;

  if not created then
    select * into v_first from longhaul.runs r
    where r.organisation_id = p_organisation and r.workflow = p_workflow and r.idempotency_key = p_idempotency_key;
    if v_first.input <> p_input then
      perform longhaul.refuse('IDEMPOTENCY_CONFLICT', 'This idempotency key was used before with another input.');
    end if;
    run_id := v_first.id;
    return;
  end if;

  -- Files are looked at only for a run that is new: a repeated start must answer even when they have expired.
  if exists (
    select from unnest(p_artifacts) wanted (id)
    where not exists (
      select from longhaul.artifacts a
      join storage.objects o on o.bucket_id = 'artifacts' and o.name = a.path
      where a.id = wanted.id and a.organisation_id = p_organisation and (a.kind = 'upload' or a.status = 'ready'))
  ) then
    perform longhaul.refuse('FILE_NOT_FOUND', 'The file is not there: it was not uploaded completely, or it has been removed. Upload it again.');
  end if;
  update longhaul.artifacts a
  set status = 'ready', size = coalesce((o.metadata ->> 'size')::bigint, 0)
  from storage.objects o
  where a.id = any (p_artifacts) and a.status = 'pending' and o.bucket_id = 'artifacts' and o.name = a.path;

  insert into longhaul.run_attempts (run_id, attempt, organisation_id, execution_name, execution_input)
  values (start_run.run_id, 1, p_organisation, start_run.run_id || '-1', jsonb_build_object(
    'run', start_run.run_id, 'attempt', 1, 'correlationId', p_correlation_id,
    -- What waits before the first step are reckoned from, in a later attempt too.
    'startedAt', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'input', p_input)::text);
  perform longhaul.append_events(start_run.run_id, '[{"type": "run.queued", "data": {"reason": null}}]');
end
$$;

-- Asks for a run's end. A run that nobody has begun to send ends at once; any other is cancelling until its
-- execution has stopped. Asking again changes nothing. Returns the run's status after it.
create function longhaul.request_cancel(p_organisation uuid, p_run uuid, out status text, out execution_arn text)
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_attempt longhaul.run_attempts;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  select * into v_run from longhaul.runs r where r.id = p_run and r.organisation_id = p_organisation for update;
  if v_run.id is null then
    perform longhaul.refuse('RUN_NOT_FOUND', 'There is no such run.');
  elsif v_run.finished_at is not null then
    perform longhaul.refuse('RUN_ENDED', 'This run has ended already.');
  end if;
  select * into v_attempt from longhaul.run_attempts a where a.run_id = p_run and a.attempt = v_run.attempt for update;
  if v_run.status <> 'cancelling' then
    perform longhaul.append_events(p_run, jsonb_build_array(
      jsonb_build_object('type', 'run.cancelling', 'data', jsonb_build_object('by', (select auth.uid())))));
  end if;
  if v_run.status = 'queued' and v_attempt.sent_at is null and v_attempt.held_until is null then
    perform longhaul.end_attempt(p_run);
    perform longhaul.append_events(p_run, '[{"type": "run.cancelled"}]');
  end if;
  select r.status into request_cancel.status from longhaul.runs r where r.id = p_run;
  request_cancel.execution_arn := v_attempt.execution_arn;
end
$$;

-- What is left of the current attempt when a run ends: no lease, no step that seems to run on.
create function longhaul.end_attempt(p_run uuid) returns void
language sql security definer set search_path = '' as $$
  update longhaul.run_attempts set closed_at = clock_timestamp() where run_id = p_run and closed_at is null;
  update longhaul.run_steps
  set status = 'failed', finished_at = greatest(clock_timestamp(), started_at), lease_owner = null, lease_expires_at = null,
    error = coalesce(error, '{"code": "RUN_ENDED", "message": "The run ended while this step was at work."}')
  where run_id = p_run and status in ('running', 'retrying')
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.start_run(uuid, text, text, text, jsonb, jsonb, text, text, text, uuid[]),
  longhaul.request_cancel(uuid, uuid) to authenticated;
grant execute on function longhaul.append_events(uuid, jsonb, jsonb) to longhaul_dispatcher;
