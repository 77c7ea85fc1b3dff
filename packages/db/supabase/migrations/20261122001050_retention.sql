-- Retention: an ended run is kept as many days as its organisation says, or for as long as it is pinned; then it goes with
-- everything it has. Files outlive their rows by one step: whatever removes an artifact's row leaves the object's path
-- in objects_to_remove, in the same transaction, until Storage has been told.
alter table longhaul.runs add pinned boolean not null default false;
create index runs_to_expire on longhaul.runs (organisation_id, finished_at) where finished_at is not null and not pinned;

create table longhaul.objects_to_remove (
  path text primary key,
  organisation_id uuid not null,
  added_at timestamptz not null default clock_timestamp(),
  -- Handed to somebody who removes it; again after this time, if that was not confirmed.
  next_try_at timestamptz not null default clock_timestamp()
);
create index objects_to_remove_due on longhaul.objects_to_remove (next_try_at);
alter table longhaul.objects_to_remove enable row level security;

create function longhaul.note_object_to_remove() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into longhaul.objects_to_remove (path, organisation_id) values (old.path, old.organisation_id)
  on conflict (path) do nothing;
  return null;
end
$$;
create trigger artifacts_note_object after delete on longhaul.artifacts
for each row execute function longhaul.note_object_to_remove();

-- An upload that no run names can expire; one that a run names goes after the run.
create index artifacts_uploads on longhaul.artifacts (organisation_id, created_at) where kind = 'upload';
create index artifacts_of_run on longhaul.artifacts (run_id) where run_id is not null;

-- The files of a run that is deleted go over to a run that has copied the steps which wrote them.
create function longhaul.hand_on_artifacts() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update longhaul.artifacts a set run_id = heir.run_id
  from (
    select distinct on (held.id) held.id, f.run_id
    from longhaul.artifacts held
    join longhaul.run_files f on f.artifact_id = held.id and f.run_id <> old.id
    join longhaul.runs r on r.id = f.run_id
    where held.run_id = old.id
    order by held.id, r.created_at desc
  ) heir
  where a.id = heir.id;
  return old;
end
$$;
create trigger runs_hand_on_artifacts before delete on longhaul.runs
for each row execute function longhaul.hand_on_artifacts();

-- Deletes ended runs whose time has come, and uploads that have been of no use for as long. Only rows that nobody needs any
-- more are locked, and no more of them in one transaction than p_events events' worth, or one run. Whoever calls does it
-- again until nothing is left.
create function longhaul.expire(p_runs integer, p_events bigint, out runs integer, out uploads integer)
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_expired uuid[];
  v_unused uuid[];
begin
  with expired as (
    select e.id, e.last_seq from longhaul.organisations o
    cross join lateral longhaul.limits_of(o.id) l
    cross join lateral (
      select r.id, r.last_seq, r.finished_at from longhaul.runs r
      where r.organisation_id = o.id and r.finished_at is not null and not r.pinned
        and r.finished_at < v_now - make_interval(days => l.retention_days)
      order by r.finished_at limit p_runs
    ) e
    limit p_runs
  ), weighed as (
    select id, sum(last_seq) over (order by last_seq, id) as events, row_number() over (order by last_seq, id) as place from expired
  ), locked as (
    -- The conditions once more: a run may have been pinned, or tried again, since it was found.
    select r.id from longhaul.runs r join weighed w on w.id = r.id
    where (w.events <= p_events or w.place = 1) and r.finished_at is not null and not r.pinned
    for update of r skip locked
  )
  select coalesce(array_agg(id), '{}') into v_expired from locked;
  delete from longhaul.runs r where r.id = any (v_expired) and not r.pinned and r.finished_at is not null;
  get diagnostics runs = row_count;

  select coalesce(array_agg(id), '{}') into v_unused from (
    select u.id from longhaul.organisations o
    cross join lateral longhaul.limits_of(o.id) l
    cross join lateral (
      select a.id from longhaul.artifacts a
      where a.organisation_id = o.id and a.kind = 'upload' and a.created_at < v_now - make_interval(days => l.retention_days)
        and not exists (select from longhaul.run_files f where f.artifact_id = a.id)
      order by a.created_at limit p_runs
      for update of a skip locked
    ) u
    limit p_runs
  ) unused;
  -- Looked at again once they are locked: a start may just have named one, which would have kept it from being locked
  -- before that start committed, and shows now.
  delete from longhaul.artifacts a
  where a.id = any (v_unused) and not exists (select from longhaul.run_files f where f.artifact_id = a.id);
  get diagnostics uploads = row_count;
end
$$;

-- Objects without a row, for whoever removes them from Storage; each is handed out again later, unless it is confirmed.
create function longhaul.take_objects_to_remove(p_limit integer, p_again_seconds double precision) returns setof text
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  return query
    with due as (
      select path from longhaul.objects_to_remove where next_try_at <= v_now
      order by next_try_at limit p_limit for update skip locked
    )
    update longhaul.objects_to_remove o set next_try_at = v_now + make_interval(secs => p_again_seconds)
    from due where o.path = due.path returning o.path;
end
$$;

create function longhaul.forget_objects(p_paths text[]) returns void
language sql security definer set search_path = '' as $$
  delete from longhaul.objects_to_remove where path = any (p_paths)
$$;

-- Keeps a run beyond its time, or no longer. Rings no doorbell and writes no event: an ended run takes none.
create function longhaul.pin_run(p_organisation uuid, p_run uuid, p_pinned boolean) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  update longhaul.runs set pinned = p_pinned where id = p_run and organisation_id = p_organisation;
  if not found then
    perform longhaul.refuse('RUN_NOT_FOUND', 'There is no such run.');
  end if;
end
$$;

-- When a run goes: null while it is under way or pinned. Tells no more of an organisation than for how many days it keeps
-- its runs.
create function longhaul.expires_at(p_organisation uuid, p_finished_at timestamptz, p_pinned boolean) returns timestamptz
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_finished_at is null or p_pinned then
    return null;
  end if;
  return p_finished_at + make_interval(days => coalesce(
    (select l.retention_days from longhaul.organisation_limits l where l.organisation_id = p_organisation),
    longhaul.default_retention_days()));
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.expires_at(uuid, timestamptz, boolean) to authenticated, longhaul_api;
grant execute on function longhaul.pin_run(uuid, uuid, boolean) to authenticated;
grant execute on function
  longhaul.expire(integer, bigint),
  longhaul.take_objects_to_remove(integer, double precision),
  longhaul.forget_objects(text[])
to longhaul_dispatcher;
