-- Digital twins: what has been read, trained and may be asked. A twin has versions, each made by a run, which says how far it
-- is; what outlives the run is kept here. Texts and models are objects of the training bucket, under
-- <organisation>/<twin>/<version>/.
create table longhaul.twins (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  name text not null,
  -- The version that answers; null until one is ready.
  active_version integer,
  -- The run that takes it away.
  removing_run uuid references longhaul.runs (id) on delete set null,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  constraint twins_name_length check (char_length(name) between 1 and 80 and name !~ '[[:cntrl:]]'),
  constraint twins_active_version_natural check (active_version > 0)
);
create index twins_of_organisation on longhaul.twins (organisation_id, created_at desc, id desc);
create index twins_removing_run on longhaul.twins (removing_run) where removing_run is not null;

create table longhaul.twin_versions (
  twin_id uuid not null references longhaul.twins (id) on delete cascade,
  version integer not null,
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  run_id uuid references longhaul.runs (id) on delete set null,
  -- [{ name, kind, characters, key, refused }]
  documents jsonb not null default '[]',
  -- The training job's name, and where its model is.
  job text,
  model text,
  -- [{ epoch, trainPerplexity, validationPerplexity, validationMrr, at }]
  epochs jsonb not null default '[]',
  persona jsonb,
  outcome text,
  failure jsonb,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (twin_id, version),
  constraint twin_versions_version_natural check (version > 0),
  constraint twin_versions_outcome_known check (outcome in ('ready', 'failed', 'cancelled')),
  constraint twin_versions_ended_has_time check ((outcome is null) = (ended_at is null)),
  constraint twin_versions_ready_has_model check (outcome is distinct from 'ready' or model is not null),
  constraint twin_versions_failed_has_failure check ((outcome is not distinct from 'failed') = (failure is not null)),
  constraint twin_versions_documents_bounded check (jsonb_typeof(documents) = 'array' and octet_length(documents::text) <= 60000),
  constraint twin_versions_epochs_bounded check (jsonb_typeof(epochs) = 'array' and octet_length(epochs::text) <= 60000),
  constraint twin_versions_persona_bounded check (octet_length(persona::text) <= 10000),
  constraint twin_versions_failure_bounded check (octet_length(failure::text) <= 10000),
  constraint twin_versions_job_length check (char_length(job) <= 63),
  constraint twin_versions_model_length check (char_length(model) <= 1024)
);
create unique index twin_versions_of_run on longhaul.twin_versions (run_id) where run_id is not null;
create index twin_versions_of_organisation on longhaul.twin_versions (organisation_id);

alter table longhaul.twins enable row level security;
alter table longhaul.twin_versions enable row level security;
create policy twins_of_members on longhaul.twins for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
create policy twin_versions_of_members on longhaul.twin_versions for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
grant select on longhaul.twins, longhaul.twin_versions to authenticated;

-- A twin that may be changed, locked.
create function longhaul.lock_twin(p_organisation uuid, p_twin uuid) returns longhaul.twins
language plpgsql set search_path = '' as $$
declare
  v_twin longhaul.twins;
begin
  select * into v_twin from longhaul.twins where id = p_twin and organisation_id = p_organisation for update;
  if v_twin.id is null then
    perform longhaul.refuse('TWIN_NOT_FOUND', 'There is no such twin.');
  end if;
  return v_twin;
end
$$;

-- The version that a run makes: the one that it has made already, or the next one of the twin, or the first of a new twin.
create function longhaul.version_of_run(p_organisation uuid, p_run uuid, p_twin uuid, p_name text, p_by uuid)
returns longhaul.twin_versions
language plpgsql set search_path = '' as $$
declare
  v_version longhaul.twin_versions;
  v_twin longhaul.twins;
begin
  select * into v_version from longhaul.twin_versions where run_id = p_run;
  if found then
    return v_version;
  end if;
  if p_twin is null then
    insert into longhaul.twins (organisation_id, name, created_by) values (p_organisation, p_name, p_by) returning * into v_twin;
  else
    v_twin := longhaul.lock_twin(p_organisation, p_twin);
    if v_twin.removing_run is not null then
      perform longhaul.refuse('TWIN_BEING_REMOVED', 'This twin is being deleted.');
    elsif exists (
      select from longhaul.twin_versions v join longhaul.runs r on r.id = v.run_id
      where v.twin_id = p_twin and v.outcome is distinct from 'ready' and r.finished_at is null
    ) then
      perform longhaul.refuse('TWIN_IN_TRAINING', 'A version of this twin is in training already. Wait for it, or cancel it.');
    end if;
  end if;
  insert into longhaul.twin_versions (twin_id, version, organisation_id, run_id, created_by)
  values (v_twin.id, (select coalesce(max(version), 0) + 1 from longhaul.twin_versions where twin_id = v_twin.id),
    p_organisation, p_run, p_by)
  returning * into v_version;
  return v_version;
end
$$;

-- The API's way to have a twin at once, in the transaction that starts its run.
create function longhaul.open_twin(p_organisation uuid, p_run uuid, p_twin uuid, p_name text, out twin_id uuid, out version integer)
language plpgsql security definer set search_path = '' as $$
declare
  v_version longhaul.twin_versions;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  if not exists (select from longhaul.runs where id = p_run and organisation_id = p_organisation and workflow = 'digital-twin') then
    perform longhaul.refuse('RUN_NOT_FOUND', 'There is no such run.');
  end if;
  v_version := longhaul.version_of_run(p_organisation, p_run, p_twin, p_name, (select auth.uid()));
  twin_id := v_version.twin_id;
  version := v_version.version;
end
$$;

-- Makes an earlier version answer, or a later one again.
create function longhaul.activate_twin_version(p_organisation uuid, p_twin uuid, p_version integer) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  perform longhaul.lock_twin(p_organisation, p_twin);
  if not exists (select from longhaul.twin_versions where twin_id = p_twin and version = p_version and outcome = 'ready') then
    perform longhaul.refuse('VERSION_NOT_READY', 'This version is not ready: only one that was trained to its end can answer.');
  end if;
  update longhaul.twins set active_version = p_version where id = p_twin;
end
$$;

-- Marks a twin as being deleted by a run; while that run is under way, a second one is refused.
create function longhaul.mark_twin_removed(p_organisation uuid, p_twin uuid, p_run uuid) returns void
language plpgsql set search_path = '' as $$
declare
  v_twin longhaul.twins := longhaul.lock_twin(p_organisation, p_twin);
begin
  if v_twin.removing_run is distinct from p_run and exists (
    select from longhaul.runs where id = v_twin.removing_run and finished_at is null
  ) then
    perform longhaul.refuse('TWIN_BEING_REMOVED', 'This twin is being deleted.');
  end if;
  update longhaul.twins set removing_run = p_run where id = p_twin;
end
$$;

create function longhaul.open_twin_removal(p_organisation uuid, p_run uuid, p_twin uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  if not exists (select from longhaul.runs where id = p_run and organisation_id = p_organisation and workflow = 'twin-removal') then
    perform longhaul.refuse('RUN_NOT_FOUND', 'There is no such run.');
  end if;
  perform longhaul.mark_twin_removed(p_organisation, p_twin, p_run);
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function
  longhaul.open_twin(uuid, uuid, uuid, text),
  longhaul.activate_twin_version(uuid, uuid, integer),
  longhaul.open_twin_removal(uuid, uuid, uuid)
to authenticated;
