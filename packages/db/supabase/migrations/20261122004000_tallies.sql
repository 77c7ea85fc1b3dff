-- What each event changes of a run, made small. A run's stages keep what they were at the start, and beside them is counted
-- what becomes of their steps, in numbers that an event adds to; the stages as a reader sees them, with their fractions,
-- states and messages, and how far the run is, follow from these where somebody reads.
alter table longhaul.runs
  -- The keys of its stages, in their order.
  add stage_keys text[] not null default '{}',
  -- Four numbers for each stage: how many steps of it are known, have succeeded, have failed, and how much the rest of
  -- them say they have done, added up, in billionths of a step. Whole numbers, since these are added and taken away again.
  add tallies bigint[] not null default '{}',
  -- What the last of a stage's steps at work have said, by the stage's key: { "read": [{ by, text }] }. Null where none has.
  add said jsonb;

-- Without settings of its own, so that it is inlined.
create function longhaul.billionths(p_share double precision) returns bigint
language sql immutable as $$
  select round(p_share * 1000000000)::bigint
$$;

drop function longhaul.stages_counted(uuid, jsonb);
-- Counts every step of a run anew: after what ends, undoes or copies many steps at once.
create function longhaul.stages_counted(p_run uuid, p_keys text[], out tallies bigint[], out said jsonb)
language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off set search_path = '' as $$
declare
  v_stage record;
  v_at integer;
begin
  tallies := array_fill(0::bigint, array[4 * cardinality(p_keys)]);
  for v_stage in
    select s.stage, count(*) as known, count(*) filter (where s.status = 'succeeded') as succeeded,
      count(*) filter (where s.status = 'failed') as failed,
      coalesce(sum(longhaul.billionths(s.progress)) filter (where s.status <> 'succeeded'), 0) as partial
    from longhaul.run_steps s where s.run_id = p_run and s.stage = any (p_keys) group by s.stage
  loop
    v_at := 4 * array_position(p_keys, v_stage.stage) - 3;
    tallies[v_at : v_at + 3] := array[v_stage.known, v_stage.succeeded, v_stage.failed, v_stage.partial];
  end loop;
  select jsonb_object_agg(k.stage, w.words) into said
  from unnest(p_keys) k (stage)
  cross join lateral (
    select jsonb_agg(jsonb_build_object('by', m.step || ' ' || m.item_path || ' ' || m.visit, 'text', m.message)
      order by m.started_at) as words
    from (
      select step, item_path, visit, message, started_at from longhaul.run_steps
      where run_id = p_run and stage = k.stage and status = 'running' and message is not null
      order by started_at desc limit 20) m) w
  where w.words is not null;
end
$$;

-- Without what one step has said: it is no longer at work.
create function longhaul.unsaid(p_said jsonb, p_stage text, p_by text) returns jsonb
language plpgsql immutable as $$
declare
  v_words jsonb := jsonb_path_query_array(p_said -> p_stage, '$[*] ? (@.by != $by)', jsonb_build_object('by', p_by));
begin
  return case when v_words <> '[]' then jsonb_set(p_said, array[p_stage], v_words) else nullif(p_said - p_stage, '{}') end;
end
$$;

-- With what a step says. Of those at work the last twenty are remembered: when one of them ends, the stage shows what the
-- one before it said.
create function longhaul.saying(p_said jsonb, p_stage text, p_by text, p_text text) returns jsonb
language plpgsql immutable as $$
declare
  v_said jsonb := coalesce(longhaul.unsaid(p_said, p_stage, p_by), '{}');
  v_words jsonb := coalesce(v_said -> p_stage, '[]') || jsonb_build_object('by', p_by, 'text', p_text);
begin
  return v_said || jsonb_build_object(p_stage, case when jsonb_array_length(v_words) > 20 then v_words - 0 else v_words end);
end
$$;

-- What a reader sees of a run's stages: the text "progress":0.5,"stages":[{ key, label, weight, fraction, status, message }].
-- A stage with several steps is as far as their mean, and the run as far as the stages are by their weights.
create function longhaul.progress_text(p_status text, p_stages jsonb, p_tallies bigint[], p_said jsonb) returns text
language plpgsql immutable as $$
declare
  v_stage jsonb;
  v_known bigint;
  v_done double precision;
  v_whole bigint;
  v_fraction double precision;
  v_weight double precision;
  v_weights double precision := 0;
  v_sum double precision := 0;
  v_stages text := '';
begin
  for i in 0 .. jsonb_array_length(p_stages) - 1 loop
    v_stage := p_stages -> i;
    v_known := coalesce(p_tallies[4 * i + 1], 0);
    v_done := coalesce(p_tallies[4 * i + 2] + p_tallies[4 * i + 4] / 1000000000.0::double precision, 0);
    v_whole := greatest((v_stage -> 'steps')::bigint, v_known, 1);
    v_fraction := least(1, v_done / v_whole);
    v_weight := v_stage -> 'weight';
    v_weights := v_weights + v_weight;
    v_sum := v_sum + v_weight * v_fraction;
    v_stages := v_stages || concat(case when i > 0 then ',' end, '{"key":', v_stage -> 'key', ',"label":', v_stage -> 'label',
      ',"weight":', v_stage -> 'weight', ',"fraction":', v_fraction, ',"status":"', case
        when p_tallies[4 * i + 3] > 0 then 'failed'
        when v_done >= v_whole then 'done'
        when v_known > 0 then 'running'
        else 'pending' end, '","message":', coalesce(case when v_known > 0 and v_done < v_whole then
        p_said -> (v_stage ->> 'key') -> -1 -> 'text' end, 'null'), '}');
  end loop;
  return concat('"progress":', case when p_status = 'succeeded' then 1 when v_weights > 0 then least(1, v_sum / v_weights) else 0 end,
    ',"stages":[', v_stages, ']');
end
$$;

-- What a change of a step means for its stage, as tallies have it.
alter type longhaul.stage_change alter attribute partial type bigint;

create function longhaul.tallied(
  p_keys text[], p_changes longhaul.stage_change[], inout tallies bigint[], inout said jsonb)
language plpgsql immutable as $$
declare
  v_change longhaul.stage_change;
  v_at integer;
begin
  foreach v_change in array p_changes loop
    v_at := 4 * array_position(p_keys, v_change.stage) - 3;
    continue when v_at is null;
    tallies[v_at] := tallies[v_at] + v_change.known;
    tallies[v_at + 1] := tallies[v_at + 1] + v_change.succeeded;
    tallies[v_at + 2] := tallies[v_at + 2] + v_change.failed;
    tallies[v_at + 3] := tallies[v_at + 3] + v_change.partial;
    if said is not null and v_change.ended is not null then
      said := longhaul.unsaid(said, v_change.stage, v_change.ended);
    end if;
  end loop;
end
$$;

-- Postgres reads the text of a CHECK again for each statement that writes to its table, whatever that changes. How the
-- values of a run go together is looked at where one of them is written: most events change none of them.
alter table longhaul.runs drop constraint runs_fit;
drop function longhaul.run_fits(text, text, jsonb, jsonb, integer, double precision, timestamptz, timestamptz, timestamptz,
  timestamptz, timestamptz);
alter table longhaul.runs drop column progress;
create function longhaul.run_fits() returns trigger
language plpgsql as $$
declare
  v_broken text := case
    when (new.status = 'succeeded') <> (new.output is not null) then 'runs_output_if_succeeded'
    when (new.status in ('failed', 'timed_out')) <> (new.error is not null) then 'runs_error_if_failed'
    when new.error is not null and not coalesce(jsonb_typeof(new.error -> 'code') = 'string'
      and jsonb_typeof(new.error -> 'message') = 'string', false) then 'runs_error_form'
    when (new.status in ('succeeded', 'failed', 'cancelled', 'timed_out')) <> (new.finished_at is not null) then 'runs_finished_if_final'
    when new.started_at is null and new.status in ('running', 'waiting', 'succeeded', 'timed_out') then 'runs_started_if_running'
    when new.status = 'queued' and new.started_at is not null and new.attempt <= 1 then 'runs_not_started_if_queued'
    when new.status = 'cancelling' and new.cancel_requested_at is null then 'runs_cancelling_was_asked'
    when new.status = 'waiting' and new.status_reason is null then 'runs_waiting_for_something'
    when new.status_reason is not null and new.status not in ('queued', 'waiting') then 'runs_reason_while_waiting'
    when not coalesce(new.started_at >= new.created_at, true) or not coalesce(new.finished_at >= new.created_at, true)
      or not coalesce(new.finished_at >= new.started_at, true) then 'runs_times_in_order'
    when new.attempt <= 0 then 'runs_attempt_positive'
    when new.not_before > new.created_at + interval '366 days' then 'runs_not_before_within_a_year'
  end;
begin
  if v_broken is not null then
    perform longhaul.break_rule('runs', v_broken);
  end if;
  return new;
end
$$;
create trigger runs_fit before insert or update of status, status_reason, output, error, attempt, created_at, started_at,
  finished_at, cancel_requested_at, not_before
on longhaul.runs for each row execute function longhaul.run_fits();

-- So it is with what a run has.
alter table longhaul.run_steps drop constraint run_steps_fit;
drop function longhaul.step_fits(text, jsonb, jsonb, timestamptz, text, timestamptz, double precision, integer);
create function longhaul.step_fits() returns trigger
language plpgsql as $$
declare
  v_broken text;
begin
  -- What a lease leaves behind, looked at for little.
  if new.status = 'running' and num_nonnulls(new.output, new.finished_at) = 0
    and num_nulls(new.lease_owner, new.lease_expires_at) = 0 and new.progress >= 0 and new.progress <= 1 and new.visit >= 0 then
    return new;
  end if;
  v_broken := case
    when (new.status = 'succeeded') <> (new.output is not null) then 'run_steps_output_if_succeeded'
    when (new.status in ('succeeded', 'failed', 'undone')) <> (new.finished_at is not null) then 'run_steps_finished_if_final'
    when (new.status = 'running') <> (new.lease_expires_at is not null and new.lease_owner is not null) then 'run_steps_lease_if_running'
    when new.status = 'failed' and new.error is null then 'run_steps_error_unless_succeeded'
    when new.progress not between 0 and 1 then 'run_steps_progress_is_share'
    when new.visit < 0 then 'run_steps_visit_natural'
  end;
  if v_broken is not null then
    perform longhaul.break_rule('run_steps', v_broken);
  end if;
  return new;
end
$$;
create trigger run_steps_fit before insert or update of status, output, error, finished_at, lease_owner, lease_expires_at,
  progress, visit
on longhaul.run_steps for each row execute function longhaul.step_fits();

alter table longhaul.run_attempts drop constraint run_attempts_fit;
drop function longhaul.attempt_fits(text, timestamptz, timestamptz, text, text, text, timestamptz, timestamptz, text);
create function longhaul.attempt_fits() returns trigger
language plpgsql as $$
declare
  v_broken text := case
    when (new.sent_at is null) <> (new.execution_arn is null) then 'run_attempts_sent_has_arn'
    when (new.admission = 'admitted') <> (new.admitted_at is not null) then 'run_attempts_admitted_has_time'
    when new.sent_at is not null and new.admission <> 'admitted' then 'run_attempts_sent_was_admitted'
    when (new.undo_begun_at is null) <> (new.undo_name is null) or (new.undo_begun_at is null) <> (new.undo_input is null)
      or (new.undo_sent_at is null) <> (new.undo_execution_arn is null)
      or (new.undo_sent_at is not null and new.undo_begun_at is null) then 'run_attempts_undo_is_whole'
  end;
begin
  if v_broken is not null then
    perform longhaul.break_rule('run_attempts', v_broken);
  end if;
  return new;
end
$$;
create trigger run_attempts_fit before insert or update of sent_at, execution_arn, admission, admitted_at, undo_begun_at, undo_name,
  undo_input, undo_sent_at, undo_execution_arn
on longhaul.run_attempts for each row execute function longhaul.attempt_fits();

alter table longhaul.run_events drop constraint run_events_fit;
create function longhaul.event_fits() returns trigger
language plpgsql as $$
begin
  if new.seq > 0 and jsonb_typeof(new.data) = 'object'
    and (num_nulls(new.step, new.item_path, new.visit) = 0 or new.type not like 'step.%') then
    return new;
  end if;
  perform longhaul.break_rule('run_events', 'run_events_fit');
end
$$;
create trigger run_events_fit before insert or update on longhaul.run_events
for each row execute function longhaul.event_fits();

-- What a run has goes with it. Whoever writes one of these rows has locked the run, or inserts it in the same statement: to
-- look it up again for each of them, as a foreign key does, cost more than the row.
alter table longhaul.run_events drop constraint run_events_run_id_fkey;
alter table longhaul.run_steps drop constraint run_steps_run_id_fkey;
alter table longhaul.run_attempts drop constraint run_attempts_run_id_fkey;
alter table longhaul.run_search drop constraint run_search_run_id_fkey;
create function longhaul.take_along() returns trigger
language plpgsql security definer
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
begin
  delete from longhaul.run_attempts a using gone where a.run_id = gone.id;
  delete from longhaul.run_events e using gone where e.run_id = gone.id;
  delete from longhaul.run_steps s using gone where s.run_id = gone.id;
  delete from longhaul.run_search s using gone where s.run_id = gone.id;
  return null;
end
$$;
create trigger runs_take_along after delete on longhaul.runs
referencing old table as gone for each statement execute function longhaul.take_along();

-- Runs that are there already. The trigger of the doorbell does not look at these columns.
update longhaul.runs r set stage_keys = k.keys, stages = k.stages
from longhaul.runs of_run
cross join lateral (
  select array_agg(s.stage ->> 'key' order by s.place) as keys, jsonb_agg(jsonb_build_object('key', s.stage -> 'key',
    'label', s.stage -> 'label', 'weight', s.stage -> 'weight',
    'steps', coalesce(s.stage #>> '{steps,of}', s.stage ->> 'steps')::integer) order by s.place) as stages
  from jsonb_array_elements(of_run.stages) with ordinality s (stage, place)) k
where r.id = of_run.id;
update longhaul.runs r set (tallies, said) = (select c.tallies, c.said from longhaul.stages_counted(r.id, r.stage_keys) c);

drop function longhaul.advance(uuid, bigint, timestamptz, boolean, jsonb, longhaul.stage_change[]);
drop type longhaul.run_advance;
drop function longhaul.stages_after(jsonb, longhaul.stage_change[]);
drop function longhaul.stages_saying(jsonb, text, text, text);
drop function longhaul.stage_with(jsonb, integer, integer, integer, double precision, jsonb);

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.progress_text(text, jsonb, bigint[], jsonb) to authenticated, longhaul_api, longhaul_dispatcher;
