create table longhaul.runs (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  workflow text not null,
  name text not null,
  priority text not null,
  status text not null,
  -- Why a queued run is not sent yet, or what a waiting run waits for.
  status_reason text,
  input jsonb not null,
  output jsonb,
  error jsonb,
  -- [{ key, label, weight, steps, fraction, status, message }], as the contract had them at the start.
  stages jsonb not null,
  progress double precision not null default 0,
  attempt integer not null default 1,
  last_seq bigint not null default 0,
  definition_hash text not null,
  correlation_id text not null,
  idempotency_key text,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  cancel_requested_at timestamptz,
  -- The last event's time.
  updated_at timestamptz not null default clock_timestamp(),
  -- When the reconciler last compared this run with its execution.
  checked_at timestamptz,
  search text not null generated always as (lower(name || ' ' || id::text || ' ' || left(input::text, 1000))) stored,
  constraint runs_workflow_form check (workflow ~ '^[a-z][a-z0-9-]{0,62}$'),
  constraint runs_name_length check (char_length(name) between 1 and 200),
  constraint runs_priority_known check (priority in ('low', 'normal', 'high', 'urgent')),
  constraint runs_status_known check (status in (
    'queued', 'running', 'waiting', 'cancelling', 'succeeded', 'failed', 'cancelled', 'timed_out')),
  constraint runs_output_if_succeeded check ((status = 'succeeded') = (output is not null)),
  constraint runs_error_if_failed check ((status in ('failed', 'timed_out')) = (error is not null)),
  constraint runs_error_form check (
    error is null or coalesce(jsonb_typeof(error -> 'code') = 'string' and jsonb_typeof(error -> 'message') = 'string', false)),
  constraint runs_finished_if_final check (
    (status in ('succeeded', 'failed', 'cancelled', 'timed_out')) = (finished_at is not null)),
  constraint runs_started_if_running check (status not in ('running', 'waiting', 'succeeded', 'timed_out') or started_at is not null),
  constraint runs_not_started_if_queued check (status <> 'queued' or (started_at is null or attempt > 1)),
  constraint runs_cancelling_was_asked check (status <> 'cancelling' or cancel_requested_at is not null),
  constraint runs_waiting_for_something check (status <> 'waiting' or status_reason is not null),
  constraint runs_reason_while_waiting check (status_reason is null or status in ('queued', 'waiting')),
  constraint runs_times_in_order check (
    started_at >= created_at and finished_at >= created_at and finished_at >= started_at),
  constraint runs_progress_is_share check (progress between 0 and 1),
  constraint runs_attempt_positive check (attempt > 0),
  constraint runs_stages_form check (jsonb_typeof(stages) = 'array' and jsonb_array_length(stages) > 0),
  constraint runs_correlation_form check (correlation_id ~ '^[A-Za-z0-9._:-]{1,128}$'),
  constraint runs_idempotency_length check (char_length(idempotency_key) between 1 and 200),
  constraint runs_idempotency unique (organisation_id, workflow, idempotency_key)
);

-- The lists: everything newest first, one workflow's, and what is under way.
create index runs_newest on longhaul.runs (organisation_id, created_at desc, id desc);
create index runs_newest_of_workflow on longhaul.runs (organisation_id, workflow, created_at desc, id desc);
create index runs_newest_of_status on longhaul.runs (organisation_id, status, created_at desc, id desc);
-- How long a workflow usually takes.
create index runs_durations on longhaul.runs (organisation_id, workflow, finished_at desc) where status = 'succeeded';
-- What the reconciler looks at.
create index runs_under_way on longhaul.runs (greatest(updated_at, checked_at)) where finished_at is null;

-- One execution of a run. The input is kept as text, since Step Functions compares it by its bytes when the
-- same start is sent again.
create table longhaul.run_attempts (
  run_id uuid not null references longhaul.runs (id) on delete cascade,
  attempt integer not null,
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  execution_name text not null unique,
  execution_input text not null,
  state_machine_arn text,
  execution_arn text unique,
  -- Sending: not before next_try_at, and while held_until is ahead another dispatcher is at it.
  next_try_at timestamptz not null default clock_timestamp(),
  held_until timestamptz,
  tries integer not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  sent_at timestamptz,
  closed_at timestamptz,
  primary key (run_id, attempt),
  constraint run_attempts_sent_has_arn check ((sent_at is null) = (execution_arn is null)),
  constraint run_attempts_input_size check (octet_length(execution_input) <= 262144)
);
create index run_attempts_to_send on longhaul.run_attempts (next_try_at) where sent_at is null and closed_at is null;

create table longhaul.run_events (
  run_id uuid not null references longhaul.runs (id) on delete cascade,
  seq bigint not null,
  organisation_id uuid not null,
  type text not null,
  at timestamptz not null,
  attempt integer not null,
  step text,
  item_path text,
  visit integer,
  stage text,
  data jsonb not null default '{}',
  primary key (run_id, seq),
  constraint run_events_seq_positive check (seq > 0),
  constraint run_events_type_known check (type in (
    'run.queued', 'run.started', 'run.waiting', 'run.cancelling', 'run.retried', 'run.repaired', 'run.succeeded',
    'run.failed', 'run.cancelled', 'run.timed_out', 'step.started', 'step.progress', 'step.log', 'step.retrying',
    'step.succeeded', 'step.failed', 'compensation.started', 'compensation.done', 'approval.requested',
    'approval.decided', 'artifact.created')),
  constraint run_events_data_is_object check (jsonb_typeof(data) = 'object'),
  constraint run_events_step_names_step check (type not like 'step.%' or (step is not null and item_path is not null and visit is not null))
);

-- A checkpoint per (run, state, map item path, visit).
create table longhaul.run_steps (
  run_id uuid not null references longhaul.runs (id) on delete cascade,
  step text not null,
  item_path text not null,
  visit integer not null,
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  stage text,
  status text not null,
  attempt integer not null,
  tries integer not null default 1,
  -- Every write of a try names the fence of its lease; a newer lease has a higher one.
  fence bigint not null default 1,
  lease_owner text,
  lease_expires_at timestamptz,
  progress double precision not null default 0,
  message text,
  input jsonb not null,
  output jsonb,
  error jsonb,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  primary key (run_id, step, item_path, visit),
  constraint run_steps_status_known check (status in ('running', 'retrying', 'succeeded', 'failed')),
  constraint run_steps_output_if_succeeded check ((status = 'succeeded') = (output is not null)),
  constraint run_steps_finished_if_final check ((status in ('succeeded', 'failed')) = (finished_at is not null)),
  constraint run_steps_lease_if_running check ((status = 'running') = (lease_expires_at is not null and lease_owner is not null)),
  constraint run_steps_error_unless_succeeded check (status <> 'failed' or error is not null),
  constraint run_steps_progress_is_share check (progress between 0 and 1),
  constraint run_steps_visit_natural check (visit >= 0)
);

alter table longhaul.runs enable row level security;
alter table longhaul.run_attempts enable row level security;
alter table longhaul.run_events enable row level security;
alter table longhaul.run_steps enable row level security;

create policy runs_of_members on longhaul.runs for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
create policy run_attempts_of_members on longhaul.run_attempts for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
create policy run_events_of_members on longhaul.run_events for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
create policy run_steps_of_members on longhaul.run_steps for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));

grant select on longhaul.runs, longhaul.run_attempts, longhaul.run_events, longhaul.run_steps to authenticated;
