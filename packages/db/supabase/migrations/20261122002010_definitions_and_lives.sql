-- What a workflow was when a run of it began: each run keeps the definition whose hash it names. The same for all
-- organisations, and written by whoever is deployed.
create table longhaul.definitions (
  hash text primary key,
  workflow text not null,
  -- ASL text with placeholders for ARNs, as it was hashed.
  template text not null,
  graph jsonb not null,
  -- The compensation of each state that has one: { "Charge": "Refund" }.
  compensations jsonb not null default '{}',
  undo_template text,
  created_at timestamptz not null default clock_timestamp(),
  constraint definitions_hash_form check (hash ~ '^[0-9a-f]{64}$'),
  constraint definitions_compensations_are_named check (jsonb_typeof(compensations) = 'object'),
  constraint definitions_undo_if_compensations check ((compensations = '{}') = (undo_template is null))
);
alter table longhaul.definitions enable row level security;
create policy definitions_of_everyone on longhaul.definitions for select to authenticated using (true);
grant select on longhaul.definitions to authenticated;

create function longhaul.put_definition(
  p_hash text, p_workflow text, p_template text, p_graph jsonb, p_compensations jsonb, p_undo_template text) returns void
language sql security definer set search_path = '' as $$
  insert into longhaul.definitions (hash, workflow, template, graph, compensations, undo_template)
  values (p_hash, p_workflow, p_template, p_graph, p_compensations, p_undo_template)
  on conflict (hash) do nothing
$$;

create domain longhaul.open_approvals as integer constraint runs_open_approvals_natural check (value >= 0);
alter table longhaul.runs
  -- How many approvals it waits for; while these are all it does, it is "waiting".
  add open_approvals longhaul.open_approvals not null default 0;

alter table longhaul.run_attempts
  -- The execution that takes back what this attempt and those before it have done, after a cancel.
  add undo_name text,
  add undo_input text,
  add undo_begun_at timestamptz,
  add undo_sent_at timestamptz,
  add undo_execution_arn text;
create unique index run_attempts_undo_name on longhaul.run_attempts (undo_name) where undo_name is not null;

alter table longhaul.run_steps
  -- Of a compensation: the state whose effect it takes back.
  add undoes text,
  -- How often the step was undone: a step that is done anew is another request to a third party.
  add generation integer not null default 0,
  -- The run that the checkpoint was copied from, whose effect it is.
  add copied_from uuid;

-- A decision that a run waits for. Its checkpoint is a row of run_steps, "waiting" until it is decided.
create table longhaul.approvals (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  run_id uuid not null references longhaul.runs (id) on delete cascade,
  state text not null,
  item_path text not null,
  visit integer not null,
  attempt integer not null,
  title text not null,
  role text not null,
  -- JSON schema of what may be decided.
  form jsonb not null,
  -- What is shown to who decides.
  details jsonb not null,
  status text not null default 'open',
  decision jsonb,
  decided_by uuid references auth.users (id) on delete set null,
  decided_at timestamptz,
  deadline timestamptz,
  task_token text not null,
  -- When Step Functions was told, or can no longer be told.
  token_resolved_at timestamptz,
  token_tried_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  constraint approvals_once unique (run_id, state, item_path, visit),
  constraint approvals_status_known check (status in ('open', 'decided', 'expired', 'cancelled')),
  constraint approvals_role_known check (role in ('viewer', 'operator', 'admin', 'owner')),
  constraint approvals_title_length check (char_length(title) between 1 and 500),
  constraint approvals_form_is_object check (jsonb_typeof(form) = 'object'),
  constraint approvals_decided_has_time check ((status in ('decided', 'expired')) = (decided_at is not null)),
  constraint approvals_decided_has_decision check (status <> 'decided' or decision is not null),
  constraint approvals_decision_if_over check (status in ('decided', 'expired') or decision is null),
  constraint approvals_resolved_if_over check (token_resolved_at is null or status <> 'open')
);
create index approvals_newest on longhaul.approvals (organisation_id, created_at desc, id desc);
create index approvals_inbox on longhaul.approvals (organisation_id, created_at desc, id desc) where status = 'open';
create index approvals_unresolved on longhaul.approvals (decided_at) where token_resolved_at is null and decided_at is not null;
alter table longhaul.approvals enable row level security;
create policy approvals_of_members on longhaul.approvals for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
-- All but the token, with which anybody could answer Step Functions.
grant select (id, organisation_id, run_id, state, item_path, visit, attempt, title, role, form, details, status, decision,
  decided_by, decided_at, deadline, token_resolved_at, created_at) on longhaul.approvals to authenticated;

-- What follows for a run's state from the approvals it waits for: no event, or one. A run whose open approvals are
-- all that it does is waiting; else it goes on.
create function longhaul.waiting_events(p_run longhaul.runs, p_open_approvals integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_approval longhaul.approvals;
  v_reason text;
begin
  if p_open_approvals > 0 and not exists (
    select from longhaul.run_steps where run_id = p_run.id and attempt = p_run.attempt and status in ('running', 'retrying')
  ) then
    select * into v_approval from longhaul.approvals
    where run_id = p_run.id and status = 'open' order by created_at, id limit 1;
    v_reason := format('%s %s has to approve: %s', case when v_approval.role in ('operator', 'admin', 'owner') then 'An' else 'A' end,
      v_approval.role, v_approval.title);
    if p_run.status in ('queued', 'running') or (p_run.status = 'waiting' and p_run.status_reason is distinct from v_reason) then
      return jsonb_build_array(jsonb_build_object('type', 'run.waiting',
        'data', jsonb_build_object('waitingFor', v_reason, 'approvalId', v_approval.id)));
    end if;
  elsif p_run.status = 'waiting' then
    return '[{"type": "run.started", "data": {"resumed": true}}]';
  end if;
  return '[]';
end
$$;

-- Fences every step that is at work: who holds it can write nothing more. Whether there was one.
create function longhaul.stop_steps(p_run uuid) returns boolean
language plpgsql security definer set plan_cache_mode = force_generic_plan set enable_seqscan = off set search_path = '' as $$
begin
  update longhaul.run_steps
  set status = 'failed', finished_at = greatest(clock_timestamp(), started_at), lease_owner = null, lease_expires_at = null,
    error = coalesce(error, '{"code": "RUN_ENDED", "message": "The run ended while this step was at work."}')
  where run_id = p_run and status in ('running', 'retrying', 'waiting');
  return found;
end
$$;

-- What is left of the current attempt when a run ends: no slot, no lease, no step that seems to run on, nobody to be asked.
drop function longhaul.end_attempt(uuid);
create function longhaul.end_attempt(p_run uuid) returns void
language plpgsql security definer set plan_cache_mode = force_generic_plan set enable_seqscan = off set search_path = '' as $$
begin
  with closed as (
    update longhaul.run_attempts set closed_at = clock_timestamp() where run_id = p_run and closed_at is null
    returning organisation_id, user_id, admission, parked
  )
  insert into longhaul.queue_wakes
  select organisation_id, user_id from closed where admission = 'admitted' and not parked;
  perform longhaul.stop_steps(p_run);
  if (select open_approvals > 0 from longhaul.runs where id = p_run) then
    update longhaul.approvals set status = 'cancelled' where run_id = p_run and status = 'open';
    update longhaul.runs set open_approvals = 0 where id = p_run;
  end if;
end
$$;

-- Whether there is an effect of the run's own that a compensation can take back.
create function longhaul.has_to_undo(p_run uuid, p_definition text) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from longhaul.definitions d
    join longhaul.run_steps s on s.run_id = p_run and s.status = 'succeeded' and s.copied_from is null and d.compensations ? s.step
    where d.hash = p_definition and d.compensations <> '{}')
$$;

-- Begins to take back what a run has done, where there is something: an execution of the workflow's second machine is
-- to be sent, as the text that is stored here. True where the undo has begun, now or before.
create function longhaul.begin_undo(p_run longhaul.runs) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_attempt longhaul.run_attempts;
begin
  select * into v_attempt from longhaul.run_attempts where run_id = p_run.id and attempt = p_run.attempt for update;
  if v_attempt.undo_begun_at is not null then
    return true;
  elsif not longhaul.has_to_undo(p_run.id, p_run.definition_hash) then
    return false;
  end if;
  -- Whoever stopped the execution without asking here has cancelled the run, too.
  if p_run.cancel_requested_at is null then
    perform longhaul.append_events(p_run.id, '[{"type": "run.cancelling", "data": {"by": null}}]');
  end if;
  update longhaul.run_attempts
  set undo_begun_at = clock_timestamp(), undo_name = v_attempt.execution_name || '-undo',
    undo_input = ((v_attempt.execution_input::jsonb - 'input') || '{"input": {}}')::text
  where run_id = p_run.id and attempt = p_run.attempt;
  update longhaul.approvals set status = 'cancelled' where run_id = p_run.id and status = 'open';
  return true;
end
$$;

-- Asks for a run's end. A run that nobody has begun to send, and that has nothing to take back, ends at once; any other
-- is cancelling until its execution has stopped and its undo has ended. Asking again changes nothing. Returns the run's
-- status after it; whether somebody is sending it at this moment; and whether its undo has begun, since there is nothing
-- to stop.
drop function longhaul.request_cancel(uuid, uuid);
create function longhaul.request_cancel(
  p_organisation uuid, p_run uuid, out status text, out execution_name text, out execution_arn text, out being_sent boolean,
  out undo boolean)
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
  undo := v_attempt.undo_begun_at is not null;
  being_sent := v_attempt.sent_at is null and coalesce(v_attempt.held_until > clock_timestamp(), false);
  if v_run.status <> 'cancelling' then
    perform longhaul.append_events(p_run, jsonb_build_array(
      jsonb_build_object('type', 'run.cancelling', 'data', jsonb_build_object('by', (select auth.uid())))));
  end if;
  if v_run.status = 'queued' and v_attempt.sent_at is null and v_attempt.tries = 0 and v_attempt.held_until is null then
    select * into v_run from longhaul.runs r where r.id = p_run;
    undo := longhaul.begin_undo(v_run);
    if not undo then
      perform longhaul.end_attempt(p_run);
      perform longhaul.append_events(p_run, '[{"type": "run.cancelled"}]');
    end if;
  end if;
  select r.status into request_cancel.status from longhaul.runs r where r.id = p_run;
  request_cancel.execution_name := v_attempt.execution_name;
  request_cancel.execution_arn := v_attempt.execution_arn;
end
$$;

-- Ends a run by how its execution ended. p_outcome: { status: succeeded, output } | { status: failed | timed_out, error }
-- | { status: cancelled }. False where the run had ended before, goes on with another attempt, or has first to take back
-- what it did: then its undo has begun.
create or replace function longhaul.close_run(p_run uuid, p_attempt integer, p_outcome jsonb) returns boolean
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
  if v_status = 'cancelled' and longhaul.begin_undo(v_run) then
    return false;
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

create function longhaul.mark_undo_sent(p_run uuid, p_attempt integer, p_execution_arn text) returns void
language sql security definer set search_path = '' as $$
  update longhaul.run_attempts set undo_sent_at = clock_timestamp(), undo_execution_arn = p_execution_arn
  where run_id = p_run and attempt = p_attempt and undo_begun_at is not null and undo_sent_at is null
$$;

-- What a run's undo takes back, the last done first: [{ state, itemPath, visit, compensation }]. Null while a step is
-- still at work: it has been told to stop, and what it stores until then is taken back with the rest. After this no step
-- can store anything more.
create function longhaul.list_compensations(p_run uuid, p_attempt integer) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
begin
  select * into v_run from longhaul.runs where id = p_run for update;
  if v_run.id is null or v_run.finished_at is not null or v_run.attempt <> p_attempt or v_run.status <> 'cancelling' then
    return '[]';
  elsif exists (
    select from longhaul.run_steps
    where run_id = p_run and undoes is null and status = 'running' and lease_expires_at > clock_timestamp()
  ) then
    return null;
  end if;
  perform longhaul.stop_steps(p_run);
  return (
    select coalesce(jsonb_agg(jsonb_build_object('state', s.step, 'itemPath', s.item_path, 'visit', s.visit,
      'compensation', d.compensations ->> s.step) order by s.finished_at desc, s.step, s.item_path desc, s.visit desc), '[]')
    from longhaul.run_steps s join longhaul.definitions d on d.hash = v_run.definition_hash and d.compensations ? s.step
    where s.run_id = p_run and s.status = 'succeeded' and s.copied_from is null);
end
$$;

-- Ends a cancelled run by how its undo ended: p_error is null where it succeeded. What is not taken back then is a
-- failure all the same.
create function longhaul.close_undo(p_run uuid, p_attempt integer, p_error jsonb) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_error jsonb := p_error;
begin
  select r.* into v_run from longhaul.runs r
  join longhaul.run_attempts a on a.run_id = r.id and a.attempt = r.attempt and a.undo_begun_at is not null
  where r.id = p_run for update of r;
  if v_run.id is null or v_run.finished_at is not null or v_run.attempt <> p_attempt then
    return false;
  end if;
  if v_error is null and longhaul.has_to_undo(p_run, v_run.definition_hash) then
    v_error := '{"code": "COMPENSATION_FAILED", "message": "The run was cancelled, but not everything that it did could be taken back."}';
  end if;
  perform longhaul.end_attempt(p_run);
  perform longhaul.append_events(p_run, jsonb_build_array(case
    when v_error is null then '{"type": "run.cancelled"}'
    else jsonb_build_object('type', 'run.failed', 'data', jsonb_build_object('error', v_error)) end));
  return true;
end
$$;

-- Queues an ended run again as its next attempt, which is answered from the checkpoints as far as they go: by the version
-- of the workflow that it was sent to first, since these are that one's. A run that has succeeded has nothing to try again.
create function longhaul.retry_run(p_organisation uuid, p_run uuid) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  select * into v_run from longhaul.runs r where r.id = p_run and r.organisation_id = p_organisation for update;
  if v_run.id is null then
    perform longhaul.refuse('RUN_NOT_FOUND', 'There is no such run.');
  elsif v_run.finished_at is null then
    perform longhaul.refuse('RUN_NOT_ENDED', 'This run is still under way.');
  elsif v_run.status = 'succeeded' then
    perform longhaul.refuse('RUN_SUCCEEDED', 'This run has succeeded. Run it anew to repeat it.');
  end if;
  with queued as (
    insert into longhaul.run_attempts (run_id, attempt, organisation_id, user_id, rank, execution_name, execution_input,
      state_machine_arn)
    select run_id, v_run.attempt + 1, organisation_id, user_id, rank, run_id || '-' || v_run.attempt + 1,
      jsonb_set(execution_input::jsonb, '{attempt}', to_jsonb(v_run.attempt + 1))::text, state_machine_arn
    from longhaul.run_attempts where run_id = p_run and attempt = v_run.attempt
    returning organisation_id, user_id
  )
  insert into longhaul.queue_wakes select organisation_id, user_id from queued;
  -- They are tried again, and no longer what the stages have failed by.
  update longhaul.run_steps set status = 'retrying', finished_at = null
  where run_id = p_run and status = 'failed' and undoes is null;
  update longhaul.runs
  set status = 'queued', attempt = attempt + 1, error = null, finished_at = null, started_at = null, cancel_requested_at = null,
    checked_at = null
  where id = p_run;
  perform longhaul.append_events(p_run, jsonb_build_array(
    jsonb_build_object('type', 'run.retried', 'data', jsonb_build_object('by', (select auth.uid()))),
    '{"type": "run.queued", "data": {"reason": null}}'::jsonb));
  return v_run.attempt + 1;
end
$$;

-- Copies into a run that is queued anew what an earlier run of the same workflow had done before it came to p_step:
-- every checkpoint that was completed before that step was, and before the first of the edited ones was. p_edits is
-- [{ step, itemPath, visit, output }]: these take the place of what was there, or of what had failed. Times stay as they
-- were, so that waits already served pass at once. With another input, what people approved for the first one is asked
-- anew, and what came after it is done anew. Returns how many checkpoints there are now.
create function longhaul.copy_checkpoints(
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
  update longhaul.runs r set (stages, progress) = (select c.stages, c.progress from longhaul.stages_counted(r.id, r.stages) c)
  where r.id = p_to;
  return (select count(*) from longhaul.run_steps where run_id = p_to);
end
$$;

-- What the end of a step's try means for a run that waits for approvals, too.
create function longhaul.after_step(p_run uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_run longhaul.runs;
begin
  select * into v_run from longhaul.runs where id = p_run and open_approvals > 0;
  return case when found then longhaul.waiting_events(v_run, v_run.open_approvals) else '[]' end;
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function
  longhaul.put_definition(text, text, text, jsonb, jsonb, text),
  longhaul.mark_undo_sent(uuid, integer, text),
  longhaul.list_compensations(uuid, integer),
  longhaul.close_undo(uuid, integer, jsonb)
to longhaul_dispatcher;
grant execute on function
  longhaul.request_cancel(uuid, uuid),
  longhaul.retry_run(uuid, uuid),
  longhaul.copy_checkpoints(uuid, uuid, uuid, text, jsonb, text[])
to authenticated;
