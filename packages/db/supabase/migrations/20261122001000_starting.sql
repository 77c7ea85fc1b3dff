-- What a start may say besides its input, and where a run comes from.
alter table longhaul.runs
  add tags text[] not null default '{}',
  -- A delayed start: not sent before this time.
  add not_before timestamptz,
  -- How a run reaches Step Functions: at once, or through the queue and its consumer.
  add lane text not null default 'direct',
  -- The run that this one repeats, from its first step or from the named state on.
  add rerun_of uuid references longhaul.runs (id) on delete set null,
  add rerun_from text;

create function longhaul.tags_fit(p_tags text[]) returns boolean
language sql immutable set search_path = '' as $$
  select cardinality(p_tags) <= 10 and coalesce(bool_and(char_length(tag) between 1 and 50 and tag !~ '[[:cntrl:]]'), true)
  from unnest(p_tags) tag
$$;

alter table longhaul.runs
  -- The rest of tags_fit is looked at once, when a run starts: this here is with every change of it.
  add constraint runs_tags_few check (cardinality(tags) <= 10),
  add constraint runs_lane_known check (lane in ('direct', 'queued')),
  add constraint runs_not_before_within_a_year check (not_before <= created_at + interval '366 days'),
  add constraint runs_rerun_from_form check (char_length(rerun_from) between 1 and 80);
create index runs_reruns on longhaul.runs (rerun_of) where rerun_of is not null;

-- The files that a run's input names: what an upload is kept for.
create table longhaul.run_files (
  run_id uuid not null references longhaul.runs (id) on delete cascade,
  artifact_id uuid not null references longhaul.artifacts (id) on delete cascade,
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  primary key (run_id, artifact_id)
);
create index run_files_of_artifact on longhaul.run_files (artifact_id);
alter table longhaul.run_files enable row level security;
create policy run_files_of_members on longhaul.run_files for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
grant select on longhaul.run_files to authenticated;

insert into longhaul.run_files (run_id, artifact_id, organisation_id)
select r.id, a.id, r.organisation_id
from longhaul.runs r join longhaul.artifacts a on a.organisation_id = r.organisation_id and r.input::text like '%' || a.id || '%';

create function longhaul.iso(p_at timestamptz) returns text
language sql immutable set search_path = '' as $$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

drop function longhaul.start_run(uuid, text, text, text, jsonb, jsonb, text, text, text, uuid[]);

-- Starts a run: its row, its first attempt and event 1. The same idempotency key with the same input returns the
-- first run; with another input it is refused. A time that has passed already delays nothing. Returns the run's id and
-- whether it is new.
create function longhaul.start_run(
  p_organisation uuid, p_workflow text, p_name text, p_priority text, p_input jsonb, p_stages jsonb,
  p_definition_hash text, p_correlation_id text, p_idempotency_key text, p_artifacts uuid[],
  p_tags text[] default '{}', p_not_before timestamptz default null, p_lane text default 'direct',
  p_rerun_of uuid default null, p_rerun_from text default null,
  out run_id uuid, out created boolean)
language plpgsql security definer set search_path = '' as $$
declare
  v_first longhaul.runs;
  v_now timestamptz := clock_timestamp();
  v_due timestamptz := greatest(p_not_before, v_now);
  v_reason text := case when p_not_before > v_now then
    to_char(p_not_before at time zone 'UTC', '"Starts at" YYYY-MM-DD HH24:MI:SS "UTC."') end;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  if octet_length(p_input::text) > 200000 then
    perform longhaul.refuse('INPUT_TOO_LARGE', 'The input is larger than 200 kB. Upload large content as a file and pass its id.');
  elsif not longhaul.tags_fit(p_tags) then
    perform longhaul.refuse('INPUT_INVALID', 'A run takes at most 10 tags of 1 to 50 characters each.');
  elsif p_not_before > v_now + interval '366 days' then
    perform longhaul.refuse('INPUT_INVALID', 'A start can be delayed by a year at most.');
  elsif p_rerun_of is not null and not exists (
    select from longhaul.runs r where r.id = p_rerun_of and r.organisation_id = p_organisation
  ) then
    perform longhaul.refuse('RUN_NOT_FOUND', 'There is no such run.');
  end if;

  insert into longhaul.runs (organisation_id, workflow, name, priority, status, input, stages, definition_hash,
    correlation_id, idempotency_key, created_by, created_at, updated_at, tags, not_before, lane, rerun_of, rerun_from, status_reason,
    last_seq)
  values (p_organisation, p_workflow, p_name, p_priority, 'queued', p_input,
    (select jsonb_agg(stage || '{"fraction": 0, "status": "pending", "message": null}' order by place)
     from jsonb_array_elements(p_stages) with ordinality a (stage, place)),
    p_definition_hash, p_correlation_id, p_idempotency_key, (select auth.uid()), v_now, v_now, p_tags, p_not_before,
    p_lane, p_rerun_of, p_rerun_from, v_reason, 1)
  on conflict (organisation_id, workflow, idempotency_key) do nothing
  returning id into run_id;
  created := run_id is not null;

  if not created then
    select * into v_first from longhaul.runs r
    where r.organisation_id = p_organisation and r.workflow = p_workflow and r.idempotency_key = p_idempotency_key;
    if v_first.input <> p_input then
      perform longhaul.refuse('IDEMPOTENCY_CONFLICT', 'This idempotency key was used before with another input.');
    elsif (v_first.rerun_of, v_first.rerun_from) is distinct from (p_rerun_of, p_rerun_from) then
      perform longhaul.refuse('IDEMPOTENCY_CONFLICT', 'This idempotency key was used before to run something else.');
    end if;
    run_id := v_first.id;
    return;
  end if;

  -- Files are looked at only for a run that is new: a repeated start must answer even when they have expired. Those
  -- that are there are held by the rows that name them, so that retention cannot take them meanwhile.
  if cardinality(p_artifacts) > 0 then
    insert into longhaul.run_files (run_id, artifact_id, organisation_id)
    select start_run.run_id, a.id, p_organisation
    from longhaul.artifacts a join storage.objects o on o.bucket_id = 'artifacts' and o.name = a.path
    where a.id = any (p_artifacts) and a.organisation_id = p_organisation and (a.kind = 'upload' or a.status = 'ready')
    for key share of a;
    if exists (
      select from unnest(p_artifacts) wanted (id)
      where not exists (
        select from longhaul.run_files f where f.run_id = start_run.run_id and f.artifact_id = wanted.id)
    ) then
      perform longhaul.refuse('FILE_NOT_FOUND', 'The file is not there: it was not uploaded completely, or it has been removed. Upload it again.');
    end if;
    update longhaul.artifacts a
    set status = 'ready', size = coalesce((o.metadata ->> 'size')::bigint, 0)
    from storage.objects o
    where a.id = any (p_artifacts) and a.status = 'pending' and o.bucket_id = 'artifacts' and o.name = a.path;
  end if;

  insert into longhaul.run_attempts (run_id, attempt, organisation_id, execution_name, execution_input, next_try_at)
  values (start_run.run_id, 1, p_organisation, start_run.run_id || '-1', jsonb_build_object(
    'run', start_run.run_id, 'attempt', 1, 'correlationId', p_correlation_id,
    -- What waits before the first step are reckoned from, in a later attempt too: when the run was to begin.
    'startedAt', longhaul.iso(v_due), 'input', p_input)::text, v_due);
  -- Written with the run, which append_events would read and write once more.
  insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, data)
  values (start_run.run_id, 1, p_organisation, 'run.queued', v_now, 1, jsonb_build_object('reason', v_reason));
  perform longhaul.touch(start_run.run_id);
end
$$;

create constraint trigger runs_ring_doorbell_at_start after insert on longhaul.runs
deferrable initially deferred for each row execute function longhaul.ring_doorbell();

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.start_run(
  uuid, text, text, text, jsonb, jsonb, text, text, text, uuid[], text[], timestamptz, text, uuid, text) to authenticated;
