-- The same rules, for what they cost. Postgres reads the text of every CHECK of a table again for each statement that
-- writes to it: twenty of them cost more than the write. So the form of a value that is written once is its type's
-- affair, looked at when it is written; and how the values of a row go together is one CHECK for each table, by a
-- function whose plan is kept. It names the rule that was broken as the constraint's name.
create function longhaul.break_rule(p_table text, p_rule text) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  raise exception using errcode = 'check_violation', schema = 'longhaul', table = p_table, constraint = p_rule,
    message = format('new row for relation "%s" violates check constraint "%s"', p_table, p_rule);
end
$$;

create domain longhaul.workflow_name as text constraint runs_workflow_form check (value ~ '^[a-z][a-z0-9-]{0,62}$');
create domain longhaul.run_name as text constraint runs_name_length check (char_length(value) between 1 and 200);
create domain longhaul.priority as text constraint runs_priority_known check (value in ('low', 'normal', 'high', 'urgent'));
create domain longhaul.correlation_id as text constraint runs_correlation_form check (value ~ '^[A-Za-z0-9._:-]{1,128}$');
create domain longhaul.idempotency_key as text constraint runs_idempotency_length check (char_length(value) between 1 and 200);
create domain longhaul.run_status as text constraint runs_status_known check (value in (
  'queued', 'running', 'waiting', 'cancelling', 'succeeded', 'failed', 'cancelled', 'timed_out'));
create domain longhaul.run_stages as jsonb constraint runs_stages_form check (
  jsonb_typeof(value) = 'array' and jsonb_array_length(value) > 0);
create domain longhaul.event_type as text constraint run_events_type_known check (value in (
  'run.queued', 'run.started', 'run.waiting', 'run.cancelling', 'run.retried', 'run.repaired', 'run.succeeded',
  'run.failed', 'run.cancelled', 'run.timed_out', 'step.started', 'step.progress', 'step.log', 'step.retrying',
  'step.succeeded', 'step.failed', 'compensation.started', 'compensation.done', 'approval.requested',
  'approval.decided', 'artifact.created'));
create domain longhaul.step_status as text constraint run_steps_status_known check (value in (
  'running', 'retrying', 'waiting', 'succeeded', 'failed', 'undone'));
create domain longhaul.execution_input as text constraint run_attempts_input_size check (octet_length(value) <= 262144);

do $$
declare
  v_rule record;
begin
  for v_rule in
    select conrelid::regclass as of_table, conname from pg_catalog.pg_constraint
    where contype = 'c' and conrelid = any (array['longhaul.runs', 'longhaul.run_attempts', 'longhaul.run_events', 'longhaul.run_steps']::regclass[])
  loop
    execute format('alter table %s drop constraint %I', v_rule.of_table, v_rule.conname);
  end loop;
end
$$;

alter table longhaul.runs
  alter workflow type longhaul.workflow_name,
  alter name type longhaul.run_name,
  alter priority type longhaul.priority,
  alter status type longhaul.run_status,
  alter stages type longhaul.run_stages,
  alter correlation_id type longhaul.correlation_id,
  alter idempotency_key type longhaul.idempotency_key;
alter table longhaul.run_attempts alter execution_input type longhaul.execution_input;
alter table longhaul.run_events alter type type longhaul.event_type;
alter table longhaul.run_steps alter status type longhaul.step_status;

create function longhaul.run_fits(
  p_status text, p_reason text, p_output jsonb, p_error jsonb, p_attempt integer, p_progress double precision,
  p_created_at timestamptz, p_started_at timestamptz, p_finished_at timestamptz, p_cancel_requested_at timestamptz,
  p_not_before timestamptz)
returns boolean
language plpgsql immutable as $$
declare
  v_broken text;
begin
  -- What most writes leave behind, looked at for little.
  if p_status = 'running' and num_nonnulls(p_reason, p_output, p_error, p_finished_at, p_not_before) = 0 and p_attempt > 0
    and p_started_at >= p_created_at and p_progress >= 0 and p_progress <= 1 then
    return true;
  end if;
  v_broken := case
    when (p_status = 'succeeded') <> (p_output is not null) then 'runs_output_if_succeeded'
    when (p_status in ('failed', 'timed_out')) <> (p_error is not null) then 'runs_error_if_failed'
    when p_error is not null and not coalesce(
      jsonb_typeof(p_error -> 'code') = 'string' and jsonb_typeof(p_error -> 'message') = 'string', false) then 'runs_error_form'
    when (p_status in ('succeeded', 'failed', 'cancelled', 'timed_out')) <> (p_finished_at is not null) then 'runs_finished_if_final'
    when p_started_at is null and p_status in ('running', 'waiting', 'succeeded', 'timed_out') then 'runs_started_if_running'
    when p_status = 'queued' and p_started_at is not null and p_attempt <= 1 then 'runs_not_started_if_queued'
    when p_status = 'cancelling' and p_cancel_requested_at is null then 'runs_cancelling_was_asked'
    when p_status = 'waiting' and p_reason is null then 'runs_waiting_for_something'
    when p_reason is not null and p_status not in ('queued', 'waiting') then 'runs_reason_while_waiting'
    when not coalesce(p_started_at >= p_created_at, true) or not coalesce(p_finished_at >= p_created_at, true)
      or not coalesce(p_finished_at >= p_started_at, true) then 'runs_times_in_order'
    when p_progress not between 0 and 1 then 'runs_progress_is_share'
    when p_attempt <= 0 then 'runs_attempt_positive'
    when p_not_before > p_created_at + interval '366 days' then 'runs_not_before_within_a_year'
  end;
  return v_broken is null or longhaul.break_rule('runs', v_broken);
end
$$;
alter table longhaul.runs add constraint runs_fit check (longhaul.run_fits(
  status, status_reason, output, error, attempt, progress, created_at, started_at, finished_at, cancel_requested_at, not_before));

create function longhaul.step_fits(
  p_status text, p_output jsonb, p_error jsonb, p_finished_at timestamptz, p_lease_owner text, p_lease_expires_at timestamptz,
  p_progress double precision, p_visit integer) returns boolean
language plpgsql immutable as $$
declare
  v_broken text;
begin
  if p_status = 'running' and num_nonnulls(p_output, p_finished_at) = 0 and num_nulls(p_lease_owner, p_lease_expires_at) = 0
    and p_progress >= 0 and p_progress <= 1 and p_visit >= 0 then
    return true;
  end if;
  v_broken := case
    when (p_status = 'succeeded') <> (p_output is not null) then 'run_steps_output_if_succeeded'
    when (p_status in ('succeeded', 'failed', 'undone')) <> (p_finished_at is not null) then 'run_steps_finished_if_final'
    when (p_status = 'running') <> (p_lease_expires_at is not null and p_lease_owner is not null) then 'run_steps_lease_if_running'
    when p_status = 'failed' and p_error is null then 'run_steps_error_unless_succeeded'
    when p_progress not between 0 and 1 then 'run_steps_progress_is_share'
    when p_visit < 0 then 'run_steps_visit_natural'
  end;
  return v_broken is null or longhaul.break_rule('run_steps', v_broken);
end
$$;
alter table longhaul.run_steps add constraint run_steps_fit check (longhaul.step_fits(
  status, output, error, finished_at, lease_owner, lease_expires_at, progress, visit));

create function longhaul.attempt_fits(
  p_admission text, p_admitted_at timestamptz, p_sent_at timestamptz, p_execution_arn text, p_undo_name text, p_undo_input text,
  p_undo_begun_at timestamptz, p_undo_sent_at timestamptz, p_undo_execution_arn text) returns boolean
language plpgsql immutable set search_path = '' as $$
declare
  v_broken text := case
    when (p_sent_at is null) <> (p_execution_arn is null) then 'run_attempts_sent_has_arn'
    when (p_admission = 'admitted') <> (p_admitted_at is not null) then 'run_attempts_admitted_has_time'
    when p_sent_at is not null and p_admission <> 'admitted' then 'run_attempts_sent_was_admitted'
    when (p_undo_begun_at is null) <> (p_undo_name is null) or (p_undo_begun_at is null) <> (p_undo_input is null)
      or (p_undo_sent_at is null) <> (p_undo_execution_arn is null) or (p_undo_sent_at is not null and p_undo_begun_at is null)
      then 'run_attempts_undo_is_whole'
  end;
begin
  return v_broken is null or longhaul.break_rule('run_attempts', v_broken);
end
$$;
alter table longhaul.run_attempts add constraint run_attempts_fit check (longhaul.attempt_fits(
  admission, admitted_at, sent_at, execution_arn, undo_name, undo_input, undo_begun_at, undo_sent_at, undo_execution_arn));

alter table longhaul.run_events add constraint run_events_fit check (
  seq > 0 and jsonb_typeof(data) = 'object'
  and (type not like 'step.%' or (step is not null and item_path is not null and visit is not null)));

-- A step and an attempt belong to their run's organisation and go with it, through the run; and an execution's ARN is
-- made of its name, which is one of a kind.
alter table longhaul.run_steps drop constraint run_steps_organisation_id_fkey;
alter table longhaul.run_attempts
  drop constraint run_attempts_organisation_id_fkey,
  drop constraint run_attempts_execution_arn_key;

-- Room in each page for the next versions of its rows, which then need no new index entries: no index is on what
-- changes with each event.
alter table longhaul.runs set (fillfactor = 60);
alter table longhaul.run_steps set (fillfactor = 60);
alter table longhaul.run_attempts set (fillfactor = 60);

revoke execute on all functions in schema longhaul from public;
