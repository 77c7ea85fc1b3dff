-- What a start may say besides its input, and where a run comes from. The form of each is its type's affair.
create domain longhaul.few_tags as text[] constraint runs_tags_few check (cardinality(value) <= 10);
create domain longhaul.lane as text constraint runs_lane_known check (value in ('direct', 'queued'));
create domain longhaul.state_name as text constraint runs_rerun_from_form check (char_length(value) between 1 and 80);
alter table longhaul.runs
  add tags longhaul.few_tags not null default '{}',
  -- A delayed start: not sent before this time.
  add not_before timestamptz,
  -- How a run reaches Step Functions: at once, or through the queue and its consumer.
  add lane longhaul.lane not null default 'direct',
  -- The run that this one repeats, from its first step or from the named state on.
  add rerun_of uuid references longhaul.runs (id) on delete set null,
  add rerun_from longhaul.state_name;
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

-- Functions that each start or each event goes through are in PL/pgSQL, however short: one in SQL is planned anew in each
-- transaction that calls it, one in PL/pgSQL keeps its plans for as long as the connection lasts, behind a pooler too.
create function longhaul.iso(p_at timestamptz) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
end
$$;

create function longhaul.tags_fit(p_tags text[]) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  if p_tags = '{}' then
    return true;
  end if;
  return cardinality(p_tags) <= 10 and coalesce((
    select bool_and(char_length(tag) between 1 and 50 and tag !~ '[[:cntrl:]]') from unnest(p_tags) tag), true);
end
$$;

-- Starts runs: of each its row, its first attempt and event 1. p_starts is an array of { user, organisation, workflow, name,
-- priority, input, stages, definitionHash, correlationId, idempotencyKey, tags, notBefore, lane, rerunOf, rerunFrom }; the
-- answer has, in its order, { run, created } or { code, message } for each that was refused, which hurts no other. The
-- same idempotency key with the same input gives the first run; with another input it is refused. A time that has passed
-- already delays nothing.
create function longhaul.begin_runs(p_starts jsonb) returns jsonb
language plpgsql security definer
-- Each row is looked up by its key; also while the tables are small, when plans are made that are kept.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_answers jsonb;
  v_created uuid[];
  v_accepted integer;
begin
  with asked as materialized (
    select gen_random_uuid() as id, q.*
    from rows from (jsonb_to_recordset(p_starts) as (
      "user" uuid, organisation uuid, workflow text, name text, priority text, input jsonb, stages jsonb,
      "definitionHash" text, "correlationId" text, "idempotencyKey" text, tags text[], "notBefore" timestamptz, lane text,
      "rerunOf" uuid, "rerunFrom" text)) with ordinality
    as q (user_id, organisation_id, workflow, name, priority, input, stages, definition_hash, correlation_id,
      idempotency_key, tags, not_before, lane, rerun_of, rerun_from, place)
  ), judged as materialized (
    select a.*, m.role, case
        when m.role is null then 'ORGANISATION_NOT_FOUND'
        when m.role = 'viewer' then 'FORBIDDEN'
        when octet_length(a.input::text) > 200000 then 'INPUT_TOO_LARGE'
        when not longhaul.tags_fit(a.tags) then 'TAGS_INVALID'
        when a.not_before > v_now + interval '366 days' then 'TIME_INVALID'
        when a.rerun_of is not null and not exists (
          select from longhaul.runs r where r.id = a.rerun_of and r.organisation_id = a.organisation_id) then 'RUN_NOT_FOUND'
      end as refusal
    from asked a
    left join lateral (
      select role from longhaul.memberships
      where organisation_id = a.organisation_id and user_id = a.user_id offset 0) m on true
  ), inserted as (
    insert into longhaul.runs (id, organisation_id, workflow, name, priority, status, input, stages, definition_hash,
      correlation_id, idempotency_key, created_by, created_at, updated_at, tags, not_before, lane, rerun_of, rerun_from,
      status_reason, last_seq)
    select id, organisation_id, workflow, name, priority, 'queued', coalesce(input, 'null'), (
        select jsonb_agg(stage || '{"fraction": 0, "status": "pending", "message": null}' order by n)
        from jsonb_array_elements(stages) with ordinality s (stage, n)),
      definition_hash, correlation_id, idempotency_key, user_id, v_now, v_now, tags, not_before, lane, rerun_of, rerun_from,
      case when not_before > v_now then
        to_char(not_before at time zone 'UTC', '"Starts at" YYYY-MM-DD HH24:MI:SS "UTC."') end, 1
    from judged where refusal is null
    -- In one order always: two batches with the same keys wait for each other one way only.
    order by organisation_id, workflow, idempotency_key
    on conflict (organisation_id, workflow, idempotency_key) do nothing
    returning *
  ), searched as (
    insert into longhaul.run_search (run_id, document)
    select id, longhaul.search_document(id, name, tags, input) from inserted
  ), attempted as (
    insert into longhaul.run_attempts (run_id, attempt, organisation_id, user_id, rank, execution_name, execution_input,
      admission, next_try_at)
    select id, 1, organisation_id, created_by, longhaul.priority_rank(priority), id || '-1',
      -- What waits before the first step are reckoned from, in a later attempt too: when the run was to begin.
      jsonb_build_object('run', id, 'attempt', 1, 'correlationId', correlation_id,
        'startedAt', longhaul.iso(greatest(not_before, v_now)), 'input', input)::text,
      case when not_before > v_now then 'later' else 'ready' end, greatest(not_before, v_now)
    from inserted
  ), logged as (
    insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, data)
    select id, 1, organisation_id, 'run.queued', v_now, 1, jsonb_build_object('reason', status_reason) from inserted
  ), woken as (
    insert into longhaul.queue_wakes (organisation_id, user_id)
    select distinct organisation_id, created_by from inserted where not_before is null or not_before <= v_now
  )
  select (select coalesce(array_agg(id), '{}') from inserted), count(*) filter (where refusal is null), jsonb_agg(case refusal
      when 'ORGANISATION_NOT_FOUND' then
        '{"code": "ORGANISATION_NOT_FOUND", "message": "You do not belong to this organisation."}'
      when 'FORBIDDEN' then jsonb_build_object('code', 'FORBIDDEN', 'message',
        format('This needs the role %s; yours is %s.', 'operator', role))
      when 'INPUT_TOO_LARGE' then '{"code": "INPUT_TOO_LARGE",
        "message": "The input is larger than 200 kB. Upload large content as a file and pass its id."}'
      when 'TAGS_INVALID' then '{"code": "INPUT_INVALID",
        "message": "A run takes at most 10 tags of 1 to 50 characters each."}'
      when 'TIME_INVALID' then '{"code": "INPUT_INVALID", "message": "A start can be delayed by a year at most."}'
      when 'RUN_NOT_FOUND' then '{"code": "RUN_NOT_FOUND", "message": "There is no such run."}'
      else jsonb_build_object('run', id, 'created', true)
    end order by place)
  into v_created, v_accepted, v_answers from judged;
  perform longhaul.touch(string_agg(longhaul.touched((start ->> 'organisation')::uuid, (answer ->> 'run')::uuid, 1), ''))
  from rows from (jsonb_array_elements(p_starts), jsonb_array_elements(v_answers)) both_of (start, answer)
  where (answer ->> 'run')::uuid = any (v_created);

  -- The rest of them came with a key that was used before.
  if cardinality(v_created) < v_accepted then
    select jsonb_agg(case
        when (a.answer ->> 'run')::uuid = any (v_created) or a.answer ? 'code' then a.answer
        when r.input <> coalesce(q.start -> 'input', 'null') then '{"code": "IDEMPOTENCY_CONFLICT",
          "message": "This idempotency key was used before with another input."}'
        when (r.rerun_of, r.rerun_from) is distinct from ((q.start ->> 'rerunOf')::uuid, q.start ->> 'rerunFrom') then
          '{"code": "IDEMPOTENCY_CONFLICT", "message": "This idempotency key was used before to run something else."}'
        else jsonb_build_object('run', r.id, 'created', false)
      end order by a.place)
    into v_answers
    from jsonb_array_elements(v_answers) with ordinality a (answer, place)
    cross join lateral (select p_starts -> (a.place - 1)::integer as start) q
    left join lateral (
      select * from longhaul.runs r
      where r.organisation_id = (q.start ->> 'organisation')::uuid and r.workflow = q.start ->> 'workflow'
        and r.idempotency_key = q.start ->> 'idempotencyKey' offset 0) r on true;
  end if;
  return v_answers;
end
$$;

-- The API's way to start runs of many callers in one transaction. Which tokens it has verified, and so which user it names,
-- is in its hands here as it is where it sets a caller's claims.
create function longhaul.start_runs(p_starts jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  return longhaul.begin_runs(p_starts);
end
$$;

-- Starts one run as the caller, with the files that its input names: an element of begin_runs, without the user.
drop function longhaul.start_run(uuid, text, text, text, jsonb, jsonb, text, text, text, uuid[]);
create function longhaul.start_run(p_start jsonb, p_artifacts uuid[], out run_id uuid, out created boolean)
language plpgsql security definer set search_path = '' as $$
declare
  v_organisation uuid := p_start ->> 'organisation';
  v_answer jsonb := longhaul.begin_runs(jsonb_build_array(p_start || jsonb_build_object('user', (select auth.uid())))) -> 0;
begin
  if v_answer ? 'code' then
    perform longhaul.refuse(v_answer ->> 'code', v_answer ->> 'message');
  end if;
  run_id := v_answer ->> 'run';
  created := v_answer -> 'created';
  -- Files are looked at only for a run that is new: a repeated start must answer even when they have expired. Those
  -- that are there are held by the rows that name them, so that retention cannot take them meanwhile.
  if created and cardinality(p_artifacts) > 0 then
    insert into longhaul.run_files (run_id, artifact_id, organisation_id)
    select start_run.run_id, a.id, v_organisation
    from longhaul.artifacts a join storage.objects o on o.bucket_id = 'artifacts' and o.name = a.path
    where a.id = any (p_artifacts) and a.organisation_id = v_organisation and (a.kind = 'upload' or a.status = 'ready')
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
end
$$;

create constraint trigger runs_ring_doorbell_at_start after insert on longhaul.runs
deferrable initially deferred for each row execute function longhaul.ring_doorbell();

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.start_run(jsonb, uuid[]) to authenticated;
grant execute on function longhaul.start_runs(jsonb) to longhaul_api;
