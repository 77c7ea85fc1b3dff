-- A look at the queue, and the note of what was sent, in one message each: between a start and its execution each message
-- more is time that somebody waits.

-- Takes what may be sent, as next_to_send does: { limit, holdSeconds } gives { due: [...], someWait }. Some wait where there
-- are runs that have not been told what they wait for, that wait for their time, or that were in other hands when they
-- could have been taken; that is looked at where fewer are due than were asked for.
create function longhaul.take_due(p_asked jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_limit integer := p_asked -> 'limit';
  v_due jsonb;
begin
  select coalesce(jsonb_agg(jsonb_build_object('runId', d.run_id, 'organisationId', d.organisation_id, 'attempt', d.attempt,
    'workflow', d.workflow, 'executionName', d.execution_name, 'executionInput', d.execution_input,
    'correlationId', d.correlation_id, 'lane', d.lane, 'priority', d.priority, 'tries', d.tries,
    'stateMachineArn', d.state_machine_arn) order by d.place), '[]')
  into v_due
  from longhaul.next_to_send(v_limit, (p_asked -> 'holdSeconds')::double precision) with ordinality d (run_id, organisation_id,
    attempt, workflow, execution_name, execution_input, correlation_id, lane, priority, tries, state_machine_arn, place);
  return jsonb_build_object('due', v_due, 'someWait', jsonb_array_length(v_due) < v_limit and (
    exists (select from longhaul.run_attempts where admission = 'ready' and closed_at is null and not explained)
    or exists (select from longhaul.run_attempts where admission = 'later' and closed_at is null)
    or coalesce(longhaul.next_due() <= clock_timestamp(), false)));
end
$$;

-- As mark_all_sent, of [{ runId, attempt, executionArn, stateMachineArn }]: the ids of the runs to be stopped.
create function longhaul.note_sent(p_started jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_stop jsonb;
begin
  select coalesce(jsonb_agg(m.run), '[]') into v_stop
  from (
    select array_agg((s ->> 'runId')::uuid) as runs, array_agg((s -> 'attempt')::integer) as attempts,
      array_agg(s ->> 'executionArn') as executions, array_agg(s ->> 'stateMachineArn') as machines
    from jsonb_array_elements(p_started) s) told
  cross join lateral longhaul.mark_all_sent(told.runs, told.attempts, told.executions, told.machines) m (run);
  return v_stop;
end
$$;

-- Admits up to p_share ready runs of one organisation, the most urgent first, then the oldest, whoever started them:
-- of each user the first that the user's limit leaves, and of these the first. A queue with nothing that could go now
-- falls asleep. Returns how many. They are told in the order of
-- their turns, whatever the plan of the update makes of it.
create or replace function longhaul.admit_some(p_organisation uuid, p_share integer, p_now timestamptz, p_hold_seconds double precision)
returns uuid[]
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
declare
  v_room integer;
  v_most_of_user integer;
  v_looked_at uuid[];
  v_full uuid[];
  v_runs uuid[];
  v_busy uuid[];
begin
  select coalesce(l.max_running, longhaul.default_max_running()) - (
      select count(*) from (
        select from longhaul.run_attempts a
        where a.organisation_id = p_organisation and a.admission = 'admitted' and a.closed_at is null and not a.parked
        limit coalesce(l.max_running, longhaul.default_max_running())) slot),
    coalesce(l.max_running_per_user, longhaul.default_max_running_per_user())
  into v_room, v_most_of_user
  from (values (1)) always (one) left join longhaul.organisation_limits l on l.organisation_id = p_organisation;
  v_room := least(v_room, p_share);
  if v_room > 0 then
    select array_agg(user_id) into v_looked_at from (
      select user_id from longhaul.user_queues
      where organisation_id = p_organisation and awake order by head_rank, head_at limit v_room) q;
  end if;
  if v_looked_at is null then
    update longhaul.organisation_queues set awake = false where organisation_id = p_organisation;
    return '{}';
  end if;

  with users as materialized (
    select u.id, v_most_of_user - (
      select count(*) from (
        select from longhaul.run_attempts a
        where a.organisation_id = p_organisation and a.user_id = u.id and a.admission = 'admitted' and a.closed_at is null
          and not a.parked
        limit v_most_of_user) slot) as room
    from unnest(v_looked_at) u (id)
  ), chosen as materialized (
    select c.* from users u cross join lateral (
      select a.run_id, a.attempt, a.user_id, a.rank, a.created_at from longhaul.run_attempts a
      where a.organisation_id = p_organisation and a.user_id = u.id and a.admission = 'ready' and a.closed_at is null
      order by a.rank, a.created_at, a.run_id limit least(u.room, v_room)) c
    order by c.rank, c.created_at, c.run_id limit v_room
  ), head as materialized (
    -- Those that are being changed at this moment are passed by.
    select h.*, c.rank, c.created_at from chosen c cross join lateral (
      select a.run_id, a.attempt, a.user_id from longhaul.run_attempts a
      where a.run_id = c.run_id and a.attempt = c.attempt and a.admission = 'ready' and a.closed_at is null
      for update skip locked) h
  ), admitted as (
    update longhaul.run_attempts a
    -- Not the moment of the look, but one later than that of the run before.
    set admission = 'admitted', admitted_at = clock_timestamp(), tries = a.tries + 1,
      held_until = p_now + make_interval(secs => p_hold_seconds), next_try_at = p_now + make_interval(secs => p_hold_seconds)
    from (select * from head order by rank, created_at, run_id) h where a.run_id = h.run_id and a.attempt = h.attempt
    returning a.run_id, h.rank, h.created_at
  )
  select (select coalesce(array_agg(run_id order by rank, created_at, run_id), '{}') from admitted),
    (select coalesce(array_agg(u.id), '{}') from users u
     where u.room <= (select count(*) from head h where h.user_id = u.id)),
    (select coalesce(array_agg(distinct c.user_id), '{}') from chosen c
     where not exists (select from head h where h.run_id = c.run_id))
  into v_runs, v_full, v_busy;

  insert into longhaul.queue_wakes select p_organisation, user_id from unnest(v_busy) b (user_id);
  update longhaul.user_queues q
  set awake = h.rank is not null and q.user_id <> all (v_full) and q.user_id <> all (v_busy), head_rank = h.rank, head_at = h.created_at
  from unnest(v_looked_at) u (id)
  left join lateral (
    select a.rank, a.created_at from longhaul.run_attempts a
    where a.organisation_id = p_organisation and a.user_id = u.id and a.admission = 'ready' and a.closed_at is null
    order by a.rank, a.created_at limit 1
  ) h on true
  where q.organisation_id = p_organisation and q.user_id = u.id;
  if v_runs <> '{}' then
    update longhaul.organisation_queues set turn = nextval('longhaul.queue_turns') where organisation_id = p_organisation;
  end if;
  return v_runs;
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.take_due(jsonb), longhaul.note_sent(jsonb) to longhaul_dispatcher;
