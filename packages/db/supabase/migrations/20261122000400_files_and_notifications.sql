create table longhaul.artifacts (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  run_id uuid references longhaul.runs (id) on delete cascade,
  step text,
  item_path text,
  visit integer,
  kind text not null,
  status text not null default 'pending',
  name text not null,
  content_type text not null,
  size bigint,
  sha256 text,
  -- <organisation>/<artifact>/<file name>, in the bucket "artifacts".
  path text not null unique,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  constraint artifacts_kind_known check (kind in ('upload', 'output')),
  constraint artifacts_status_known check (status in ('pending', 'ready')),
  constraint artifacts_output_has_run check ((kind = 'output') = (run_id is not null and step is not null)),
  constraint artifacts_ready_has_size check (status <> 'ready' or size is not null),
  constraint artifacts_size_natural check (size >= 0),
  constraint artifacts_name_length check (char_length(name) between 1 and 200 and name !~ '[/\\[:cntrl:]]'),
  constraint artifacts_sha256_form check (sha256 ~ '^[0-9a-f]{64}$')
);
-- A step that is repeated writes to an object of its own, which then takes the place of the first.
create unique index artifacts_once_per_step on longhaul.artifacts (run_id, step, item_path, visit, name) where status = 'ready';
create index artifacts_of_organisation on longhaul.artifacts (organisation_id, created_at desc);

create table longhaul.notifications (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  run_id uuid not null references longhaul.runs (id) on delete cascade,
  step text not null,
  item_path text not null,
  visit integer not null,
  channel text not null,
  recipient text not null,
  subject text not null,
  body text not null,
  status text not null,
  provider_message_id text,
  error text,
  created_at timestamptz not null default clock_timestamp(),
  constraint notifications_channel_known check (channel in ('EMAIL', 'SMS', 'PUSH')),
  constraint notifications_status_known check (status in ('sent', 'failed')),
  constraint notifications_error_if_failed check ((status = 'failed') = (error is not null))
);
create index notifications_of_run on longhaul.notifications (run_id, created_at);

alter table longhaul.artifacts enable row level security;
alter table longhaul.notifications enable row level security;
create policy artifacts_of_members on longhaul.artifacts for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
create policy notifications_of_members on longhaul.notifications for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
grant select on longhaul.artifacts, longhaul.notifications to authenticated;

-- The files themselves: one private bucket. What a user may do with an object follows from its artifact row.
insert into storage.buckets (id, name, public, file_size_limit) values ('artifacts', 'artifacts', false, 52428800)
on conflict (id) do nothing;

create function longhaul.may_read_object(p_path text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from longhaul.artifacts
    where path = p_path and organisation_id = any ((select longhaul.my_organisations())::uuid[]))
$$;

create function longhaul.may_upload_object(p_path text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from longhaul.artifacts a
    join longhaul.memberships m on m.organisation_id = a.organisation_id and m.user_id = (select auth.uid())
    where a.path = p_path and a.kind = 'upload' and a.status = 'pending' and a.created_by = (select auth.uid())
      and longhaul.role_rank(m.role) >= longhaul.role_rank('operator'))
$$;

-- Once a run has read a file, nobody but an admin may take it away, and so nobody may put another in its place.
create function longhaul.may_remove_object(p_path text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from longhaul.artifacts a
    join longhaul.memberships m on m.organisation_id = a.organisation_id and m.user_id = (select auth.uid())
    where a.path = p_path and a.kind = 'upload'
      and (a.created_by = (select auth.uid()) and a.status = 'pending'
        or longhaul.role_rank(m.role) >= longhaul.role_rank('admin')))
$$;

grant execute on function longhaul.may_read_object(text), longhaul.may_upload_object(text), longhaul.may_remove_object(text)
to authenticated;

create policy longhaul_read on storage.objects for select to authenticated
using (bucket_id = 'artifacts' and longhaul.may_read_object(name));
create policy longhaul_upload on storage.objects for insert to authenticated
with check (bucket_id = 'artifacts' and longhaul.may_upload_object(name));
create policy longhaul_remove on storage.objects for delete to authenticated
using (bucket_id = 'artifacts' and longhaul.may_remove_object(name));

-- Announces an upload; Storage then lets its creator, and nobody else, put the bytes at its path.
create function longhaul.create_upload(p_organisation uuid, p_name text, p_content_type text) returns longhaul.artifacts
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid := gen_random_uuid();
  v_artifact longhaul.artifacts;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  insert into longhaul.artifacts (id, organisation_id, kind, name, content_type, path, created_by)
  values (
    v_id, p_organisation, 'upload', p_name, p_content_type,
    -- Storage keys are ASCII; the name a person sees stays in the row.
    format('%s/%s/%s', p_organisation, v_id, regexp_replace(p_name, '[^A-Za-z0-9._-]', '_', 'g')),
    (select auth.uid()))
  returning * into v_artifact;
  return v_artifact;
end
$$;
grant execute on function longhaul.create_upload(uuid, text, text) to authenticated;
