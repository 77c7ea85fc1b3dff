-- What the API's feed tells those who watch. One question is for many watched runs at once, each with the person
-- for whom it is read: who is no member of the organisation at that moment gets no row. The API asks under its own
-- role, since one transaction for each person would cost more than all of the rest; which tokens it has verified,
-- and whom it asks for, is in its hands here as it is where it sets a caller's claims.
-- PL/pgSQL keeps its plans for as long as the connection lasts; a function in SQL would be planned at each call.

-- Each run as it is, and its events after a number, oldest first, in one snapshot: as the text {"run":...,"events":[...]}
-- that a watcher gets, so that nobody reads and writes it again on the way. The shape is that of a Run and its RunEvents,
-- as packages/db gives them. How long such a run usually takes is reckoned where p_first says that this is the first
-- reading; later ones say it in p_typical, since it does not change while a run is under way. By place from 1 on.
create function longhaul.watched_changes(
  p_users uuid[], p_organisations uuid[], p_runs uuid[], p_after bigint[], p_first boolean[], p_typical double precision[],
  p_limit integer)
returns table (place bigint, update text, last_event bigint, event_count integer, last_seq bigint, is_final boolean,
  workflow text, typical double precision)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return query
  select w.place,
    '{"run":' || left(row_to_json(s)::text, -1) || case
      when r.status = 'queued' then ',"reason":' || coalesce(to_json(r.status_reason)::text, 'null')
      when r.status = 'waiting' then ',"waitingFor":' || to_json(r.status_reason)::text
      when r.status = 'succeeded' then ',"output":' || r.output::text
      when r.status in ('failed', 'timed_out') then ',"error":' || r.error::text
      else ''
    end || '},"events":[' || coalesce(e.events, '') || ']}',
    e.last_event, e.event_count, r.last_seq::bigint, r.finished_at is not null, r.workflow::text, t.seconds
  from unnest(p_users, p_organisations, p_runs, p_after, p_first, p_typical)
    with ordinality w (user_id, organisation_id, run_id, after, first, typical, place)
  join longhaul.memberships m on m.user_id = w.user_id and m.organisation_id = w.organisation_id
  join longhaul.runs r on r.id = w.run_id and r.organisation_id = w.organisation_id
  left join longhaul.profiles p on p.user_id = r.created_by
  cross join lateral (
    select case when not w.first then w.typical else (
      -- The median of the last twenty successes.
      select percentile_cont(0.5) within group (order by d.seconds) from (
        select extract(epoch from l.finished_at - l.started_at)::double precision as seconds
        from longhaul.runs l
        where l.organisation_id = r.organisation_id and l.workflow = r.workflow and l.status = 'succeeded'
        order by l.finished_at desc limit 20
      ) d) end as seconds
  ) t
  cross join lateral (
    select r.status, r.id, r.organisation_id as "organisationId", r.workflow, r.name, r.priority, r.input, r.attempt,
      r.last_seq as "lastSeq", r.progress, g.stages, r.correlation_id as "correlationId",
      r.definition_hash as "definitionHash",
      case when r.created_by is not null then
        json_build_object('id', r.created_by, 'name', coalesce(p.display_name, 'Former member')) end as "createdBy",
      longhaul.iso(r.created_at) as "createdAt", longhaul.iso(r.started_at) as "startedAt",
      longhaul.iso(r.finished_at) as "finishedAt", longhaul.iso(r.cancel_requested_at) as "cancelRequestedAt",
      r.tags, longhaul.iso(r.not_before) as "notBefore", r.lane, r.rerun_of as "rerunOf", r.rerun_from as "rerunFrom",
      r.pinned,
      longhaul.iso(case when r.finished_at is not null then
        longhaul.expires_at(r.organisation_id, r.finished_at, r.pinned) end) as "expiresAt",
      t.seconds as "typicalSeconds"
    from (select jsonb_agg(a.stage - 'steps' order by a.place) as stages
      from jsonb_array_elements(r.stages) with ordinality a (stage, place)) g
  ) s
  cross join lateral (
    select string_agg(row_to_json(v)::text, ',' order by v.seq) as events, count(*)::integer as event_count,
      max(v.seq)::bigint as last_event
    from (
      select l.run_id as "runId", l.seq, l.type, longhaul.iso(l.at) as at, l.attempt, l.step, l.item_path as "itemPath",
        l.visit, l.stage, l.data
      from longhaul.run_events l
      where l.run_id = r.id and l.seq > w.after order by l.seq limit p_limit
    ) v
  ) e;
end
$$;

-- Which of these people are no members, by place from 1 on.
create function longhaul.gone_members(p_users uuid[], p_organisations uuid[]) returns table (place bigint)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return query
  select w.place from unnest(p_users, p_organisations) with ordinality w (user_id, organisation_id, place)
  where not exists (
    select from longhaul.memberships m where m.user_id = w.user_id and m.organisation_id = w.organisation_id);
end
$$;

-- Which of these runs' logs go further than what is known of them, and how far.
create function longhaul.moved_heads(p_runs uuid[], p_known bigint[]) returns table (run_id uuid, last_seq bigint)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return query
  select r.id, r.last_seq from unnest(p_runs, p_known) w (run_id, known)
  join longhaul.runs r on r.id = w.run_id and r.last_seq > w.known;
end
$$;

revoke execute on function
  longhaul.watched_changes(uuid[], uuid[], uuid[], bigint[], boolean[], double precision[], integer),
  longhaul.gone_members(uuid[], uuid[]), longhaul.moved_heads(uuid[], bigint[])
from public;
grant execute on function
  longhaul.watched_changes(uuid[], uuid[], uuid[], bigint[], boolean[], double precision[], integer),
  longhaul.gone_members(uuid[], uuid[]), longhaul.moved_heads(uuid[], bigint[])
to longhaul_api;
