-- What an organisation says of itself when it begins: kept at each step of the wizard, so that another machine goes on from
-- there. Version 0 is the one that nobody has written yet.
create table longhaul.company_profiles (
  organisation_id uuid primary key references longhaul.organisations (id) on delete cascade,
  company text not null default '',
  industry text not null default '',
  audience text not null default '',
  tone text not null default 'friendly',
  -- { files: [{ id, name }], text }: what the first twin is to read.
  sources jsonb not null default '{"files": [], "text": ""}',
  -- The step that is next.
  step text not null default 'company',
  version integer not null default 1,
  -- The twin that ends it.
  twin_id uuid references longhaul.twins (id) on delete set null,
  finished_at timestamptz,
  dismissed_at timestamptz,
  updated_by uuid references auth.users (id) on delete set null,
  updated_at timestamptz not null default clock_timestamp(),
  constraint company_profiles_company_length check (char_length(company) <= 80),
  constraint company_profiles_industry_length check (char_length(industry) <= 80),
  constraint company_profiles_audience_length check (char_length(audience) <= 300),
  constraint company_profiles_tone_known check (tone in ('friendly', 'formal', 'playful', 'plain')),
  constraint company_profiles_step_known check (step in ('company', 'industry', 'audience', 'tone', 'sources', 'twin')),
  constraint company_profiles_sources_bounded check (
    jsonb_typeof(sources -> 'files') = 'array' and jsonb_array_length(sources -> 'files') <= 20
    and char_length(sources ->> 'text') <= 100000 and octet_length(sources::text) <= 500000),
  constraint company_profiles_version_natural check (version > 0)
);
create index company_profiles_of_twin on longhaul.company_profiles (twin_id) where twin_id is not null;

alter table longhaul.company_profiles enable row level security;
create policy company_profiles_of_members on longhaul.company_profiles for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
grant select on longhaul.company_profiles to authenticated;

-- Writes what p_fields names, if the version is still the one that was read: { company, industry, audience, tone, sources,
-- step, dismissed }. Gives the new version.
create function longhaul.save_company_profile(p_organisation uuid, p_version integer, p_fields jsonb) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_version integer;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  if p_version = 0 then
    insert into longhaul.company_profiles (organisation_id) values (p_organisation) on conflict do nothing
    returning version into v_version;
  else
    select version into v_version from longhaul.company_profiles where organisation_id = p_organisation for update;
  end if;
  if v_version is null or (p_version > 0 and v_version <> p_version) then
    perform longhaul.refuse('COMPANY_PROFILE_CHANGED', 'Somebody has changed this since you opened it. What is shown now is theirs.');
  end if;
  update longhaul.company_profiles set
    company = coalesce(p_fields ->> 'company', company),
    industry = coalesce(p_fields ->> 'industry', industry),
    audience = coalesce(p_fields ->> 'audience', audience),
    tone = coalesce(p_fields ->> 'tone', tone),
    sources = coalesce(p_fields -> 'sources', sources),
    step = coalesce(p_fields ->> 'step', step),
    dismissed_at = case when (p_fields ->> 'dismissed')::boolean then clock_timestamp() else dismissed_at end,
    version = case when p_version = 0 then 1 else version + 1 end,
    updated_by = (select auth.uid()), updated_at = clock_timestamp()
  where organisation_id = p_organisation returning version into v_version;
  return v_version;
end
$$;

-- Ends the wizard with the twin that a run of digital-twin is making, in the transaction that starts that run.
create function longhaul.finish_company_profile(p_organisation uuid, p_run uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_twin uuid;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  select twin_id into v_twin from longhaul.twin_versions where run_id = p_run and organisation_id = p_organisation;
  if v_twin is null then
    perform longhaul.refuse('TWIN_NOT_FOUND', 'There is no such twin.');
  end if;
  update longhaul.company_profiles
  set twin_id = v_twin, finished_at = clock_timestamp(), version = version + 1, updated_by = (select auth.uid()),
    updated_at = clock_timestamp()
  where organisation_id = p_organisation;
end
$$;

-- How the organisation speaks, for who writes in its name; null where it has not said.
create function longhaul.for_step_company_profile(p_run longhaul.runs, p_args jsonb) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce((
    select jsonb_build_object('company', company, 'industry', industry, 'audience', audience, 'tone', tone)
    from longhaul.company_profiles where organisation_id = p_run.organisation_id), 'null')
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function
  longhaul.save_company_profile(uuid, integer, jsonb),
  longhaul.finish_company_profile(uuid, uuid)
to authenticated;
