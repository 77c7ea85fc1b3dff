-- How far each stage of a run is, kept as its steps change: a run with ten thousand steps costs its next event no more than
-- one with five. A stage keeps under "steps", which nobody is shown, how many of its steps there are at least ("of"), are
-- known, have succeeded and have failed, what those that have not succeeded say they have done ("partial", added up), and
-- what the last of those at work have said: [{ by, text }]. Whoever changes a step tells the stage, in the statement that
-- numbers the event. Until the first change "steps" is the number alone.

-- What a change of a step means for its stage: how many more there are, have succeeded and have failed, and how much more
-- or less is said to be done by those that have not succeeded.
create type longhaul.stage_change as (
  stage text, known integer, succeeded integer, failed integer, partial double precision,
  -- The step as stage messages name it, where it is no longer at work.
  ended text);

-- A stage with its counts, and what follows from them.
create function longhaul.stage_with(
  p_stage jsonb, p_known integer, p_succeeded integer, p_failed integer, p_partial double precision, p_said jsonb) returns jsonb
language plpgsql immutable as $$
declare
  -- Fractions that are added and taken away again leave a crumb.
  v_done double precision := p_succeeded + round(p_partial::numeric, 9)::double precision;
  v_of integer := coalesce(p_stage #>> '{steps,of}', p_stage ->> 'steps');
  v_whole integer := greatest(v_of, p_known, 1);
begin
  return p_stage || jsonb_build_object('fraction', least(1, v_done / v_whole),
      'status', case
        when p_failed > 0 then 'failed'
        when v_done >= v_whole then 'done'
        when p_known > 0 then 'running'
        else 'pending' end,
      'message', case when p_known > 0 and v_done < v_whole then p_said -> -1 -> 'text' end,
      'steps', jsonb_build_object('of', v_of, 'known', p_known, 'succeeded', p_succeeded, 'failed', p_failed,
        'partial', p_partial, 'said', p_said));
end
$$;

-- A run's stages after changes of its steps, and how far the run is.
create function longhaul.stages_after(
  p_stages jsonb, p_changes longhaul.stage_change[], out stages jsonb, out progress double precision)
language plpgsql immutable as $$
declare
  v_stage jsonb;
  v_steps jsonb;
  v_change longhaul.stage_change;
  v_known integer;
  v_succeeded integer;
  v_failed integer;
  v_partial double precision;
  v_said jsonb;
  v_changed boolean;
  v_weight double precision;
  v_weights double precision := 0;
  v_done double precision := 0;
begin
  stages := p_stages;
  for i in 0 .. jsonb_array_length(p_stages) - 1 loop
    v_stage := p_stages -> i;
    v_changed := false;
    foreach v_change in array p_changes loop
      continue when v_change.stage is distinct from v_stage ->> 'key';
      if not v_changed then
        v_changed := true;
        v_steps := v_stage -> 'steps';
        v_known := coalesce((v_steps -> 'known')::integer, 0);
        v_succeeded := coalesce((v_steps -> 'succeeded')::integer, 0);
        v_failed := coalesce((v_steps -> 'failed')::integer, 0);
        v_partial := coalesce((v_steps -> 'partial')::double precision, 0);
        v_said := coalesce(v_steps -> 'said', '[]');
      end if;
      v_known := v_known + v_change.known;
      v_succeeded := v_succeeded + v_change.succeeded;
      v_failed := v_failed + v_change.failed;
      v_partial := v_partial + v_change.partial;
      if v_said <> '[]' and v_change.ended is not null then
        v_said := jsonb_path_query_array(v_said, '$[*] ? (@.by != $by)', jsonb_build_object('by', v_change.ended));
      end if;
    end loop;
    if v_changed then
      v_stage := longhaul.stage_with(v_stage, v_known, v_succeeded, v_failed, v_partial, v_said);
      stages := jsonb_set(stages, array[i::text], v_stage);
    end if;
    v_weight := v_stage -> 'weight';
    v_weights := v_weights + v_weight;
    v_done := v_done + v_weight * (v_stage -> 'fraction')::double precision;
  end loop;
  progress := case when v_weights > 0 then least(1, v_done / v_weights) else 0 end;
end
$$;

-- The stages with what a step says. Of those at work the last twenty are remembered: when one of them ends, the stage
-- shows what the one before it said.
create function longhaul.stages_saying(p_stages jsonb, p_stage text, p_by text, p_text text) returns jsonb
language plpgsql immutable as $$
declare
  v_stage jsonb;
  v_steps jsonb;
  v_said jsonb;
begin
  for i in 0 .. jsonb_array_length(p_stages) - 1 loop
    v_stage := p_stages -> i;
    continue when v_stage ->> 'key' <> p_stage;
    v_steps := v_stage -> 'steps';
    v_said := jsonb_path_query_array(coalesce(v_steps -> 'said', '[]'), '$[*] ? (@.by != $by)', jsonb_build_object('by', p_by))
      || jsonb_build_object('by', p_by, 'text', p_text);
    if jsonb_array_length(v_said) > 20 then
      v_said := v_said - 0;
    end if;
    return jsonb_set(p_stages, array[i::text], longhaul.stage_with(v_stage, (v_steps -> 'known')::integer,
      (v_steps -> 'succeeded')::integer, (v_steps -> 'failed')::integer, (v_steps -> 'partial')::double precision, v_said));
  end loop;
  return p_stages;
end
$$;

-- The same when every step of the run is counted anew: after what ends, undoes or copies many steps at once.
drop function longhaul.stage_states(uuid, jsonb);
drop function longhaul.weighted_progress(jsonb);
create function longhaul.stages_counted(p_run uuid, p_stages jsonb, out stages jsonb, out progress double precision)
language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off set search_path = '' as $$
declare
  v_changes longhaul.stage_change[];
begin
  select array_agg(row(c.*)::longhaul.stage_change) into v_changes from (
    select s.stage, count(*)::integer, (count(*) filter (where s.status = 'succeeded'))::integer,
      (count(*) filter (where s.status = 'failed'))::integer,
      coalesce(sum(s.progress) filter (where s.status <> 'succeeded'), 0), null::text
    from longhaul.run_steps s where s.run_id = p_run and s.stage is not null group by s.stage) c;
  select c.stages, c.progress into stages, progress from longhaul.stages_after((
    select jsonb_agg(longhaul.stage_with(s.stage, 0, 0, 0, 0, (
      select coalesce(jsonb_agg(jsonb_build_object('by', m.step || ' ' || m.item_path || ' ' || m.visit, 'text', m.message) order by m.started_at), '[]')
      from (
        select step, item_path, visit, message, started_at from longhaul.run_steps
        where run_id = p_run and stage = s.stage ->> 'key' and status = 'running' and message is not null
        order by started_at desc limit 20) m)) order by s.place)
    from jsonb_array_elements(p_stages) with ordinality s (stage, place)), coalesce(v_changes, '{}')) c;
end
$$;

update longhaul.runs r set (stages, progress) = (
  select c.stages, case r.status when 'succeeded' then 1 else c.progress end from longhaul.stages_counted(r.id, r.stages) c)
where r.finished_at is null;

revoke execute on all functions in schema longhaul from public;
