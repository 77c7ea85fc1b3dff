-- Queries with parameters that an organisation keeps (SQL workflows), and those that are written for others to begin from
-- (templates). What a parameter schema may hold is checked above; here it is only kept within bounds.
create table longhaul.query_templates (
  id uuid primary key default gen_random_uuid(),
  -- Null for those that come with the product, which nobody changes.
  organisation_id uuid references longhaul.organisations (id) on delete cascade,
  name text not null,
  description text not null default '',
  category text not null,
  sql text not null,
  parameter_schema jsonb not null default '[]',
  visibility text not null default 'private',
  usage_count integer not null default 0,
  forked_from uuid references longhaul.query_templates (id) on delete set null,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  -- As its words' stems, for whole words; and as the words themselves, for their beginnings.
  search tsvector not null generated always as (
    to_tsvector('english', name || ' ' || category || ' ' || description)
    || to_tsvector('simple', name || ' ' || category || ' ' || description)) stored,
  constraint query_templates_of_nobody_are_public check (organisation_id is not null or visibility = 'public'),
  constraint query_templates_name_length check (char_length(name) between 1 and 120),
  constraint query_templates_description_length check (char_length(description) <= 2000),
  constraint query_templates_category_form check (category ~ '^[a-z][a-z-]{0,39}$'),
  constraint query_templates_sql_length check (char_length(sql) between 1 and 60000),
  constraint query_templates_visibility_known check (visibility in ('private', 'public')),
  constraint query_templates_usage_count check (usage_count >= 0),
  constraint query_templates_schema_form check (
    jsonb_typeof(parameter_schema) = 'array' and octet_length(parameter_schema::text) <= 100000)
);
create index query_templates_by_use on longhaul.query_templates (usage_count desc, id desc);
create index query_templates_by_organisation on longhaul.query_templates (organisation_id);
create index query_templates_search on longhaul.query_templates using gin (search);

create table longhaul.sql_workflows (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  name text not null,
  description text not null default '',
  -- Null when its instance has gone: another one is to be chosen.
  instance_id uuid,
  sql text not null,
  parameter_schema jsonb not null default '[]',
  -- By parameter, as the form was left; { start, end } of the time that is looked at.
  saved_values jsonb not null default '{}',
  time_window jsonb,
  template_id uuid references longhaul.query_templates (id) on delete set null,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  updated_by uuid references auth.users (id) on delete set null,
  updated_at timestamptz not null default clock_timestamp(),
  -- Counts the changes of all but the saved values: who has read an earlier one may not overwrite a later one.
  version integer not null default 1,
  unique (organisation_id, id),
  foreign key (organisation_id, instance_id) references longhaul.amc_instances (organisation_id, id) on delete set null (instance_id),
  constraint sql_workflows_name_length check (char_length(name) between 1 and 120),
  constraint sql_workflows_description_length check (char_length(description) <= 2000),
  constraint sql_workflows_sql_length check (char_length(sql) between 1 and 60000),
  constraint sql_workflows_version_positive check (version > 0),
  constraint sql_workflows_schema_form check (
    jsonb_typeof(parameter_schema) = 'array' and octet_length(parameter_schema::text) <= 100000),
  constraint sql_workflows_values_form check (
    jsonb_typeof(saved_values) = 'object' and octet_length(saved_values::text) <= 100000),
  constraint sql_workflows_window_form check (
    time_window is null or (jsonb_typeof(time_window) = 'object' and octet_length(time_window::text) <= 200))
);
create index sql_workflows_newest on longhaul.sql_workflows (organisation_id, updated_at desc, id desc);

-- Which runs are a SQL workflow's, however they were started: by its page, a schedule or a repetition. Their state is the
-- run's own.
create table longhaul.sql_workflow_runs (
  run_id uuid primary key references longhaul.runs (id) on delete cascade,
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  sql_workflow_id uuid not null,
  created_at timestamptz not null,
  foreign key (organisation_id, sql_workflow_id) references longhaul.sql_workflows (organisation_id, id) on delete cascade
);
create index sql_workflow_runs_newest on longhaul.sql_workflow_runs (sql_workflow_id, created_at desc, run_id desc);

create function longhaul.on_query_run_started() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into longhaul.sql_workflow_runs (run_id, organisation_id, sql_workflow_id, created_at)
  select new.id, new.organisation_id, w.id, new.created_at from longhaul.sql_workflows w
  where w.organisation_id = new.organisation_id
    and w.id = case when new.input ->> 'sqlWorkflowId' ~ '^[0-9A-Fa-f-]{36}$' then (new.input ->> 'sqlWorkflowId')::uuid end;
  return null;
end
$$;
create trigger longhaul_on_query_run_started after insert on longhaul.runs
for each row when (new.workflow = 'query-run') execute function longhaul.on_query_run_started();

alter table longhaul.query_templates enable row level security;
alter table longhaul.sql_workflows enable row level security;
alter table longhaul.sql_workflow_runs enable row level security;
create policy query_templates_of_members_or_public on longhaul.query_templates for select to authenticated
using (visibility = 'public' or organisation_id = any ((select longhaul.my_organisations())::uuid[]));
create policy sql_workflows_of_members on longhaul.sql_workflows for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
create policy sql_workflow_runs_of_members on longhaul.sql_workflow_runs for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
-- Who of another organisation has written a public template is not for everybody.
grant select (id, organisation_id, name, description, category, sql, parameter_schema, visibility, usage_count, forked_from,
  created_at, updated_at) on longhaul.query_templates to authenticated;
grant select on longhaul.sql_workflows, longhaul.sql_workflow_runs to authenticated;
