-- Most of what a batch of leases and checkpoints asks for is plain: a first lease, or the checkpoint of a step that has said
-- nothing, and one write of each run. All of those are written by one statement: half of what the loop of write_batch took
-- for each of them was PL/pgSQL.

-- Writes what is plain of several asks, as write_steps says, and leaves the rest: `written` has the places of those that
-- were written (from 1 on), and `answers` their answers, both in order; null where there are none. All runs of the batch
-- are locked then.
create function longhaul.write_plain(p_asks jsonb, out written integer[], out answers jsonb)
language plpgsql as $$
declare
  v_now timestamptz;
  v_touched text;
begin
  -- A statement of its own: the next one sees what was committed before it had these locks. A lease is renewed without them.
  perform from longhaul.runs
  where id = any (array(select (ask ->> 'run')::uuid from jsonb_array_elements(p_asks) ask)) order by id for update;
  v_now := clock_timestamp();
  with asked as (
    select q.*, count(*) over (partition by q.run) as writes
    from rows from (jsonb_to_recordset(p_asks) as (run uuid, attempt integer, step text, "itemPath" text, visit integer,
      stage text, fence bigint, owner text, "leaseSeconds" double precision, input jsonb, output jsonb, events jsonb))
    with ordinality q (run, attempt, step, item_path, visit, stage, fence, owner, lease_seconds, input, output, events, place)
  ), plain as materialized (
    select a.place, a.step, a.item_path, a.visit, a.owner, a.lease_seconds, a.input, a.output, a.fence is null as leases,
      -- Locked rows stay where they are.
      r.id, r.ctid as at_run, r.organisation_id, r.attempt, r.created_by, r.name, r.priority, r.correlation_id,
      -- The execution may be faster than the note that it was sent.
      a.fence is null and r.status = 'queued' as begins,
      r.last_seq + 1 + (a.fence is null and r.status = 'queued')::integer as seq, greatest(v_now, r.updated_at) as at,
      coalesce(s.stage, a.stage) as stage, coalesce(s.tries, 1) as tries,
      greatest(v_now, s.started_at) as finished_at,
      -- Which of the run's tallies it adds to: those that are known, or those that have succeeded.
      4 * array_position(r.stage_keys, coalesce(s.stage, a.stage)) - case when a.fence is null then 3 else 2 end as tally
    from asked a
    join longhaul.runs r on r.id = a.run
    left join longhaul.run_steps s
    on s.run_id = a.run and s.step = a.step and s.item_path = a.item_path and s.visit = a.visit
    where a.writes = 1 and coalesce(s.stage, a.stage) = any (r.stage_keys) and case when a.fence is null
      then r.status in ('queued', 'running') and r.cancel_requested_at is null and r.attempt = a.attempt and s.run_id is null
      else r.finished_at is null and r.open_approvals = 0 and r.said is null and a.events = '[]'
        and s.fence = a.fence and s.status = 'running' and s.progress = 0 and s.undoes is null end
  ), leased as (
    insert into longhaul.run_steps (run_id, step, item_path, visit, organisation_id, stage, status, attempt, lease_owner,
      lease_expires_at, input, started_at)
    select id, step, item_path, visit, organisation_id, stage, 'running', attempt, owner,
      v_now + make_interval(secs => lease_seconds), coalesce(input, 'null'), v_now
    from plain where leases
  ), stored as (
    update longhaul.run_steps s
    set status = 'succeeded', output = coalesce(p.output, 'null'), progress = 1, finished_at = p.finished_at, error = null,
      message = null, lease_owner = null, lease_expires_at = null
    from plain p
    where not p.leases and s.run_id = p.id and s.step = p.step and s.item_path = p.item_path and s.visit = p.visit
  ), logged as (
    insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, step, item_path, visit, stage, data)
    select id, seq, organisation_id, case when leases then 'step.started' else 'step.succeeded' end, at, attempt, step,
      item_path, visit, stage, jsonb_build_object('try', tries)
    from plain
    union all
    select id, seq - 1, organisation_id, 'run.started', at, attempt, null, null, null, null, '{}' from plain where begins
  ), moved as (
    update longhaul.runs r set last_seq = p.seq, updated_at = p.at, tallies[p.tally] = tallies[p.tally] + 1
    from plain p where not p.begins and r.ctid = p.at_run
  ), begun as (
    update longhaul.runs r set last_seq = p.seq, updated_at = p.at, tallies[p.tally] = tallies[p.tally] + 1,
      status = 'running', status_reason = null, started_at = coalesce(started_at, p.at)
    from plain p where p.begins and r.ctid = p.at_run
  )
  select array_agg(p.place order by p.place), jsonb_agg(case when p.leases
      then jsonb_build_object('kind', 'acquired', 'fence', 1, 'try', 1, 'generation', 0, 'context', jsonb_build_object(
        'organisationId', p.organisation_id, 'name', p.name, 'priority', p.priority, 'correlationId', p.correlation_id,
        'startedBy', case when u.id is not null then jsonb_build_object('id', u.id, 'role', m.role, 'email', u.email,
          'phone', f.phone, 'pushTarget', f.push_target, 'notificationChannel', f.notification_channel) end))
      else to_jsonb(to_char(p.finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) end order by p.place),
    string_agg(longhaul.touched(p.organisation_id, p.id, p.seq), '')
  into written, answers, v_touched
  from plain p
  left join (auth.users u join longhaul.profiles f on f.user_id = u.id) on p.leases and u.id = p.created_by
  left join longhaul.memberships m on p.leases and m.user_id = p.created_by and m.organisation_id = p.organisation_id;

  perform longhaul.ring(coalesce(v_touched, ''));
end
$$;

create or replace function longhaul.write_steps(p_asks jsonb) returns jsonb
language plpgsql security definer
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set search_path = '' as $$
declare
  v_answers jsonb;
  v_written integer[];
  v_count integer := jsonb_array_length(p_asks);
begin
  if v_count > 1 then
    select p.written, p.answers into v_written, v_answers from longhaul.write_plain(p_asks) p;
    if v_written is null then
      return longhaul.write_batch(p_asks);
    elsif cardinality(v_written) < v_count then
      with rest as materialized (
        select place, row_number() over (order by place) as nth from generate_series(1, v_count) place
        where place <> all (v_written)
      ), looked_at as (
        select longhaul.write_batch((select jsonb_agg(p_asks -> (place - 1) order by nth) from rest)) as answers
      )
      select jsonb_agg(coalesce(a.answer, v_answers -> (array_position(v_written, place) - 1)) order by place) into v_answers
      from generate_series(1, v_count) place
      left join (select rest.place, looked_at.answers -> (nth - 1)::integer as answer from rest, looked_at) a using (place);
    end if;
    return v_answers;
  end if;
  if p_asks -> 0 ? 'fence' then
    v_answers := longhaul.checkpoint_alone(p_asks -> 0);
  else
    v_answers := longhaul.lease_alone(p_asks -> 0);
  end if;
  return coalesce(v_answers, longhaul.write_batch(p_asks));
end
$$;

revoke execute on all functions in schema longhaul from public;
