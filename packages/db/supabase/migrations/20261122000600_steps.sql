-- What a step's worker may do: it names a run and a step, and may read and change nothing else. Every write of a
-- try carries the fence of its lease, so that a try which has lost its lease can spoil nothing.

-- Takes the lease of a checkpoint, or says why not:
-- { kind: acquired, fence, try, context } | { kind: done, output } | { kind: busy, retryAfterMs } | { kind: ended, reason }
create function longhaul.lease_step(
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
      select jsonb_build_object('id', u.id, 'email', u.email, 'phone', p.phone, 'pushTarget', p.push_target,
        'notificationChannel', p.notification_channel)
      from auth.users u join longhaul.profiles p on p.user_id = u.id where u.id = v_run.created_by)));
end
$$;

-- The step's row while this fence still holds it and the run goes on, otherwise nothing. Locks the run first, as
-- every writer does, so that no two of them wait for each other.
create function longhaul.held_step(p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint)
returns setof longhaul.run_steps
language plpgsql security definer set search_path = '' as $$
begin
  perform from longhaul.runs where id = p_run and finished_at is null for update;
  if found then
    return query select * from longhaul.run_steps
      where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit
        and fence = p_fence and status = 'running'
      for update;
  end if;
end
$$;

-- Each event gets the step it belongs to; a step's worker can log and report progress, and nothing else.
create function longhaul.step_events(p_step longhaul.run_steps, p_events jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('type', e ->> 'type', 'step', p_step.step, 'itemPath', p_step.item_path,
    'visit', p_step.visit, 'stage', p_step.stage, 'data', coalesce(e -> 'data', '{}')) order by place), '[]')
  from jsonb_array_elements(p_events) with ordinality a (e, place)
  where e ->> 'type' in ('step.progress', 'step.log')
$$;

-- Keeps the lease and asks whether to go on: { held, cancelRequested }. It changes no run and rings no doorbell.
create function longhaul.renew_lease(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_lease_seconds double precision) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_held boolean;
begin
  update longhaul.run_steps set lease_expires_at = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit
    and fence = p_fence and status = 'running';
  v_held := found;
  return (select jsonb_build_object('held', v_held and r.finished_at is null, 'cancelRequested', r.cancel_requested_at is not null)
    from longhaul.runs r where r.id = p_run);
end
$$;

-- The same answer, reading only.
create function longhaul.check_lease(p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'held', r.finished_at is null and exists (
      select from longhaul.run_steps
      where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit
        and fence = p_fence and status = 'running'),
    'cancelRequested', r.cancel_requested_at is not null)
  from longhaul.runs r where r.id = p_run
$$;

create function longhaul.append_step_events(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_events jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_step longhaul.run_steps;
begin
  select * into v_step from longhaul.held_step(p_run, p_step, p_item_path, p_visit, p_fence);
  if v_step.run_id is not null then
    perform longhaul.append_events(p_run, longhaul.step_events(v_step, p_events));
  end if;
  return longhaul.check_lease(p_run, p_step, p_item_path, p_visit, p_fence);
end
$$;

-- Stores a step's output: its checkpoint. Returns when, or null where the lease was lost.
create function longhaul.checkpoint_step(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_output jsonb, p_events jsonb) returns timestamptz
language plpgsql security definer set search_path = '' as $$
declare
  v_step longhaul.run_steps;
  v_at timestamptz;
begin
  select * into v_step from longhaul.held_step(p_run, p_step, p_item_path, p_visit, p_fence);
  if v_step.run_id is null then
    return null;
  end if;
  v_at := greatest(clock_timestamp(), v_step.started_at);
  update longhaul.run_steps
  set status = 'succeeded', output = p_output, progress = 1, finished_at = v_at, error = null, message = null,
    lease_owner = null, lease_expires_at = null
  where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit;
  perform longhaul.append_events(p_run, longhaul.step_events(v_step, p_events) || jsonb_build_object(
    'type', 'step.succeeded', 'step', p_step, 'itemPath', p_item_path, 'visit', p_visit, 'stage', v_step.stage,
    'data', jsonb_build_object('try', v_step.tries)));
  return v_at;
end
$$;

create function longhaul.fail_step(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_error jsonb, p_will_retry boolean,
  p_events jsonb) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_step longhaul.run_steps;
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
  perform longhaul.append_events(p_run, longhaul.step_events(v_step, p_events) || jsonb_build_object(
    'type', case when p_will_retry then 'step.retrying' else 'step.failed' end, 'step', p_step, 'itemPath', p_item_path,
    'visit', p_visit, 'stage', v_step.stage, 'data', jsonb_build_object('error', p_error, 'try', v_step.tries)));
  return true;
end
$$;

-- An artifact that the step may read: its run's organisation's, with its bytes announced as complete.
create function longhaul.open_artifact(p_run uuid, p_artifact uuid) returns setof longhaul.artifacts
language sql stable security definer set search_path = '' as $$
  select a.* from longhaul.artifacts a join longhaul.runs r on r.id = p_run and r.organisation_id = a.organisation_id
  where a.id = p_artifact and a.status = 'ready'
$$;

create function longhaul.create_artifact(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_name text, p_content_type text)
returns setof longhaul.artifacts
language plpgsql security definer set search_path = '' as $$
declare
  v_step longhaul.run_steps;
  v_id uuid := gen_random_uuid();
  v_artifact longhaul.artifacts;
begin
  select * into v_step from longhaul.held_step(p_run, p_step, p_item_path, p_visit, p_fence);
  if v_step.run_id is null then
    return;
  end if;
  insert into longhaul.artifacts (id, organisation_id, run_id, step, item_path, visit, kind, name, content_type, path)
  values (v_id, v_step.organisation_id, p_run, p_step, p_item_path, p_visit, 'output', p_name, p_content_type,
    format('%s/%s/%s', v_step.organisation_id, v_id, regexp_replace(p_name, '[^A-Za-z0-9._-]', '_', 'g')))
  returning * into v_artifact;
  return next v_artifact;
end
$$;

create function longhaul.finish_artifact(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_artifact uuid, p_size bigint, p_sha256 text)
returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_step longhaul.run_steps;
  v_artifact longhaul.artifacts;
begin
  select * into v_step from longhaul.held_step(p_run, p_step, p_item_path, p_visit, p_fence);
  select * into v_artifact from longhaul.artifacts
  where id = p_artifact and run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit
    and status = 'pending';
  if v_step.run_id is null or v_artifact.id is null then
    return false;
  end if;
  delete from longhaul.artifacts
  where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit and name = v_artifact.name
    and id <> p_artifact;
  update longhaul.artifacts set status = 'ready', size = p_size, sha256 = p_sha256 where id = p_artifact;
  perform longhaul.append_events(p_run, jsonb_build_array(jsonb_build_object('type', 'artifact.created', 'step', p_step,
    'itemPath', p_item_path, 'visit', p_visit, 'stage', v_step.stage, 'data', jsonb_build_object(
      'artifactId', p_artifact, 'name', v_artifact.name, 'contentType', v_artifact.content_type, 'size', p_size))));
  return true;
end
$$;

create function longhaul.find_delivery(p_run uuid, p_step text, p_item_path text, p_visit integer)
returns setof longhaul.notifications
language sql stable security definer set search_path = '' as $$
  select * from longhaul.notifications
  where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit
  order by (status = 'sent') desc, created_at desc limit 1
$$;

create function longhaul.record_delivery(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_delivery jsonb) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_step longhaul.run_steps;
begin
  select * into v_step from longhaul.held_step(p_run, p_step, p_item_path, p_visit, p_fence);
  if v_step.run_id is null then
    return false;
  end if;
  insert into longhaul.notifications (organisation_id, run_id, step, item_path, visit, channel, recipient, subject, body,
    status, provider_message_id, error)
  values (v_step.organisation_id, p_run, p_step, p_item_path, p_visit, p_delivery ->> 'channel', p_delivery ->> 'recipient',
    p_delivery ->> 'subject', p_delivery ->> 'body', p_delivery ->> 'status', p_delivery ->> 'providerMessageId',
    p_delivery ->> 'error');
  return true;
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function
  longhaul.lease_step(uuid, integer, text, text, integer, text, jsonb, text, double precision),
  longhaul.renew_lease(uuid, text, text, integer, bigint, double precision),
  longhaul.check_lease(uuid, text, text, integer, bigint),
  longhaul.append_step_events(uuid, text, text, integer, bigint, jsonb),
  longhaul.checkpoint_step(uuid, text, text, integer, bigint, jsonb, jsonb),
  longhaul.fail_step(uuid, text, text, integer, bigint, jsonb, boolean, jsonb),
  longhaul.open_artifact(uuid, uuid),
  longhaul.create_artifact(uuid, text, text, integer, bigint, text, text),
  longhaul.finish_artifact(uuid, text, text, integer, bigint, uuid, bigint, text),
  longhaul.find_delivery(uuid, text, text, integer),
  longhaul.record_delivery(uuid, text, text, integer, bigint, jsonb)
to longhaul_worker;
