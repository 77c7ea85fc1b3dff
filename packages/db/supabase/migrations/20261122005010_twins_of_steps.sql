-- What the steps of digital-twin, twin-answer and twin-removal keep and read. Each may be called again by a repeat.

-- { twin, version, name, prefix, kept: the documents of the version before that a new one may go on from }
create function longhaul.for_step_twin_opened(p_run longhaul.runs, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_version longhaul.twin_versions :=
    longhaul.version_of_run(p_run.organisation_id, p_run.id, (p_args ->> 'twin')::uuid, p_args ->> 'name', p_run.created_by);
begin
  return jsonb_build_object('twin', v_version.twin_id, 'version', v_version.version,
    'name', (select name from longhaul.twins where id = v_version.twin_id),
    'prefix', format('%s/%s/%s/', p_run.organisation_id, v_version.twin_id, v_version.version),
    'kept', coalesce((
      select v.documents from longhaul.twin_versions v join longhaul.twins t on t.id = v.twin_id
      where v.twin_id = v_version.twin_id and v.version < v_version.version and v.outcome = 'ready'
      order by v.version = t.active_version desc, v.version desc limit 1), '[]'));
end
$$;

create function longhaul.for_step_twin_read(p_run longhaul.runs, p_args jsonb) returns jsonb
language sql security definer set search_path = '' as $$
  update longhaul.twin_versions set documents = p_args -> 'documents' where run_id = p_run.id;
  select 'null'::jsonb
$$;

create function longhaul.for_step_twin_training(p_run longhaul.runs, p_args jsonb) returns jsonb
language sql security definer set search_path = '' as $$
  update longhaul.twin_versions set job = p_args ->> 'job', epochs = '[]' where run_id = p_run.id and job is distinct from p_args ->> 'job';
  select 'null'::jsonb
$$;

-- Keeps what was measured so far; gives how many epochs were known before.
create function longhaul.for_step_twin_measured(p_run longhaul.runs, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_known integer;
begin
  select jsonb_array_length(epochs) into v_known from longhaul.twin_versions where run_id = p_run.id for update;
  update longhaul.twin_versions set epochs = p_args -> 'epochs'
  where run_id = p_run.id and jsonb_array_length(p_args -> 'epochs') > v_known;
  return to_jsonb(coalesce(v_known, 0));
end
$$;

create function longhaul.for_step_twin_activated(p_run longhaul.runs, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_version longhaul.twin_versions;
begin
  update longhaul.twin_versions
  set outcome = 'ready', failure = null, ended_at = coalesce(ended_at, clock_timestamp()), model = p_args ->> 'model',
    persona = p_args -> 'persona'
  where run_id = p_run.id returning * into v_version;
  if v_version.twin_id is null then
    perform longhaul.refuse('TWIN_NOT_FOUND', 'The twin was deleted while it was in training.');
  end if;
  update longhaul.twins set active_version = v_version.version where id = v_version.twin_id;
  return jsonb_build_object('twin', v_version.twin_id, 'version', v_version.version);
end
$$;

-- A version that is ready stays so, whatever else is told of its run.
create function longhaul.for_step_twin_failed(p_run longhaul.runs, p_args jsonb) returns jsonb
language sql security definer set search_path = '' as $$
  update longhaul.twin_versions
  set outcome = p_args ->> 'outcome', ended_at = clock_timestamp(),
    failure = case when p_args ->> 'outcome' = 'failed' then jsonb_build_object(
      'code', left(p_args ->> 'code', 100), 'message', left(p_args ->> 'message', 2000)) end
  where run_id = p_run.id and outcome is distinct from 'ready';
  select 'null'::jsonb
$$;

-- What is needed to ask a twin: { name, version, model, persona }.
create function longhaul.for_step_twin_model(p_run longhaul.runs, p_args jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_twin longhaul.twins;
  v_version longhaul.twin_versions;
begin
  select * into v_twin from longhaul.twins
  where id = (p_args ->> 'twin')::uuid and organisation_id = p_run.organisation_id and removing_run is null;
  if v_twin.id is null then
    perform longhaul.refuse('TWIN_NOT_FOUND', 'There is no such twin.');
  end if;
  select * into v_version from longhaul.twin_versions
  where twin_id = v_twin.id and version = v_twin.active_version and outcome = 'ready';
  if v_version.twin_id is null then
    perform longhaul.refuse('TWIN_NOT_ACTIVE', format('%s cannot be asked yet: no version of it is ready.', v_twin.name));
  end if;
  return jsonb_build_object('name', v_twin.name, 'version', v_version.version, 'model', v_version.model,
    'persona', v_version.persona);
end
$$;

-- { name, prefix, jobs: those of versions that may still be in training }; null for a twin that is gone already.
create function longhaul.for_step_twin_removal_began(p_run longhaul.runs, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_twin uuid := (p_args ->> 'twin')::uuid;
begin
  if not exists (select from longhaul.twins where id = v_twin and organisation_id = p_run.organisation_id) then
    return null;
  end if;
  perform longhaul.mark_twin_removed(p_run.organisation_id, v_twin, p_run.id);
  return (
    select jsonb_build_object('name', t.name, 'prefix', format('%s/%s/', t.organisation_id, t.id),
      'jobs', coalesce((
        select jsonb_agg(v.job) from longhaul.twin_versions v
        where v.twin_id = t.id and v.job is not null and v.outcome is null), '[]'))
    from longhaul.twins t where t.id = v_twin);
end
$$;

-- The twin goes with its versions, and with the uploads that only its runs have named.
create function longhaul.for_step_twin_removed(p_run longhaul.runs, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_twin uuid := (p_args ->> 'twin')::uuid;
  v_uploads integer;
begin
  delete from longhaul.artifacts a
  where a.organisation_id = p_run.organisation_id and a.kind = 'upload' and exists (
      select from longhaul.run_files f join longhaul.twin_versions v on v.run_id = f.run_id
      where f.artifact_id = a.id and v.twin_id = v_twin)
    and not exists (
      select from longhaul.run_files f
      where f.artifact_id = a.id and not exists (
        select from longhaul.twin_versions v where v.run_id = f.run_id and v.twin_id = v_twin));
  get diagnostics v_uploads = row_count;
  delete from longhaul.twins where id = v_twin and organisation_id = p_run.organisation_id and removing_run = p_run.id;
  return jsonb_build_object('uploads', v_uploads);
end
$$;

revoke execute on all functions in schema longhaul from public;
