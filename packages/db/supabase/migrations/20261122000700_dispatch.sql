-- What dispatcher and reconciler may do, across organisations. They read runs and attempts, and change them by
-- these functions only.
create policy runs_of_dispatcher on longhaul.runs for select to longhaul_dispatcher using (true);
create policy run_attempts_of_dispatcher on longhaul.run_attempts for select to longhaul_dispatcher using (true);
grant select on longhaul.runs, longhaul.run_attempts to longhaul_dispatcher;

-- Takes queued runs to send, most urgent first, and holds them against other dispatchers for a while.
create function longhaul.next_to_send(p_limit integer, p_hold_seconds double precision)
returns setof longhaul.run_attempts
language sql security definer set search_path = '' as $$
  with due as (
    select a.run_id, a.attempt
    from longhaul.run_attempts a
    join longhaul.runs r on r.id = a.run_id and r.attempt = a.attempt and r.status = 'queued'
    where a.sent_at is null and a.closed_at is null and a.next_try_at <= clock_timestamp()
      and (a.held_until is null or a.held_until <= clock_timestamp())
    order by array_position(array['urgent', 'high', 'normal', 'low'], r.priority), a.created_at
    limit p_limit
    for update of a skip locked
  )
  update longhaul.run_attempts a
  set held_until = clock_timestamp() + make_interval(secs => p_hold_seconds), tries = a.tries + 1
  from due where a.run_id = due.run_id and a.attempt = due.attempt
  returning a.*
$$;

-- Notes that an execution has begun. Returns true where the run was asked to end meanwhile: whoever sent it stops it.
create function longhaul.mark_sent(p_run uuid, p_attempt integer, p_execution_arn text, p_state_machine_arn text)
returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
begin
  select * into v_run from longhaul.runs where id = p_run for update;
  update longhaul.run_attempts
  set sent_at = clock_timestamp(), execution_arn = p_execution_arn, state_machine_arn = p_state_machine_arn, held_until = null
  where run_id = p_run and attempt = p_attempt and sent_at is null;
  if found and v_run.attempt = p_attempt and v_run.status = 'queued' then
    perform longhaul.append_events(p_run, jsonb_build_array(
      jsonb_build_object('type', 'run.started', 'data', jsonb_build_object('executionArn', p_execution_arn))));
  end if;
  return v_run.cancel_requested_at is not null;
end
$$;

-- Leaves a run queued and says why.
create function longhaul.postpone_sending(p_run uuid, p_attempt integer, p_reason text, p_retry_seconds double precision)
returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
begin
  select * into v_run from longhaul.runs where id = p_run for update;
  update longhaul.run_attempts
  set held_until = null, next_try_at = clock_timestamp() + make_interval(secs => p_retry_seconds)
  where run_id = p_run and attempt = p_attempt and sent_at is null;
  if found and v_run.status = 'queued' and v_run.attempt = p_attempt and v_run.status_reason is distinct from p_reason then
    perform longhaul.append_events(p_run, jsonb_build_array(
      jsonb_build_object('type', 'run.queued', 'data', jsonb_build_object('reason', p_reason))));
  end if;
end
$$;

-- Ends a run by how its execution ended. p_outcome: { status: succeeded, output } | { status: failed | timed_out, error }
-- | { status: cancelled }. False where the run had ended before or goes on with another attempt.
create function longhaul.close_run(p_run uuid, p_attempt integer, p_outcome jsonb) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_status text := p_outcome ->> 'status';
  v_events jsonb := '[]';
begin
  select * into v_run from longhaul.runs where id = p_run for update;
  if v_run.id is null or v_run.finished_at is not null or v_run.attempt <> p_attempt then
    return false;
  end if;
  -- A step that sees the request may fail its execution before that is stopped.
  if v_run.cancel_requested_at is not null and v_status in ('failed', 'timed_out') then
    v_status := 'cancelled';
  end if;
  perform longhaul.end_attempt(p_run);
  -- The end may be the first that is heard of an execution.
  if v_run.started_at is null and v_status in ('succeeded', 'timed_out') then
    v_events := '[{"type": "run.started"}]';
  end if;
  perform longhaul.append_events(p_run,
    v_events || jsonb_build_object('type', 'run.' || v_status, 'data',
      case when v_status in ('failed', 'timed_out') then jsonb_build_object('error', p_outcome -> 'error') else '{}' end),
    case when v_status = 'succeeded' then p_outcome -> 'output' end);
  return true;
end
$$;

-- Runs under way of which nothing was heard for a while, each handed out once per such while.
create function longhaul.stale_runs(p_older_seconds double precision, p_limit integer) returns setof uuid
language sql security definer set search_path = '' as $$
  with quiet as (
    select id from longhaul.runs
    where finished_at is null
      and greatest(updated_at, checked_at) < clock_timestamp() - make_interval(secs => p_older_seconds)
    order by greatest(updated_at, checked_at)
    limit p_limit
    for update skip locked
  )
  update longhaul.runs r set checked_at = clock_timestamp() from quiet where r.id = quiet.id returning r.id
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function
  longhaul.next_to_send(integer, double precision),
  longhaul.mark_sent(uuid, integer, text, text),
  longhaul.postpone_sending(uuid, integer, text, double precision),
  longhaul.close_run(uuid, integer, jsonb),
  longhaul.stale_runs(double precision, integer)
to longhaul_dispatcher;
