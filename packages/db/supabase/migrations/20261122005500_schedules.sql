-- Schedules: a workflow's start that is repeated. EventBridge Scheduler knows when one fires; what it starts, and whether
-- it may, is here. A change is kept first and carried over to Scheduler after: `version` counts the changes, `carried` is
-- the one that Scheduler has, and the reconciler carries over what nobody else has.
create table longhaul.schedules (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  name text not null,
  workflow longhaul.workflow_name not null,
  input jsonb not null,
  -- Five fields, as in crontab.
  cron text not null,
  -- The same as EventBridge writes it.
  expression text not null,
  timezone text not null,
  paused boolean not null default false,
  -- Why it was paused by itself.
  pause_reason text,
  -- Who saved it last: its runs are started with the rights of this person.
  runs_as uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  version integer not null default 1,
  carried integer not null default 0,
  -- Goes when Scheduler has forgotten it.
  deleted boolean not null default false,
  last_fired_at timestamptz,
  last_run_id uuid references longhaul.runs (id) on delete set null,
  constraint schedules_name_length check (char_length(name) between 1 and 100),
  constraint schedules_input_size check (octet_length(input::text) <= 200000),
  constraint schedules_cron_length check (char_length(cron) between 9 and 200),
  constraint schedules_expression_form check (expression ~ '^cron\(.{5,240}\)$'),
  constraint schedules_timezone_length check (char_length(timezone) between 1 and 64),
  constraint schedules_pause_reason_length check (char_length(pause_reason) <= 500),
  constraint schedules_reason_if_paused check (pause_reason is null or paused)
);
create index schedules_of_organisation on longhaul.schedules (organisation_id, name) where not deleted;
create index schedules_to_carry on longhaul.schedules (updated_at) where version <> carried;
create index schedules_of_run on longhaul.schedules (last_run_id) where last_run_id is not null;
create index schedules_of_user on longhaul.schedules (runs_as);

alter table longhaul.schedules enable row level security;
create policy schedules_of_members on longhaul.schedules for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]) and not deleted);
grant select on longhaul.schedules to authenticated;

-- Keeps a schedule: a new one where p_schedule has no id. { id?, name, workflow, input, cron, expression, timezone }.
create function longhaul.save_schedule(p_organisation uuid, p_schedule jsonb) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid := p_schedule ->> 'id';
begin
  perform longhaul.require_role(p_organisation, 'operator');
  if v_id is null then
    -- One at a time, so that the most is the most.
    perform from longhaul.organisations where id = p_organisation for no key update;
    if (select count(*) from longhaul.schedules where organisation_id = p_organisation and not deleted) >= 200 then
      perform longhaul.refuse('TOO_MANY_SCHEDULES', 'An organisation has at most 200 schedules. Delete one that is not needed.');
    end if;
    insert into longhaul.schedules (organisation_id, name, workflow, input, cron, expression, timezone, runs_as)
    values (p_organisation, p_schedule ->> 'name', p_schedule ->> 'workflow', p_schedule -> 'input', p_schedule ->> 'cron',
      p_schedule ->> 'expression', p_schedule ->> 'timezone', (select auth.uid()))
    returning id into v_id;
    return v_id;
  end if;
  update longhaul.schedules set
    name = p_schedule ->> 'name', workflow = p_schedule ->> 'workflow', input = p_schedule -> 'input',
    cron = p_schedule ->> 'cron', expression = p_schedule ->> 'expression', timezone = p_schedule ->> 'timezone',
    runs_as = (select auth.uid()), version = version + 1, updated_at = clock_timestamp()
  where id = v_id and organisation_id = p_organisation and not deleted;
  if not found then
    perform longhaul.refuse('SCHEDULE_NOT_FOUND', 'There is no such schedule.');
  end if;
  return v_id;
end
$$;

-- A schedule that was paused by itself runs with the rights of who lets it go on.
create function longhaul.pause_schedule(p_organisation uuid, p_id uuid, p_paused boolean) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  update longhaul.schedules set paused = p_paused, pause_reason = null, version = version + 1, updated_at = clock_timestamp(),
    runs_as = case when p_paused then runs_as else (select auth.uid()) end
  where id = p_id and organisation_id = p_organisation and not deleted;
  if not found then
    perform longhaul.refuse('SCHEDULE_NOT_FOUND', 'There is no such schedule.');
  end if;
end
$$;

create function longhaul.delete_schedule(p_organisation uuid, p_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  update longhaul.schedules set deleted = true, version = version + 1, updated_at = clock_timestamp()
  where id = p_id and organisation_id = p_organisation and not deleted;
  if not found then
    perform longhaul.refuse('SCHEDULE_NOT_FOUND', 'There is no such schedule.');
  end if;
end
$$;

-- Those that Scheduler does not have as they are, the longest unchanged first; or the one named.
create function longhaul.schedules_to_carry(p_id uuid, p_limit integer)
returns table (id uuid, name text, expression text, timezone text, paused boolean, deleted boolean, version integer)
language sql stable security definer set search_path = '' as $$
  select s.id, s.name, s.expression, s.timezone, s.paused, s.deleted, s.version from longhaul.schedules s
  where s.version <> s.carried and (p_id is null or s.id = p_id)
  order by s.updated_at limit p_limit
$$;

-- Scheduler has it as it was in that version.
create function longhaul.schedule_carried(p_id uuid, p_version integer) returns void
language plpgsql security definer set search_path = '' as $$
begin
  delete from longhaul.schedules where id = p_id and version = p_version and deleted;
  update longhaul.schedules set carried = greatest(carried, p_version) where id = p_id;
end
$$;

-- What a firing starts: null for a schedule that is gone, and for one that is paused.
create function longhaul.schedule_to_fire(p_id uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('organisationId', organisation_id, 'name', name, 'workflow', workflow, 'input', input, 'paused', paused)
  from longhaul.schedules where id = p_id and not deleted
$$;

-- Starts the run of a firing, once for each time: { run, created }, or { code, message } where it was refused. p_start is
-- as begin_runs has it; for whom, and by whose rights, is the schedule's.
create function longhaul.start_scheduled(p_id uuid, p_time timestamptz, p_start jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_schedule longhaul.schedules;
  v_answer jsonb;
begin
  select * into v_schedule from longhaul.schedules where id = p_id and not deleted and not paused for update;
  if v_schedule.id is null then
    return '{"code": "SCHEDULE_NOT_FOUND", "message": "There is no such schedule."}';
  elsif v_schedule.runs_as is null then
    return '{"code": "FORBIDDEN", "message": "The person in whose name it ran is gone."}';
  end if;
  v_answer := longhaul.begin_runs(jsonb_build_array(p_start || jsonb_build_object(
    'organisation', v_schedule.organisation_id, 'user', v_schedule.runs_as, 'workflow', v_schedule.workflow,
    'idempotencyKey', 'schedule:' || p_id || ':' || longhaul.iso(p_time)))) -> 0;
  if v_answer ? 'run' then
    update longhaul.schedules set last_fired_at = greatest(p_time, last_fired_at), last_run_id = (v_answer ->> 'run')::uuid
    where id = p_id and (last_fired_at is null or last_fired_at <= p_time);
  end if;
  return v_answer;
end
$$;

-- Stops a schedule whose runs cannot be started, until a person looks at it.
create function longhaul.stop_schedule(p_id uuid, p_reason text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  update longhaul.schedules
  set paused = true, pause_reason = left(p_reason, 500), version = version + 1, updated_at = clock_timestamp()
  where id = p_id and not deleted and not paused;
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function
  longhaul.save_schedule(uuid, jsonb),
  longhaul.pause_schedule(uuid, uuid, boolean),
  longhaul.delete_schedule(uuid, uuid)
to authenticated;
grant execute on function
  longhaul.schedules_to_carry(uuid, integer),
  longhaul.schedule_carried(uuid, integer),
  longhaul.schedule_to_fire(uuid),
  longhaul.start_scheduled(uuid, timestamptz, jsonb),
  longhaul.stop_schedule(uuid, text)
to longhaul_dispatcher;
