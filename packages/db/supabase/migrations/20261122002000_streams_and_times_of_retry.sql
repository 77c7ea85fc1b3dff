-- Shows whoever watches a run the next piece of a text that a step writes. Nothing is stored: the piece rides the
-- doorbell's topic under an event of its own. Answers as check_lease does, and sends nothing once the lease is lost.
create function longhaul.send_text(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_stream text, p_offset bigint, p_text text)
returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_state jsonb := longhaul.check_lease(p_run, p_step, p_item_path, p_visit, p_fence);
begin
  if (v_state ->> 'held')::boolean then
    perform realtime.send(jsonb_build_object(
      'org', (select organisation_id from longhaul.runs where id = p_run), 'run', p_run, 'step', p_step,
      'itemPath', p_item_path, 'visit', p_visit, 'stream', p_stream, 'offset', p_offset, 'text', left(p_text, 64000)),
      'text', 'longhaul:runs', true);
  end if;
  return v_state;
end
$$;

-- As before, and the event says when the next try is, where a third party has named the time.
drop function longhaul.fail_step(uuid, text, text, integer, bigint, jsonb, boolean, jsonb);
create function longhaul.fail_step(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_error jsonb, p_will_retry boolean,
  p_retry_at timestamptz, p_events jsonb) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_step longhaul.run_steps;
  v_data jsonb;
begin
  select * into v_step from longhaul.held_step(p_run, p_step, p_item_path, p_visit, p_fence);
  if v_step.run_id is null then
    return false;
  end if;
  update longhaul.run_steps
  set status = case when p_will_retry then 'retrying' else 'failed' end, error = p_error,
    finished_at = case when not p_will_retry then greatest(clock_timestamp(), v_step.started_at) end,
    lease_owner = null, lease_expires_at = null
  where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit;
  v_data := jsonb_build_object('error', p_error, 'try', v_step.tries);
  if p_will_retry then
    v_data := v_data || jsonb_build_object('retryAt',
      to_char(p_retry_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
  end if;
  perform longhaul.append_events(p_run, longhaul.step_events(v_step, p_events) || jsonb_build_object(
    'type', case when p_will_retry then 'step.retrying' else 'step.failed' end, 'step', p_step, 'itemPath', p_item_path,
    'visit', p_visit, 'stage', v_step.stage, 'data', v_data));
  return true;
end
$$;

-- As before, and the context tells the role of who started the run.
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
    return jsonb_build_object('kind', 'done', 'output', v_step.output, 'completedAt', v_step.finished_at);
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
  if v_run.status = 'queued' then
    v_events := '[{"type": "run.started"}]';
  end if;
  perform longhaul.append_events(p_run, v_events || jsonb_build_object('type', 'step.started', 'step', p_step,
    'itemPath', p_item_path, 'visit', p_visit, 'stage', p_stage, 'data', jsonb_build_object('try', v_step.tries)));

  return jsonb_build_object('kind', 'acquired', 'fence', v_step.fence, 'try', v_step.tries, 'context', jsonb_build_object(
    'organisationId', v_run.organisation_id, 'name', v_run.name, 'priority', v_run.priority,
    'correlationId', v_run.correlation_id, 'startedBy', (
      select jsonb_build_object('id', u.id, 'role', (
          select m.role from longhaul.memberships m
          where m.organisation_id = v_run.organisation_id and m.user_id = u.id), 'email', u.email, 'phone', p.phone, 'pushTarget', p.push_target,
        'notificationChannel', p.notification_channel)
      from auth.users u join longhaul.profiles p on p.user_id = u.id where u.id = v_run.created_by)));
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function
  longhaul.send_text(uuid, text, text, integer, bigint, text, bigint, text),
  longhaul.fail_step(uuid, text, text, integer, bigint, jsonb, boolean, timestamptz, jsonb)
to longhaul_worker;
