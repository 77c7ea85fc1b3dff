-- Webhooks: whom an organisation tells of its runs, and each message to each of them. A message is stored in the
-- transaction of what it tells of, by triggers on what changes then anyway: a run's status, an approval's. An organisation
-- without an active webhook pays for one look into an index; steps and their progress pay nothing.
create table longhaul.webhooks (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  name text not null,
  url text not null,
  kinds text[] not null,
  -- Empty: of every workflow.
  workflows text[] not null default '{}',
  -- Nobody but the sender reads these: a person sees a secret once, when it is made.
  secret text not null,
  -- The one before signs as well until then.
  old_secret text,
  old_secret_until timestamptz,
  active boolean not null default true,
  -- Why it was switched off by itself.
  off_reason text,
  -- Of deliveries that failed one after another the first; null where the last one came through.
  failing_since timestamptz,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  constraint webhooks_name_length check (char_length(name) between 1 and 100),
  constraint webhooks_url_form check (url ~ '^https?://' and char_length(url) <= 2000),
  constraint webhooks_kinds_known check (cardinality(kinds) between 1 and 7 and kinds <@ array['run.started', 'run.succeeded',
    'run.failed', 'run.cancelled', 'run.timed_out', 'approval.requested', 'approval.decided']),
  constraint webhooks_workflows_bounded check (cardinality(workflows) <= 50 and octet_length(workflows::text) <= 4000),
  constraint webhooks_secret_form check (secret ~ '^whsec_[A-Za-z0-9+/=]{32,88}$' and char_length(old_secret) <= 100),
  constraint webhooks_old_secret_ends check ((old_secret is null) = (old_secret_until is null)),
  constraint webhooks_off_reason_length check (char_length(off_reason) <= 500),
  constraint webhooks_reason_if_off check (off_reason is null or not active)
);
create index webhooks_of_organisation on longhaul.webhooks (organisation_id, name);
create index webhooks_active on longhaul.webhooks (organisation_id) where active;
create index webhooks_of_user on longhaul.webhooks (created_by);

create table longhaul.webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  webhook_id uuid not null references longhaul.webhooks (id) on delete cascade,
  -- The header webhook-id: the same at each try, so that who gets it twice can tell.
  message text not null,
  kind text not null,
  -- Outlives its run.
  run_id uuid,
  -- Sent byte for byte.
  body text not null,
  status text not null default 'waiting',
  attempts integer not null default 0,
  -- Of a held one: when it is tried again if its sender is not heard of.
  next_try_at timestamptz default clock_timestamp(),
  held boolean not null default false,
  last_try_at timestamptz,
  duration_ms integer,
  response_status integer,
  response text,
  error text,
  created_at timestamptz not null default clock_timestamp(),
  constraint webhook_deliveries_message_form check (message ~ '^msg_[0-9a-f]{32}$'),
  constraint webhook_deliveries_kind_form check (kind ~ '^(run|approval|webhook)\.[a-z_]{1,20}$'),
  constraint webhook_deliveries_body_size check (octet_length(body) <= 100000),
  constraint webhook_deliveries_status_known check (status in ('waiting', 'delivered', 'failed')),
  constraint webhook_deliveries_next_if_waiting check ((status = 'waiting') = (next_try_at is not null)),
  constraint webhook_deliveries_held_if_waiting check (not held or status = 'waiting'),
  constraint webhook_deliveries_response_size check (octet_length(response) <= 8000),
  constraint webhook_deliveries_error_length check (char_length(error) <= 500)
);
create index webhook_deliveries_of_webhook on longhaul.webhook_deliveries (webhook_id, created_at desc, id desc);
create index webhook_deliveries_of_organisation on longhaul.webhook_deliveries (organisation_id, created_at desc, id desc);
create index webhook_deliveries_due on longhaul.webhook_deliveries (webhook_id, next_try_at) where status = 'waiting';
create index webhook_deliveries_next on longhaul.webhook_deliveries (next_try_at) where status = 'waiting';
create index webhook_deliveries_by_age on longhaul.webhook_deliveries (created_at);

alter table longhaul.webhooks enable row level security;
create policy webhooks_of_members on longhaul.webhooks for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
grant select (id, organisation_id, name, url, kinds, workflows, active, off_reason, failing_since, old_secret_until, created_by,
  created_at) on longhaul.webhooks to authenticated;

alter table longhaul.webhook_deliveries enable row level security;
create policy webhook_deliveries_of_members on longhaul.webhook_deliveries for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
grant select on longhaul.webhook_deliveries to authenticated;

-- Stores a message for each webhook that wants to hear of it.
create function longhaul.store_deliveries(p_organisation uuid, p_kind text, p_workflow text, p_run uuid, p_at timestamptz, p_data jsonb)
returns void
language sql set search_path = '' as $$
  insert into longhaul.webhook_deliveries (organisation_id, webhook_id, message, kind, run_id, body)
  select p_organisation, w.id, 'msg_' || replace(gen_random_uuid()::text, '-', ''), p_kind, p_run,
    jsonb_build_object('type', p_kind, 'timestamp', longhaul.iso(p_at), 'data', p_data)::text
  from longhaul.webhooks w
  where w.organisation_id = p_organisation and w.active and p_kind = any (w.kinds)
    and (w.workflows = '{}' or p_workflow = any (w.workflows))
$$;

-- What a message says of a run. Not its output, which may be large and is for those who may read it.
create function longhaul.told_of_run(p_run longhaul.runs) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('organisationId', p_run.organisation_id, 'runId', p_run.id, 'workflow', p_run.workflow,
    'name', p_run.name, 'status', p_run.status, 'attempt', p_run.attempt, 'seq', p_run.last_seq, 'tags', to_jsonb(p_run.tags),
    'createdAt', longhaul.iso(p_run.created_at), 'startedAt', longhaul.iso(p_run.started_at),
    'finishedAt', longhaul.iso(p_run.finished_at),
    'error', case when p_run.error is not null then
      jsonb_build_object('code', p_run.error -> 'code', 'message', left(p_run.error ->> 'message', 2000)) end)
$$;

create function longhaul.tell_of_runs() returns trigger
language plpgsql as $$
begin
  if new.status = old.status
    or not exists (select from longhaul.webhooks w where w.organisation_id = new.organisation_id and w.active) then
    return null;
  end if;
  -- The end may be the first that is heard of an execution.
  if old.status = 'queued' and new.status in ('running', 'waiting', 'succeeded', 'timed_out') then
    perform longhaul.store_deliveries(new.organisation_id, 'run.started', new.workflow, new.id, new.updated_at, longhaul.told_of_run(new));
  end if;
  if new.status in ('succeeded', 'failed', 'cancelled', 'timed_out') then
    perform longhaul.store_deliveries(new.organisation_id, 'run.' || new.status, new.workflow, new.id, new.updated_at,
      longhaul.told_of_run(new));
  end if;
  return null;
end
$$;
create trigger runs_tell_webhooks after update of status on longhaul.runs
for each row execute function longhaul.tell_of_runs();

create function longhaul.tell_of_approvals() returns trigger
language plpgsql as $$
declare
  v_run longhaul.runs;
  v_kind text := case
    when new.status = 'open' and (tg_op = 'INSERT' or old.status <> 'open') then 'approval.requested'
    when tg_op = 'UPDATE' and old.status = 'open' and new.status in ('decided', 'expired') then 'approval.decided'
  end;
begin
  if v_kind is null
    or not exists (select from longhaul.webhooks w where w.organisation_id = new.organisation_id and w.active) then
    return null;
  end if;
  select * into v_run from longhaul.runs where id = new.run_id;
  perform longhaul.store_deliveries(new.organisation_id, v_kind, v_run.workflow, v_run.id, clock_timestamp(),
    longhaul.told_of_run(v_run) || jsonb_build_object('approval', jsonb_build_object('id', new.id, 'title', new.title,
      'step', new.state, 'role', new.role, 'deadline', longhaul.iso(new.deadline), 'status', new.status,
      'decision', case when octet_length(new.decision::text) <= 20000 then new.decision end,
      'decidedAt', longhaul.iso(new.decided_at))));
  return null;
end
$$;
create trigger approvals_tell_webhooks after insert or update of status on longhaul.approvals
for each row execute function longhaul.tell_of_approvals();
