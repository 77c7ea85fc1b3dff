-- Rings the doorbell now, for a function that is all of its transaction: each run is named once. Whoever may be one of
-- several writers of a transaction calls touch, and the trigger rings for all of them at its end.
create function longhaul.ring(p_touched text) returns void
language plpgsql set search_path = '' as $$
begin
  if p_touched <> '' then
    perform realtime.send(('{"runs":[' || substr(p_touched, 2) || ']}')::jsonb, 'runs', 'longhaul:runs', true);
  end if;
end
$$;

-- A trigger costs each row that it may be for. All that calls touch sets the reason, if only to what it was.
drop trigger runs_ring_doorbell on longhaul.runs;
create constraint trigger runs_ring_doorbell after update of status_reason on longhaul.runs
deferrable initially deferred for each row execute function longhaul.ring_doorbell();

-- One lease, where nothing stands in its way: the run is running, and the step is asked for the first time. Null where it is
-- otherwise, with nothing written; then the batch looks closer. Each expression that a function evaluates is set up anew in
-- each transaction, so there are few of them.
create function longhaul.lease_alone(p_ask jsonb) returns jsonb
language plpgsql as $$
declare
  v_run record;
  v_now timestamptz;
begin
  select r.id, r.organisation_id, r.attempt, r.last_seq + 1 as seq, r.updated_at, r.name, r.priority, r.correlation_id,
    4 * array_position(r.stage_keys, p_ask ->> 'stage') - 3 as tally, case when u.id is not null then
      jsonb_build_object('id', u.id, 'role', m.role, 'email', u.email, 'phone', p.phone, 'pushTarget', p.push_target,
        'notificationChannel', p.notification_channel) end as starter
  into v_run
  from longhaul.runs r
  left join (auth.users u join longhaul.profiles p on p.user_id = u.id) on u.id = r.created_by
  left join longhaul.memberships m on m.user_id = r.created_by and m.organisation_id = r.organisation_id
  where r.id = (p_ask ->> 'run')::uuid and r.status = 'running' and r.cancel_requested_at is null
    and r.attempt = (p_ask -> 'attempt')::integer
  for update of r;
  if v_run.tally is null then
    return null;
  end if;
  v_now := clock_timestamp();
  insert into longhaul.run_steps (run_id, step, item_path, visit, organisation_id, stage, status, attempt, lease_owner,
    lease_expires_at, input, started_at)
  values (v_run.id, p_ask ->> 'step', p_ask ->> 'itemPath', (p_ask -> 'visit')::integer, v_run.organisation_id,
    p_ask ->> 'stage', 'running', v_run.attempt, p_ask ->> 'owner',
    v_now + make_interval(secs => (p_ask -> 'leaseSeconds')::double precision), coalesce(p_ask -> 'input', 'null'), v_now)
  on conflict (run_id, step, item_path, visit) do nothing;
  if not found then
    return null;
  end if;
  update longhaul.runs
  set last_seq = v_run.seq, updated_at = greatest(v_now, v_run.updated_at), tallies[v_run.tally] = tallies[v_run.tally] + 1
  where id = v_run.id;
  insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, step, item_path, visit, stage, data)
  values (v_run.id, v_run.seq, v_run.organisation_id, 'step.started', greatest(v_now, v_run.updated_at), v_run.attempt,
    p_ask ->> 'step', p_ask ->> 'itemPath', (p_ask -> 'visit')::integer, p_ask ->> 'stage', '{"try": 1}');
  perform longhaul.ring(longhaul.touched(v_run.organisation_id, v_run.id, v_run.seq));
  return jsonb_build_array(jsonb_build_object('kind', 'acquired', 'fence', 1, 'try', 1, 'generation', 0,
    'context', jsonb_build_object('organisationId', v_run.organisation_id, 'name', v_run.name, 'priority', v_run.priority,
      'correlationId', v_run.correlation_id, 'startedBy', v_run.starter)));
end
$$;

-- One checkpoint, likewise: of a step that has said nothing, in a run that waits for nobody.
create function longhaul.checkpoint_alone(p_ask jsonb) returns jsonb
language plpgsql as $$
declare
  v_run record;
  v_step record;
  v_now timestamptz;
begin
  select id, organisation_id, attempt, last_seq + 1 as seq, updated_at, stage_keys into v_run
  from longhaul.runs
  where id = (p_ask ->> 'run')::uuid and finished_at is null and open_approvals = 0 and said is null and p_ask -> 'events' = '[]'
  for update;
  if not found then
    return null;
  end if;
  v_now := clock_timestamp();
  update longhaul.run_steps
  set status = 'succeeded', output = coalesce(p_ask -> 'output', 'null'), progress = 1, finished_at = greatest(v_now, started_at),
    error = null, message = null, lease_owner = null, lease_expires_at = null
  where run_id = v_run.id and step = p_ask ->> 'step' and item_path = p_ask ->> 'itemPath' and visit = (p_ask -> 'visit')::integer
    and fence = (p_ask -> 'fence')::bigint and status = 'running' and progress = 0 and undoes is null
    and stage = any (v_run.stage_keys)
  returning stage, tries, to_jsonb(to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as finished,
    4 * array_position(v_run.stage_keys, stage) - 2 as tally
  into v_step;
  if not found then
    return null;
  end if;
  update longhaul.runs
  set last_seq = v_run.seq, updated_at = greatest(v_now, v_run.updated_at), tallies[v_step.tally] = tallies[v_step.tally] + 1
  where id = v_run.id;
  insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, step, item_path, visit, stage, data)
  values (v_run.id, v_run.seq, v_run.organisation_id, 'step.succeeded', greatest(v_now, v_run.updated_at), v_run.attempt,
    p_ask ->> 'step', p_ask ->> 'itemPath', (p_ask -> 'visit')::integer, v_step.stage, jsonb_build_object('try', v_step.tries));
  perform longhaul.ring(longhaul.touched(v_run.organisation_id, v_run.id, v_run.seq));
  return jsonb_build_array(v_step.finished);
end
$$;

-- Any number of them, as write_steps says. What is written is gathered in arrays, one for each column, and written by one
-- statement for each table: a statement costs more than a row.
create function longhaul.write_batch(p_asks jsonb) returns jsonb
language plpgsql as $$
declare
  v_count integer := jsonb_array_length(p_asks);
  v_order integer[];
  v_place integer;
  v_answers jsonb[];
  v_ask jsonb;
  v_id uuid;
  v_name text;
  v_path text;
  v_visit integer;
  v_fence bigint;
  v_stage text;
  v_of_run uuid;
  v_run record;
  v_step record;
  v_now timestamptz;
  v_at timestamptz;
  v_begins boolean;
  v_changed boolean;
  v_resumes boolean;
  v_reason text;
  v_until timestamptz;
  v_known integer;
  v_by uuid;
  v_in uuid;
  v_starter jsonb;
  v_said jsonb;
  v_seq bigint;
  v_tallies bigint[];
  v_words jsonb;
  v_touched text := '';
  v_asking uuid[];
  v_undone uuid[];
  -- Leases, and those of them that are of the run at hand: from this one on.
  leases integer := 0;
  first_lease integer;
  l_run uuid[];
  l_organisation uuid[];
  l_step text[];
  l_path text[];
  l_visit integer[];
  l_stage text[];
  l_attempt integer[];
  l_tries integer[];
  l_fence bigint[];
  l_owner text[];
  l_until timestamptz[];
  l_input jsonb[];
  l_started timestamptz[];
  -- Checkpoints.
  checkpoints integer := 0;
  first_checkpoint integer;
  c_run uuid[];
  c_step text[];
  c_path text[];
  c_visit integer[];
  c_output jsonb[];
  c_finished timestamptz[];
  -- Events.
  events integer := 0;
  e_run uuid[];
  e_seq bigint[];
  e_organisation uuid[];
  e_type text[];
  e_at timestamptz[];
  e_attempt integer[];
  e_step text[];
  e_path text[];
  e_visit integer[];
  e_stage text[];
  e_data jsonb[];
  -- Runs that go on.
  runs integer := 0;
  r_id uuid[];
  r_organisation uuid[];
  r_seq bigint[];
  r_at timestamptz[];
  r_tallies text[];
  r_said jsonb[];
begin
  if v_count > 1 then
    select array_agg(a.place order by (a.ask ->> 'run')::uuid, a.place) into v_order
    from jsonb_array_elements(p_asks) with ordinality a (ask, place);
  end if;
  v_answers := array_fill(null::jsonb, array[v_count]);
  for v_nth in 1 .. v_count loop
    v_place := case when v_count > 1 then v_order[v_nth] else 1 end;
    v_ask := p_asks -> (v_place - 1);
    v_id := v_ask ->> 'run';
    v_name := v_ask ->> 'step';
    v_path := v_ask ->> 'itemPath';
    v_visit := v_ask -> 'visit';
    v_fence := v_ask -> 'fence';
    if v_id is distinct from v_of_run then
      v_of_run := v_id;
      select id, organisation_id, status, attempt, last_seq, updated_at, finished_at, cancel_requested_at, stage_keys, tallies,
        said, created_by, name, priority, correlation_id, open_approvals
      into v_run from longhaul.runs where id = v_id for update;
      v_seq := v_run.last_seq;
      v_tallies := v_run.tallies;
      v_words := v_run.said;
      v_now := clock_timestamp();
      v_at := greatest(v_now, v_run.updated_at);
      -- The execution may be faster than the note that it was sent.
      v_begins := v_run.status in ('queued', 'waiting');
      v_changed := false;
      first_lease := leases + 1;
      first_checkpoint := checkpoints + 1;
    end if;

    if v_fence is null then
      v_reason := case
        when v_run.id is null then 'ended'
        when v_run.cancel_requested_at is not null then 'cancelled'
        when v_run.finished_at is not null then 'ended'
        when v_run.attempt <> (v_ask -> 'attempt')::integer then 'stale_attempt'
      end;
      if v_reason is not null then
        v_answers[v_place] := jsonb_build_object('kind', 'ended', 'reason', v_reason);
        continue;
      end if;
      select status, attempt, tries, fence, lease_owner, lease_expires_at, progress, stage, output, started_at, finished_at, generation
      into v_step from longhaul.run_steps where run_id = v_id and step = v_name and item_path = v_path and visit = v_visit;
      if v_step.status = 'succeeded' then
        -- The time of a checkpoint is told as it was the first time, to the letter.
        v_answers[v_place] := jsonb_build_object('kind', 'done', 'output', v_step.output,
          'completedAt', longhaul.iso(v_step.finished_at));
        continue;
      end if;
      -- Who asks again under the same name is the same invocation, run again because its process was lost: it goes on at once.
      v_resumes := coalesce(v_step.status = 'running' and v_step.lease_owner = v_ask ->> 'owner' and v_step.attempt = v_run.attempt, false);
      v_until := case when v_step.status = 'running' and not v_resumes then v_step.lease_expires_at end;
      -- Of two that ask in the same batch the first has it; one that is stored in it is done in a moment.
      for i in first_lease .. leases loop
        if l_step[i] = v_name and l_path[i] = v_path and l_visit[i] = v_visit then
          v_until := l_until[i];
        end if;
      end loop;
      for i in first_checkpoint .. checkpoints loop
        if c_step[i] = v_name and c_path[i] = v_path and c_visit[i] = v_visit then
          v_until := v_now + interval '0.01 s';
        end if;
      end loop;
      if v_until > v_now then
        v_answers[v_place] := jsonb_build_object('kind', 'busy', 'retryAfterMs', ceil(extract(epoch from v_until - v_now) * 1000));
        continue;
      end if;

      if v_begins then
        v_begins := false;
        v_seq := v_seq + 1;
        insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, data)
        values (v_id, v_seq, v_run.organisation_id, 'run.started', v_at, v_run.attempt,
          case v_run.status when 'waiting' then '{"resumed": true}'::jsonb else '{}' end);
        if v_run.status = 'waiting' then
          perform longhaul.park_attempt(v_id, v_run.attempt, false);
        end if;
        update longhaul.runs set status = 'running', status_reason = null, started_at = coalesce(started_at, v_at) where id = v_id;
      end if;
      v_stage := v_ask ->> 'stage';
      if v_step.fence is not null then
        v_known := 4 * array_position(v_run.stage_keys, v_step.stage) - 3;
        if v_known is not null then
          v_tallies[v_known] := v_tallies[v_known] - 1;
          v_tallies[v_known + 2] := v_tallies[v_known + 2] - (v_step.status = 'failed')::integer;
          v_tallies[v_known + 3] := v_tallies[v_known + 3] - longhaul.billionths(v_step.progress);
        end if;
      end if;
      v_known := 4 * array_position(v_run.stage_keys, v_stage) - 3;
      if v_known is not null then
        v_tallies[v_known] := v_tallies[v_known] + 1;
        if v_step.progress > 0 then
          v_tallies[v_known + 3] := v_tallies[v_known + 3] + longhaul.billionths(v_step.progress);
        end if;
      end if;
      leases := leases + 1;
      l_run[leases] := v_id;
      l_organisation[leases] := v_run.organisation_id;
      l_step[leases] := v_name;
      l_path[leases] := v_path;
      l_visit[leases] := v_visit;
      l_stage[leases] := v_stage;
      l_attempt[leases] := v_run.attempt;
      l_tries[leases] := case when v_resumes then v_step.tries when v_step.attempt = v_run.attempt then v_step.tries + 1 else 1 end;
      l_fence[leases] := coalesce(v_step.fence, 0) + 1;
      l_owner[leases] := v_ask ->> 'owner';
      l_until[leases] := v_now + make_interval(secs => (v_ask -> 'leaseSeconds')::double precision);
      l_input[leases] := coalesce(v_ask -> 'input', 'null');
      l_started[leases] := v_now;
      if v_run.created_by is distinct from v_by or v_run.organisation_id is distinct from v_in then
        v_by := v_run.created_by;
        v_in := v_run.organisation_id;
        -- Who started a run, for a handler.
        select jsonb_build_object('id', u.id, 'role', m.role, 'email', u.email, 'phone', p.phone, 'pushTarget', p.push_target,
          'notificationChannel', p.notification_channel)
        into v_starter
        from auth.users u
        join longhaul.profiles p on p.user_id = u.id
        left join longhaul.memberships m on m.user_id = u.id and m.organisation_id = v_in
        where u.id = v_by;
      end if;
      v_answers[v_place] := jsonb_build_object('kind', 'acquired', 'fence', l_fence[leases], 'try', l_tries[leases],
        'generation', coalesce(v_step.generation, 0), 'context', jsonb_build_object('organisationId', v_run.organisation_id,
          'name', v_run.name, 'priority', v_run.priority, 'correlationId', v_run.correlation_id, 'startedBy', v_starter));
      v_seq := v_seq + 1;
      events := events + 1;
      e_type[events] := 'step.started';
      e_data[events] := jsonb_build_object('try', l_tries[leases]);
    else
      continue when v_run.id is null or v_run.finished_at is not null;
      select stage, tries, progress, undoes, started_at into v_step from longhaul.run_steps
      where run_id = v_id and step = v_name and item_path = v_path and visit = v_visit and fence = v_fence and status = 'running';
      continue when not found;
      -- Of two with the same lease in one batch the first counts.
      v_until := null;
      for i in first_checkpoint .. checkpoints loop
        if c_step[i] = v_name and c_path[i] = v_path and c_visit[i] = v_visit then
          v_until := v_now;
        end if;
      end loop;
      for i in first_lease .. leases loop
        if l_step[i] = v_name and l_path[i] = v_path and l_visit[i] = v_visit then
          v_until := v_now;
        end if;
      end loop;
      continue when v_until is not null;

      v_stage := v_step.stage;
      v_known := 4 * array_position(v_run.stage_keys, v_stage) - 3;
      if v_known is not null then
        v_tallies[v_known + 1] := v_tallies[v_known + 1] + 1;
        if v_step.progress > 0 then
          v_tallies[v_known + 3] := v_tallies[v_known + 3] - longhaul.billionths(v_step.progress);
        end if;
        if v_words is not null then
          v_words := longhaul.unsaid(v_words, v_stage, concat_ws(' ', v_name, v_path, v_visit));
        end if;
      end if;
      if v_ask -> 'events' <> '[]' then
        for v_said in select value from jsonb_array_elements(v_ask -> 'events') where value ->> 'type' in ('step.progress', 'step.log') loop
          v_seq := v_seq + 1;
          events := events + 1;
          e_run[events] := v_id;
          e_seq[events] := v_seq;
          e_organisation[events] := v_run.organisation_id;
          e_type[events] := v_said ->> 'type';
          e_at[events] := v_at;
          e_attempt[events] := v_run.attempt;
          e_step[events] := v_name;
          e_path[events] := v_path;
          e_visit[events] := v_visit;
          e_stage[events] := v_stage;
          e_data[events] := coalesce(v_said -> 'data', '{}');
        end loop;
      end if;
      v_seq := v_seq + 1;
      events := events + 1;
      if v_step.undoes is null then
        e_type[events] := 'step.succeeded';
        e_data[events] := jsonb_build_object('try', v_step.tries);
      else
        e_type[events] := 'compensation.done';
        e_data[events] := jsonb_build_object('try', v_step.tries, 'undoes', v_step.undoes);
        update longhaul.run_steps
        set status = 'undone', output = null, progress = 0, generation = generation + 1
        where run_id = v_id and step = v_step.undoes and item_path = v_path and visit = v_visit and status = 'succeeded';
        v_undone := v_undone || v_id;
      end if;
      if v_run.open_approvals > 0 then
        v_asking := v_asking || v_id;
      end if;
      checkpoints := checkpoints + 1;
      c_run[checkpoints] := v_id;
      c_step[checkpoints] := v_name;
      c_path[checkpoints] := v_path;
      c_visit[checkpoints] := v_visit;
      c_output[checkpoints] := coalesce(v_ask -> 'output', 'null');
      c_finished[checkpoints] := greatest(v_now, v_step.started_at);
      v_answers[v_place] := to_jsonb(to_char(c_finished[checkpoints] at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
    end if;

    -- The event that goes with it, and how far the run is now.
    e_run[events] := v_id;
    e_seq[events] := v_seq;
    e_organisation[events] := v_run.organisation_id;
    e_at[events] := v_at;
    e_attempt[events] := v_run.attempt;
    e_step[events] := v_name;
    e_path[events] := v_path;
    e_visit[events] := v_visit;
    e_stage[events] := v_stage;
    if not v_changed then
      v_changed := true;
      runs := runs + 1;
    end if;
    r_id[runs] := v_id;
    r_organisation[runs] := v_run.organisation_id;
    r_seq[runs] := v_seq;
    r_at[runs] := v_at;
    r_tallies[runs] := v_tallies::text;
    r_said[runs] := v_words;
  end loop;
  if runs = 0 then
    return to_jsonb(v_answers);
  end if;

  if leases > 0 then
    insert into longhaul.run_steps as s (run_id, step, item_path, visit, organisation_id, stage, status, attempt, tries, fence,
      lease_owner, lease_expires_at, input, started_at)
    select l_run[i], l_step[i], l_path[i], l_visit[i], l_organisation[i], l_stage[i], 'running', l_attempt[i], l_tries[i],
      l_fence[i], l_owner[i], l_until[i], l_input[i], l_started[i]
    from generate_series(1, leases) i
    on conflict (run_id, step, item_path, visit) do update set
      status = excluded.status, attempt = excluded.attempt, tries = excluded.tries, fence = excluded.fence,
      input = excluded.input, stage = excluded.stage, lease_owner = excluded.lease_owner,
      lease_expires_at = excluded.lease_expires_at, finished_at = null, output = null;
  end if;
  if checkpoints > 0 then
    update longhaul.run_steps s
    set status = 'succeeded', output = c_output[i], progress = 1, finished_at = c_finished[i], error = null, message = null,
      lease_owner = null, lease_expires_at = null
    from generate_series(1, checkpoints) i
    where s.run_id = c_run[i] and s.step = c_step[i] and s.item_path = c_path[i] and s.visit = c_visit[i];
  end if;
  insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, step, item_path, visit, stage, data)
  select e_run[i], e_seq[i], e_organisation[i], e_type[i], e_at[i], e_attempt[i], e_step[i], e_path[i], e_visit[i], e_stage[i], e_data[i]
  from generate_series(1, events) i;
  update longhaul.runs r
  set last_seq = r_seq[i], updated_at = r_at[i], tallies = r_tallies[i]::bigint[], said = r_said[i]
  from generate_series(1, runs) i where r.id = r_id[i];

  if v_undone is not null then
    update longhaul.runs r set (tallies, said) = (select c.tallies, c.said from longhaul.stages_counted(r.id, r.stage_keys) c)
    where r.id = any (v_undone);
  end if;
  for i in 1 .. runs loop
    v_touched := v_touched || longhaul.touched(r_organisation[i], r_id[i], r_seq[i]);
  end loop;
  if v_asking is null then
    perform longhaul.ring(v_touched);
  else
    perform longhaul.touch(v_touched);
    -- Each once: what the end of a step means for a run that waits for people.
    for v_id in select distinct id from unnest(v_asking) id order by id loop
      perform longhaul.append_events(v_id, longhaul.after_step(v_id));
    end loop;
    update longhaul.runs set status_reason = status_reason where id = r_id[1];
  end if;
  return to_jsonb(v_answers);
end
$$;

-- Takes leases of checkpoints and stores outputs of steps, of many runs at once and in one transaction. p_asks is an array;
-- the answer has for each, in its order:
--
-- Of a lease { run, attempt, step, itemPath, visit, stage, input, owner, leaseSeconds }: { kind: acquired, fence, try,
-- generation, context } | { kind: done, output, completedAt } | { kind: busy, retryAfterMs } | { kind: ended, reason }.
--
-- Of a checkpoint { run, step, itemPath, visit, fence, output, events }, which has a fence: when it was stored (ISO 8601), or
-- null where the lease was lost. Of a compensation: the checkpoint which it has taken back is none any more, so that a later
-- attempt does the step anew.
create function longhaul.write_steps(p_asks jsonb) returns jsonb
language plpgsql security definer
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set search_path = '' as $$
declare
  v_answers jsonb;
begin
  if jsonb_array_length(p_asks) = 1 then
    if p_asks -> 0 ? 'fence' then
      v_answers := longhaul.checkpoint_alone(p_asks -> 0);
    else
      v_answers := longhaul.lease_alone(p_asks -> 0);
    end if;
  end if;
  return coalesce(v_answers, longhaul.write_batch(p_asks));
end
$$;

-- The names that workers of before know.
create or replace function longhaul.lease_steps(p_requests jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  return longhaul.write_steps(p_requests);
end
$$;

create or replace function longhaul.checkpoint_steps(p_writes jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  return longhaul.write_steps(p_writes);
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.write_steps(jsonb) to longhaul_worker;
