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

alter table longhaul.runs
  -- How many approvals it waits for; while these are all it does, it is "waiting".
  add open_approvals integer not null default 0,
  add constraint runs_open_approvals_natural check (open_approvals >= 0);

alter table longhaul.run_attempts
  -- The execution that takes back what this attempt and those before it have done, after a cancel.
  add undo_name text unique,
  add undo_input text,
  add undo_begun_at timestamptz,
  add undo_sent_at timestamptz,
  add undo_execution_arn text,
  add constraint run_attempts_undo_is_whole check (
    (undo_begun_at is null) = (undo_name is null) and (undo_begun_at is null) = (undo_input is null)
    and (undo_sent_at is null) = (undo_execution_arn is null) and (undo_sent_at is null or undo_begun_at is not null));

alter table longhaul.run_steps
  -- Of a compensation: the state whose effect it takes back.
  add undoes text,
  -- How often the step was undone: a step that is done anew is another request to a third party.
  add generation integer not null default 0,
  -- The run that the checkpoint was copied from, whose effect it is.
  add copied_from uuid,
  drop constraint run_steps_status_known,
  drop constraint run_steps_finished_if_final,
  add constraint run_steps_status_known check (status in ('running', 'retrying', 'waiting', 'succeeded', 'failed', 'undone')),
  add constraint run_steps_finished_if_final check ((status in ('succeeded', 'failed', 'undone')) = (finished_at is not null));

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

-- Appends events to a run's log and folds them into the run, in one transaction. p_events is an array of
-- { type, step?, itemPath?, visit?, stage?, data? }; p_output is the run's output, with run.succeeded only.
-- Numbers are gapless: the run's row is locked first. An ended run takes no more events. Returns the last number.
create or replace function longhaul.append_events(p_run uuid, p_events jsonb, p_output jsonb default null) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_at timestamptz;
  v_count integer := jsonb_array_length(p_events);
  v_types text[];
  v_status text;
  v_last jsonb;
  v_progress double precision;
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

  with inserted as (
    insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, step, item_path, visit, stage, data)
    select p_run, v_run.last_seq + e.place, v_run.organisation_id, e.event ->> 'type', v_at, v_run.attempt,
      e.event ->> 'step', e.event ->> 'itemPath', (e.event ->> 'visit')::integer, e.event ->> 'stage',
      coalesce(e.event -> 'data', '{}')
    from jsonb_array_elements(p_events) with ordinality e (event, place)
    returning seq, type
  )
  select array_agg(type order by seq) into v_types from inserted;

  if 'step.progress' = any (v_types) then
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

  -- The last event that says what the run's state is.
  v_status := v_run.status;
  for i in reverse v_count .. 1 loop
    v_status := case v_types[i]
      when 'run.queued' then 'queued'
      when 'run.started' then case v_run.status when 'cancelling' then 'cancelling' else 'running' end
      when 'run.waiting' then case v_run.status when 'cancelling' then 'cancelling' else 'waiting' end
      when 'run.cancelling' then 'cancelling'
      when 'run.succeeded' then 'succeeded'
      when 'run.failed' then 'failed'
      when 'run.cancelled' then 'cancelled'
      when 'run.timed_out' then 'timed_out'
    end;
    if v_status is not null then
      v_last := p_events -> i - 1;
      exit;
    end if;
    v_status := v_run.status;
  end loop;
  if v_status = 'queued' and v_run.status <> 'queued' then
    perform longhaul.refuse('RUN_NOT_QUEUED', format('A run that is %s cannot be queued.', v_run.status));
  end if;

  v_progress := v_run.progress;
  -- Only what steps say moves a stage; and the end of a run, which may have ended steps.
  if v_types && array['step.started', 'step.progress', 'step.retrying', 'step.succeeded', 'step.failed', 'run.retried',
    'run.succeeded', 'run.failed', 'run.cancelled', 'run.timed_out', 'approval.requested', 'approval.decided', 'compensation.done'] then
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
    started_at = coalesce(v_run.started_at, case when 'run.started' = any (v_types) then v_at end),
    finished_at = case when v_status in ('succeeded', 'failed', 'cancelled', 'timed_out') then v_at end,
    cancel_requested_at = coalesce(v_run.cancel_requested_at, case when v_status = 'cancelling' then v_at end),
    stages = v_run.stages,
    progress = case when v_status = 'succeeded' then 1 else v_progress end
  where id = p_run;
  perform longhaul.touch(p_run);
  return v_run.last_seq + v_count;
end
$$;

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

-- Fences every step that is at work: who holds it can write nothing more.
create function longhaul.stop_steps(p_run uuid) returns void
language sql security definer set search_path = '' as $$
  update longhaul.run_steps
  set status = 'failed', finished_at = greatest(clock_timestamp(), started_at), lease_owner = null, lease_expires_at = null,
    error = coalesce(error, '{"code": "RUN_ENDED", "message": "The run ended while this step was at work."}')
  where run_id = p_run and status in ('running', 'retrying', 'waiting')
$$;

-- What is left of the current attempt when a run ends: no lease, no step that seems to run on, nobody to be asked.
create or replace function longhaul.end_attempt(p_run uuid) returns void
language sql security definer set search_path = '' as $$
  update longhaul.run_attempts set closed_at = clock_timestamp() where run_id = p_run and closed_at is null;
  select longhaul.stop_steps(p_run);
  update longhaul.approvals set status = 'cancelled' where run_id = p_run and status = 'open';
  update longhaul.runs set open_approvals = 0 where id = p_run and open_approvals > 0
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
  insert into longhaul.run_attempts (run_id, attempt, organisation_id, execution_name, execution_input, state_machine_arn)
  select run_id, v_run.attempt + 1, organisation_id, run_id || '-' || v_run.attempt + 1,
    jsonb_set(execution_input::jsonb, '{attempt}', to_jsonb(v_run.attempt + 1))::text, state_machine_arn
  from longhaul.run_attempts where run_id = p_run and attempt = v_run.attempt;
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
  return (select count(*) from longhaul.run_steps where run_id = p_to);
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
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'held', r.finished_at is null and s.run_id is not null,
    'cancelRequested', r.cancel_requested_at is not null and s.undoes is null)
  from longhaul.runs r
  left join longhaul.run_steps s on s.run_id = r.id and s.step = p_step and s.item_path = p_item_path and s.visit = p_visit
    and s.fence = p_fence and s.status = 'running'
  where r.id = p_run
$$;

-- What a handler learns of its run.
create function longhaul.lease_context(p_run longhaul.runs) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'organisationId', p_run.organisation_id, 'name', p_run.name, 'priority', p_run.priority,
    'correlationId', p_run.correlation_id, 'startedBy', (
      select jsonb_build_object('id', u.id, 'role', m.role, 'email', u.email, 'phone', p.phone, 'pushTarget', p.push_target,
        'notificationChannel', p.notification_channel)
      from auth.users u
      join longhaul.profiles p on p.user_id = u.id
      left join longhaul.memberships m on m.user_id = u.id and m.organisation_id = p_run.organisation_id
      where u.id = p_run.created_by))
$$;

-- Takes the lease of a checkpoint, or says why not:
-- { kind: acquired, fence, try, generation, context } | { kind: done, output, completedAt } | { kind: busy, retryAfterMs }
-- | { kind: ended, reason }
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

-- As lease_step, for the compensation of a step; with what the step was given and gave: { input: { input, output } }.
-- A step that is undone already, or was never done, needs no more: "done".
create function longhaul.lease_compensation(
  p_run uuid, p_attempt integer, p_undoes text, p_step text, p_item_path text, p_visit integer, p_owner text,
  p_lease_seconds double precision) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_done longhaul.run_steps;
  v_step longhaul.run_steps;
  v_now timestamptz := clock_timestamp();
begin
  select * into v_run from longhaul.runs where id = p_run for update;
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
  elsif v_step.status = 'running' and v_step.lease_expires_at > v_now then
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

-- Stores a step's output: its checkpoint; of a compensation, that the checkpoint which it has taken back is none any
-- more, so that a later attempt does the step anew. Returns when, or null where the lease was lost.
create or replace function longhaul.checkpoint_step(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_output jsonb, p_events jsonb) returns timestamptz
language plpgsql security definer set search_path = '' as $$
declare
  v_step longhaul.run_steps;
  v_run longhaul.runs;
  v_at timestamptz;
  v_data jsonb;
begin
  select * into v_step from longhaul.held_step(p_run, p_step, p_item_path, p_visit, p_fence);
  if v_step.run_id is null then
    return null;
  end if;
  v_at := greatest(clock_timestamp(), v_step.started_at);
  v_data := jsonb_build_object('try', v_step.tries);
  update longhaul.run_steps
  set status = 'succeeded', output = p_output, progress = 1, finished_at = v_at, error = null, message = null,
    lease_owner = null, lease_expires_at = null
  where run_id = p_run and step = p_step and item_path = p_item_path and visit = p_visit;
  if v_step.undoes is not null then
    update longhaul.run_steps
    set status = 'undone', output = null, progress = 0, generation = generation + 1
    where run_id = p_run and step = v_step.undoes and item_path = p_item_path and visit = p_visit and status = 'succeeded';
    v_data := v_data || jsonb_build_object('undoes', v_step.undoes);
  end if;
  perform longhaul.append_events(p_run, longhaul.step_events(v_step, p_events) || jsonb_build_object(
    'type', case when v_step.undoes is null then 'step.succeeded' else 'compensation.done' end, 'step', p_step,
    'itemPath', p_item_path, 'visit', p_visit, 'stage', v_step.stage, 'data', v_data) || longhaul.after_step(p_run));
  return v_at;
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

-- As before; and a step's end may leave a run with nothing but approvals to wait for.
create or replace function longhaul.fail_step(
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
    v_data := v_data || jsonb_build_object('retryAt', longhaul.iso(p_retry_at));
  end if;
  perform longhaul.append_events(p_run, longhaul.step_events(v_step, p_events) || jsonb_build_object(
    'type', case when p_will_retry then 'step.retrying' else 'step.failed' end, 'step', p_step, 'itemPath', p_item_path,
    'visit', p_visit, 'stage', v_step.stage, 'data', v_data) || longhaul.after_step(p_run));
  return true;
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function
  longhaul.lease_compensation(uuid, integer, text, text, text, integer, text, double precision)
to longhaul_worker;
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
