-- The write path again, for what it costs. A function in SQL is planned anew in each transaction that calls it from
-- PL/pgSQL; one in PL/pgSQL keeps its plans for as long as the connection lasts, and behind a pooler too. So those that
-- each event goes through are in PL/pgSQL, and say the same.
create or replace function longhaul.iso(p_at timestamptz) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
end
$$;

create or replace function longhaul.tags_fit(p_tags text[]) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  if p_tags = '{}' then
    return true;
  end if;
  return cardinality(p_tags) <= 10 and coalesce((
    select bool_and(char_length(tag) between 1 and 50 and tag !~ '[[:cntrl:]]') from unnest(p_tags) tag), true);
end
$$;

create or replace function longhaul.touch(p_run uuid) returns void
language plpgsql set search_path = '' as $$
declare
  v_touched text := current_setting('longhaul.touched', true);
begin
  if v_touched is null or v_touched = '' then
    perform set_config('longhaul.touched', p_run::text, true);
  elsif right(v_touched, 36) <> p_run::text then
    perform set_config('longhaul.touched', v_touched || ',' || p_run, true);
  end if;
end
$$;

create or replace function longhaul.ring_doorbell() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_touched text := current_setting('longhaul.touched', true);
  v_runs jsonb;
begin
  if v_touched is null or v_touched = '' then
    return null;
  end if;
  perform set_config('longhaul.touched', '', true);
  if length(v_touched) = 36 then
    select jsonb_build_array(jsonb_build_object('org', organisation_id, 'run', id, 'seq', last_seq)) into v_runs
    from longhaul.runs where id = v_touched::uuid;
  else
    select jsonb_agg(jsonb_build_object('org', organisation_id, 'run', id, 'seq', last_seq)) into v_runs
    from longhaul.runs where id = any (string_to_array(v_touched, ',')::uuid[]);
  end if;
  perform realtime.send(jsonb_build_object('runs', v_runs), 'runs', 'longhaul:runs', true);
  return null;
end
$$;

create or replace function longhaul.stage_states(p_run uuid, p_stages jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select jsonb_agg(a.stage || jsonb_build_object(
      'fraction', least(1, s.done / s.whole),
      'message', case when s.known > 0 and s.done < s.whole then (
        select w.message from longhaul.run_steps w
        where w.run_id = p_run and w.stage = a.stage ->> 'key' and w.status = 'running' and w.message is not null
        order by w.started_at desc limit 1) end,
      'status', case
        when s.failed > 0 then 'failed'
        when s.done >= s.whole then 'done'
        when s.known > 0 then 'running'
        else 'pending'
      end) order by a.place)
    from jsonb_array_elements(p_stages) with ordinality a (stage, place)
    left join longhaul.run_stages c on c.run_id = p_run and c.stage = a.stage ->> 'key'
    cross join lateral (
      select coalesce(c.known, 0) as known, coalesce(c.failed, 0) as failed,
        -- Fractions that are added and taken away again leave a crumb.
        coalesce(c.succeeded + round(c.partial::numeric, 9)::double precision, 0) as done,
        greatest((a.stage ->> 'steps')::integer, c.known, 1) as whole
    ) s);
end
$$;

create or replace function longhaul.weighted_progress(p_stages jsonb) returns double precision
language plpgsql immutable set search_path = '' as $$
declare
  v_stage jsonb;
  v_weight double precision;
  v_weights double precision := 0;
  v_done double precision := 0;
begin
  for v_stage in select value from jsonb_array_elements(p_stages) loop
    v_weight := v_stage -> 'weight';
    v_weights := v_weights + v_weight;
    v_done := v_done + v_weight * (v_stage -> 'fraction')::double precision;
  end loop;
  return case when v_weights > 0 then least(1, v_done / v_weights) else 0 end;
end
$$;

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

create or replace function longhaul.lease_context(p_run longhaul.runs) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_by jsonb;
begin
  select jsonb_build_object('id', u.id, 'role', m.role, 'email', u.email, 'phone', p.phone, 'pushTarget', p.push_target,
    'notificationChannel', p.notification_channel) into v_by
  from auth.users u
  join longhaul.profiles p on p.user_id = u.id
  left join longhaul.memberships m on m.user_id = u.id and m.organisation_id = p_run.organisation_id
  where u.id = p_run.created_by;
  return jsonb_build_object('organisationId', p_run.organisation_id, 'name', p_run.name, 'priority', p_run.priority,
    'correlationId', p_run.correlation_id, 'startedBy', v_by);
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

create or replace function longhaul.stop_steps(p_run uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  update longhaul.run_steps
  set status = 'failed', finished_at = greatest(clock_timestamp(), started_at), lease_owner = null, lease_expires_at = null,
    error = coalesce(error, '{"code": "RUN_ENDED", "message": "The run ended while this step was at work."}')
  where run_id = p_run and status in ('running', 'retrying', 'waiting');
end
$$;

create or replace function longhaul.end_attempt(p_run uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_asking boolean;
begin
  update longhaul.run_attempts set closed_at = clock_timestamp() where run_id = p_run and closed_at is null;
  perform longhaul.stop_steps(p_run);
  select open_approvals > 0 into v_asking from longhaul.runs where id = p_run;
  if v_asking then
    update longhaul.approvals set status = 'cancelled' where run_id = p_run and status = 'open';
    update longhaul.runs set open_approvals = 0 where id = p_run;
  end if;
end
$$;

create or replace function longhaul.append_events(p_run uuid, p_events jsonb, p_output jsonb default null) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_at timestamptz;
  v_count integer := jsonb_array_length(p_events);
  v_event jsonb;
  v_type text;
  v_status text;
  v_last jsonb;
  v_progress double precision;
  v_staged boolean := false;
  v_reports boolean := false;
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

  for i in 1 .. v_count loop
    v_event := p_events -> (i - 1);
    v_type := v_event ->> 'type';
    insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, step, item_path, visit, stage, data)
    values (p_run, v_run.last_seq + i, v_run.organisation_id, v_type, v_at, v_run.attempt, v_event ->> 'step',
      v_event ->> 'itemPath', (v_event ->> 'visit')::integer, v_event ->> 'stage', coalesce(v_event -> 'data', '{}'));
    -- The last event that says what the run's state is counts. A run that is cancelling is nothing else until it ends.
    case v_type
      when 'step.log', 'artifact.created', 'run.repaired', 'compensation.started' then
        null;
      when 'step.started', 'step.retrying', 'step.succeeded', 'step.failed', 'compensation.done', 'approval.requested',
        'approval.decided', 'run.retried' then
        v_staged := true;
      when 'step.progress' then
        v_staged := true;
        v_reports := true;
      when 'run.started', 'run.waiting' then
        v_begins := v_begins or v_type = 'run.started';
        v_status := case when v_run.status = 'cancelling' then 'cancelling' when v_type = 'run.started' then 'running' else 'waiting' end;
        v_last := v_event;
      else
        v_status := substr(v_type, 5);
        v_last := v_event;
        v_staged := v_staged or v_status in ('succeeded', 'failed', 'cancelled', 'timed_out');
    end case;
  end loop;
  if v_status = 'queued' and v_run.status <> 'queued' then
    perform longhaul.refuse('RUN_NOT_QUEUED', format('A run that is %s cannot be queued.', v_run.status));
  end if;

  if v_reports then
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
  end if;
  v_progress := v_run.progress;
  -- Only what steps say moves a stage; and the end of a run, which may have ended steps.
  if v_staged then
    v_run.stages := longhaul.stage_states(p_run, v_run.stages);
    v_progress := longhaul.weighted_progress(v_run.stages);
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
    progress = case when v_status = 'succeeded' then 1 else v_progress end
  where id = p_run;
  perform longhaul.touch(p_run);
  return v_run.last_seq + v_count;
end
$$;

-- As before; and the time of a checkpoint is told as it was the first time, to the letter.
create or replace function longhaul.lease_step(
  p_run uuid, p_attempt integer, p_step text, p_item_path text, p_visit integer, p_stage text, p_input jsonb,
  p_owner text, p_lease_seconds double precision) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_step longhaul.run_steps;
  v_now timestamptz := clock_timestamp();
  v_events jsonb := '[]';
begin
  select * into v_run from longhaul.runs where id = p_run for update;
  if v_run.id is null then
    return '{"kind": "ended", "reason": "ended"}';
  elsif v_run.cancel_requested_at is not null then
    return '{"kind": "ended", "reason": "cancelled"}';
  elsif v_run.finished_at is not null then
    return '{"kind": "ended", "reason": "ended"}';
  elsif v_run.attempt <> p_attempt then
    return '{"kind": "ended", "reason": "stale_attempt"}';
  end if;

  select * into v_step from longhaul.run_steps
  where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit;
  if v_step.status = 'succeeded' then
    return jsonb_build_object('kind', 'done', 'output', v_step.output, 'completedAt', longhaul.iso(v_step.finished_at));
  elsif v_step.status = 'running' and v_step.lease_expires_at > v_now then
    return jsonb_build_object('kind', 'busy', 'retryAfterMs',
      ceil(extract(epoch from v_step.lease_expires_at - v_now) * 1000));
  end if;

  insert into longhaul.run_steps as s (run_id, step, item_path, visit, organisation_id, stage, status, attempt, input,
    lease_owner, lease_expires_at)
  values (p_run, p_step, p_item_path, p_visit, v_run.organisation_id, p_stage, 'running', p_attempt, p_input,
    p_owner, v_now + make_interval(secs => p_lease_seconds))
  on conflict (run_id, step, item_path, visit) do update set
    status = 'running', attempt = excluded.attempt, input = excluded.input, stage = excluded.stage,
    tries = case when s.attempt = excluded.attempt then s.tries + 1 else 1 end, fence = s.fence + 1, lease_owner = excluded.lease_owner,
    lease_expires_at = excluded.lease_expires_at, finished_at = null, output = null
  returning * into v_step;

  -- The execution may be faster than the note that it was sent.
  if v_run.status in ('queued', 'waiting') then
    v_events := jsonb_build_array(jsonb_build_object('type', 'run.started', 'data',
      case when v_run.status = 'waiting' then '{"resumed": true}'::jsonb else '{}' end));
  end if;
  perform longhaul.append_events(p_run, v_events || jsonb_build_object('type', 'step.started', 'step', p_step,
    'itemPath', p_item_path, 'visit', p_visit, 'stage', p_stage, 'data', jsonb_build_object('try', v_step.tries)));

  return jsonb_build_object('kind', 'acquired', 'fence', v_step.fence, 'try', v_step.tries,
    'generation', v_step.generation, 'context', longhaul.lease_context(v_run));
end
$$;

-- The files of a run that is deleted go over to a run that has copied the steps which wrote them.
create function longhaul.hand_on_artifacts() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update longhaul.artifacts a set run_id = heir.run_id
  from (
    select distinct on (held.id) held.id, f.run_id
    from longhaul.artifacts held
    join longhaul.run_files f on f.artifact_id = held.id and f.run_id <> old.id
    join longhaul.runs r on r.id = f.run_id
    where held.run_id = old.id
    order by held.id, r.created_at desc
  ) heir
  where a.id = heir.id;
  return old;
end
$$;
create trigger runs_hand_on_artifacts before delete on longhaul.runs
for each row execute function longhaul.hand_on_artifacts();

revoke execute on all functions in schema longhaul from public;
