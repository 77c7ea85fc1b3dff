-- What the API's feed tells those who watch. One question is for many watched runs at once, each with the person
-- for whom it is read: who is no member of the organisation at that moment gets no row. The API asks under its own
-- role, since one transaction for each person would cost more than all of the rest; which tokens it has verified,
-- and whom it asks for, is in its hands here as it is where it sets a caller's claims.

-- Each run as it is, and its events after a number, oldest first, in one snapshot.
create function longhaul.watched_changes(
  p_users uuid[], p_organisations uuid[], p_runs uuid[], p_after bigint[], p_limit integer)
returns table (run longhaul.runs, created_by_name text, events json, event_count integer, last_event bigint)
language sql stable security definer set search_path = '' as $$
  select r, p.display_name, e.events, e.event_count, e.last_event
  from unnest(p_users, p_organisations, p_runs, p_after) w (user_id, organisation_id, run_id, after)
  join longhaul.memberships m on m.user_id = w.user_id and m.organisation_id = w.organisation_id
  join longhaul.runs r on r.id = w.run_id and r.organisation_id = w.organisation_id
  left join longhaul.profiles p on p.user_id = r.created_by
  cross join lateral (
    select coalesce(json_agg(json_build_object(
        'runId', l.run_id, 'seq', l.seq, 'type', l.type,
        'at', to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'attempt', l.attempt,
        'step', l.step, 'itemPath', l.item_path, 'visit', l.visit, 'stage', l.stage, 'data', l.data) order by l.seq),
      '[]') as events, count(*)::integer as event_count, max(l.seq) as last_event
    from (
      select * from longhaul.run_events where run_id = r.id and seq > w.after order by seq limit p_limit
    ) l
  ) e
$$;

-- How far the log of each watched run goes; a watched list has no run. A row for each member, by its place from 1 on.
create function longhaul.watched_heads(p_users uuid[], p_organisations uuid[], p_runs uuid[])
returns table (place bigint, last_seq bigint)
language sql stable security definer set search_path = '' as $$
  select w.place, r.last_seq
  from unnest(p_users, p_organisations, p_runs) with ordinality w (user_id, organisation_id, run_id, place)
  join longhaul.memberships m on m.user_id = w.user_id and m.organisation_id = w.organisation_id
  left join longhaul.runs r on r.id = w.run_id and r.organisation_id = w.organisation_id
$$;

revoke execute on function longhaul.watched_changes(uuid[], uuid[], uuid[], bigint[], integer),
  longhaul.watched_heads(uuid[], uuid[], uuid[]) from public;
grant execute on function longhaul.watched_changes(uuid[], uuid[], uuid[], bigint[], integer),
  longhaul.watched_heads(uuid[], uuid[], uuid[]) to longhaul_api;
