-- A stage whose steps are known only when it has begun says how many they will be: else each of them would seem to be the
-- last one, and the stage done with each. { stage, steps }; a stage that the run has not is passed over.
create function longhaul.for_step_expect_steps(p_run longhaul.runs, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_steps integer := least(greatest((p_args ->> 'steps')::integer, 1), 100000);
begin
  update longhaul.runs r set stages = (
    select jsonb_agg(case
        when s.stage ->> 'key' is distinct from p_args ->> 'stage' then s.stage
        when jsonb_typeof(s.stage -> 'steps') = 'object' then jsonb_set(s.stage, '{steps,of}', to_jsonb(v_steps))
        else jsonb_set(s.stage, '{steps}', to_jsonb(v_steps))
      end order by s.place)
    from jsonb_array_elements(r.stages) with ordinality s (stage, place))
  where r.id = p_run.id;
  return jsonb_build_object('steps', v_steps);
end
$$;
revoke execute on function longhaul.for_step_expect_steps(longhaul.runs, jsonb) from public;
