-- What watchers read, made cheaper: whoever asks says once who watches, and gets of each run a few facts for itself and, apart
-- from them, the text that goes on to the watcher as it is.
drop function longhaul.watched_changes(uuid[], uuid[], uuid[], bigint[], boolean[], double precision[], integer);

-- Each run as it is, and its events after a number, oldest first, in one snapshot: as the text {"run":...,"events":[...]}
-- that a watcher gets, so that nobody reads and writes it again on the way; put together by hand, since json_build_object and
-- row_to_json look up anew for each value how its type is written, which is most of what they cost. The shape is that of a Run and its RunEvents,
-- as packages/db gives them. Times and stages are written here and not by longhaul.iso and longhaul.progress_text: what is
-- called in PL/pgSQL is made ready anew in each transaction, which took as long as reading several runs.
-- A run is read for the person, and the organisation, at its place in p_users and p_organisations that p_for has. How long
-- such a run usually takes is reckoned where p_first says that this is the first reading; later ones say it in p_typical,
-- since it does not change while a run is under way. The facts: [place from 1 on, how many events, the last of these, the
-- number of the run's last event, whether it has ended, its workflow, how long it usually takes].
create function longhaul.watched_changes(
  p_users uuid[], p_organisations uuid[], p_for integer[], p_runs uuid[], p_after bigint[], p_first boolean[],
  p_typical double precision[], p_limit integer)
returns table (facts text, update text)
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = 'force_generic_plan' set enable_seqscan = off as $$
#variable_conflict use_column
declare
  v_typical double precision[] := p_typical;
begin
  if true = any (p_first) then
    with kinds as materialized (
      select distinct r.organisation_id, r.workflow
      from unnest(p_runs, p_first) w (run_id, first) join longhaul.runs r on r.id = w.run_id where w.first
    ), reckoned as materialized (
      -- The median of the last twenty successes.
      select k.*, (
        select percentile_cont(0.5) within group (order by d.seconds) from (
          select extract(epoch from l.finished_at - l.started_at)::double precision as seconds
          from longhaul.runs l
          where l.organisation_id = k.organisation_id and l.workflow = k.workflow and l.status = 'succeeded'
          order by l.finished_at desc limit 20) d) as seconds
      from kinds k
    )
    select array_agg(case when w.first then (
        select k.seconds from reckoned k join longhaul.runs r on r.organisation_id = k.organisation_id and r.workflow = k.workflow
        where r.id = w.run_id) else w.typical end order by w.place)
    into v_typical from unnest(p_runs, p_first, p_typical) with ordinality w (run_id, first, typical, place);
  end if;
  return query
  select
    concat('[', w.place, ',', e.event_count, ',', coalesce(e.last_event::text, 'null'), ',', r.last_seq, ',',
      case when r.finished_at is null then 'false' else 'true' end, ',"', r.workflow, '",', coalesce(w.typical::text, 'null'), ']'),
    concat('{"run":{"status":"', r.status, '","id":"', r.id, '","organisationId":"', r.organisation_id,
      '","workflow":"', r.workflow, '","name":', to_json(r.name::text), ',"priority":"', r.priority,
      '","input":', r.input, ',"attempt":', r.attempt, ',"lastSeq":', r.last_seq, g.progress,
      ',"correlationId":', to_json(r.correlation_id::text), ',"definitionHash":', to_json(r.definition_hash::text),
      ',"createdBy":', case when r.created_by is null then 'null' else
        concat('{"id":"', r.created_by, '","name":', to_json(coalesce(p.display_name, 'Former member')), '}') end,
      ',"createdAt":"', to_char(r.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      '","startedAt":', coalesce('"' || to_char(r.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"', 'null'),
      ',"finishedAt":', coalesce('"' || to_char(r.finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"', 'null'),
      ',"cancelRequestedAt":',
      coalesce('"' || to_char(r.cancel_requested_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"', 'null'),
      ',"tags":', case when r.tags = '{}' then '[]' else array_to_json(r.tags)::text end,
      ',"notBefore":', coalesce('"' || to_char(r.not_before at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"', 'null'),
      ',"lane":"', r.lane, '","rerunOf":', coalesce('"' || r.rerun_of || '"', 'null'),
      ',"rerunFrom":', coalesce(to_json(r.rerun_from::text)::text, 'null'),
      ',"pinned":', case when r.pinned then 'true' else 'false' end,
      ',"expiresAt":', case when r.finished_at is null then 'null' else coalesce(
        '"' || longhaul.iso(longhaul.expires_at(r.organisation_id, r.finished_at, r.pinned)) || '"', 'null') end,
      ',"typicalSeconds":', coalesce(w.typical::text, 'null'),
      case
        when r.status = 'queued' then ',"reason":' || coalesce(to_json(r.status_reason::text)::text, 'null')
        when r.status = 'waiting' then ',"waitingFor":' || to_json(r.status_reason::text)::text
        when r.status = 'succeeded' then ',"output":' || r.output::text
        when r.status in ('failed', 'timed_out') then ',"error":' || r.error::text
      end,
      '},"events":[', e.events, ']}')
  from unnest(p_for, p_runs, p_after, v_typical) with ordinality w (person, run_id, after, typical, place)
  join longhaul.memberships m on m.user_id = p_users[w.person] and m.organisation_id = p_organisations[w.person]
  -- Compared in a way that no index answers: while there are no statistics, one on the organisation looks as good as the key,
  -- and reads all runs of the organisation for each of these.
  join longhaul.runs r on r.id = w.run_id and r.organisation_id is not distinct from m.organisation_id
  left join longhaul.profiles p on p.user_id = r.created_by
  -- As longhaul.progress_text has it.
  cross join lateral (
    select concat(',"progress":', case when r.status = 'succeeded' then 1
        when sum(f.weight) > 0 then least(1, sum(f.weight * f.fraction) / sum(f.weight)) else 0 end,
      ',"stages":[', string_agg(concat('{"key":', f.stage -> 'key', ',"label":', f.stage -> 'label', ',"weight":', f.stage -> 'weight',
        ',"fraction":', f.fraction, ',"status":"', case
          when r.tallies[4 * f.place - 1] > 0 then 'failed'
          when f.done >= f.whole then 'done'
          when f.known > 0 then 'running'
          else 'pending' end, '","message":', coalesce(case when r.said is not null and f.known > 0 and f.done < f.whole then
          r.said -> (f.stage ->> 'key') -> -1 -> 'text' end, 'null'), '}'), ',' order by f.place), ']') as progress
    from (
      select s.*, least(1, s.done / s.whole) as fraction
      from (
        select o.stage, o.place, coalesce(r.tallies[4 * o.place - 3], 0) as known, (o.stage -> 'weight')::double precision as weight,
          coalesce(r.tallies[4 * o.place - 2] + r.tallies[4 * o.place] / 1000000000.0::double precision, 0) as done,
          greatest((o.stage -> 'steps')::bigint, r.tallies[4 * o.place - 3], 1) as whole
        from jsonb_array_elements(r.stages) with ordinality o (stage, place) offset 0) s
      offset 0) f
  ) g
  cross join lateral (
    select string_agg(
        concat('{"runId":"', l.run_id, '","seq":', l.seq, ',"type":"', l.type,
          '","at":"', to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
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
revoke execute on function
  longhaul.watched_changes(uuid[], uuid[], integer[], uuid[], bigint[], boolean[], double precision[], integer)
from public;
grant execute on function
  longhaul.watched_changes(uuid[], uuid[], integer[], uuid[], bigint[], boolean[], double precision[], integer)
to longhaul_api;
