-- What the API's feed tells those who watch. One question is for many watched runs at once, each with the person
-- for whom it is read: who is no member of the organisation at that moment gets no row. The API asks under its own
-- role, since one transaction for each person would cost more than all of the rest; which tokens it has verified,
-- and whom it asks for, is in its hands here as it is where it sets a caller's claims.
-- PL/pgSQL keeps its plans for as long as the connection lasts, if it is told to: planning costs more than reading a few
-- runs. Everything is found by its key, whatever the statistics were when the plan was made.

-- Each run as it is, and its events after a number, oldest first, in one snapshot: as the text {"run":...,"events":[...]}
-- that a watcher gets, so that nobody reads and writes it again on the way; put together by hand, since json_build_object and
-- row_to_json look up anew for each value how its type is written, which is most of what they cost. The shape is that of a Run and its RunEvents,
-- as packages/db gives them. How long such a run usually takes is reckoned where p_first says that this is the first
-- reading; later ones say it in p_typical, since it does not change while a run is under way. By place from 1 on.
create function longhaul.watched_changes(
  p_users uuid[], p_organisations uuid[], p_runs uuid[], p_after bigint[], p_first boolean[], p_typical double precision[],
  p_limit integer)
returns table (place bigint, update text, last_event bigint, event_count integer, last_seq bigint, is_final boolean,
  workflow text, typical double precision)
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = 'force_generic_plan' set enable_seqscan = off as $$
#variable_conflict use_column
begin
  return query
  select w.place,
    concat('{"run":{"status":"', r.status, '","id":"', r.id, '","organisationId":"', r.organisation_id,
      '","workflow":"', r.workflow, '","name":', to_json(r.name::text), ',"priority":"', r.priority,
      '","input":', r.input, ',"attempt":', r.attempt, ',"lastSeq":', r.last_seq, ',"progress":', r.progress,
      -- What is counted for a stage is nobody else's business.
      ',"stages":[', (select string_agg((g.stage - 'steps')::text, ',' order by g.place)
        from jsonb_array_elements(r.stages) with ordinality g (stage, place)),
      '],"correlationId":', to_json(r.correlation_id::text), ',"definitionHash":', to_json(r.definition_hash::text),
      ',"createdBy":', case when r.created_by is null then 'null' else
        concat('{"id":"', r.created_by, '","name":', to_json(coalesce(p.display_name, 'Former member')), '}') end,
      ',"createdAt":"', longhaul.iso(r.created_at),
      '","startedAt":', coalesce('"' || longhaul.iso(r.started_at) || '"', 'null'),
      ',"finishedAt":', coalesce('"' || longhaul.iso(r.finished_at) || '"', 'null'),
      ',"cancelRequestedAt":', coalesce('"' || longhaul.iso(r.cancel_requested_at) || '"', 'null'),
      ',"tags":', case when r.tags = '{}' then '[]' else array_to_json(r.tags)::text end,
      ',"notBefore":', coalesce('"' || longhaul.iso(r.not_before) || '"', 'null'),
      ',"lane":"', r.lane, '","rerunOf":', coalesce('"' || r.rerun_of || '"', 'null'),
      ',"rerunFrom":', coalesce(to_json(r.rerun_from::text)::text, 'null'),
      ',"pinned":', case when r.pinned then 'true' else 'false' end,
      ',"expiresAt":', case when r.finished_at is null then 'null' else coalesce(
        '"' || longhaul.iso(longhaul.expires_at(r.organisation_id, r.finished_at, r.pinned)) || '"', 'null') end,
      ',"typicalSeconds":', coalesce(t.seconds::text, 'null'),
      case
        when r.status = 'queued' then ',"reason":' || coalesce(to_json(r.status_reason::text)::text, 'null')
        when r.status = 'waiting' then ',"waitingFor":' || to_json(r.status_reason::text)::text
        when r.status = 'succeeded' then ',"output":' || r.output::text
        when r.status in ('failed', 'timed_out') then ',"error":' || r.error::text
      end,
      '},"events":[', e.events, ']}'),
    e.last_event, e.event_count, r.last_seq::bigint, r.finished_at is not null, r.workflow::text, t.seconds
  from unnest(p_users, p_organisations, p_runs, p_after, p_first, p_typical)
    with ordinality w (user_id, organisation_id, run_id, after, first, typical, place)
  join longhaul.memberships m on m.user_id = w.user_id and m.organisation_id = w.organisation_id
  -- Compared in a way that no index answers: while there are no statistics, one on the organisation looks as good as the key,
  -- and reads all runs of the organisation for each of these.
  join longhaul.runs r on r.id = w.run_id and r.organisation_id is not distinct from w.organisation_id
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
    offset 0
  ) t
  cross join lateral (
    select string_agg(
        concat('{"runId":"', l.run_id, '","seq":', l.seq, ',"type":"', l.type, '","at":"', longhaul.iso(l.at),
          '","attempt":', l.attempt, ',"step":', coalesce(to_json(l.step::text)::text, 'null'),
          ',"itemPath":', coalesce(to_json(l.item_path::text)::text, 'null'), ',"visit":', coalesce(l.visit::text, 'null'),
          ',"stage":', coalesce(to_json(l.stage::text)::text, 'null'), ',"data":', l.data, '}'),
        ',' order by l.seq) as events, count(*)::integer as event_count, max(l.seq)::bigint as last_event
    from (
      select * from longhaul.run_events v where v.run_id = r.id and v.seq > w.after order by v.seq limit p_limit
    ) l
  ) e;
end
$$;

-- Which of these people are no members, by place from 1 on.
create function longhaul.gone_members(p_users uuid[], p_organisations uuid[]) returns table (place bigint)
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = 'force_generic_plan' set enable_seqscan = off as $$
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
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = 'force_generic_plan' set enable_seqscan = off as $$
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
