-- How much of an organisation may be under way at once, and how long its ended runs are kept. An organisation without
-- a row has the defaults.
create table longhaul.organisation_limits (
  organisation_id uuid primary key references longhaul.organisations (id) on delete cascade,
  max_running integer not null,
  max_running_per_user integer not null,
  retention_days integer not null,
  updated_by uuid references auth.users (id) on delete set null,
  updated_at timestamptz not null default clock_timestamp(),
  constraint organisation_limits_max_running check (max_running between 1 and 10000),
  constraint organisation_limits_max_running_per_user check (max_running_per_user between 1 and 10000),
  constraint organisation_limits_retention_days check (retention_days between 1 and 3650)
);
alter table longhaul.organisation_limits enable row level security;
create policy organisation_limits_of_members on longhaul.organisation_limits for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
grant select on longhaul.organisation_limits to authenticated, longhaul_dispatcher;
create policy organisation_limits_of_dispatcher on longhaul.organisation_limits for select to longhaul_dispatcher using (true);

-- What holds for an organisation that has set nothing. Without settings of their own, so that they are inlined.
create function longhaul.default_max_running() returns integer language sql immutable as 'select 25';
create function longhaul.default_max_running_per_user() returns integer language sql immutable as 'select 10';
create function longhaul.default_retention_days() returns integer language sql immutable as 'select 7';

-- One row always, for whoever may see the organisation's.
create function longhaul.limits_of(
  p_organisation uuid, out max_running integer, out max_running_per_user integer, out retention_days integer)
language sql stable set search_path = '' as $$
  select coalesce(l.max_running, longhaul.default_max_running()),
    coalesce(l.max_running_per_user, longhaul.default_max_running_per_user()),
    coalesce(l.retention_days, longhaul.default_retention_days())
  from (values (p_organisation)) o (id) left join longhaul.organisation_limits l on l.organisation_id = o.id
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.default_max_running(), longhaul.default_max_running_per_user(), longhaul.default_retention_days()
to authenticated, longhaul_dispatcher;
