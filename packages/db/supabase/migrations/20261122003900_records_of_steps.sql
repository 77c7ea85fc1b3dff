-- What a workflow keeps beside its run, in tables of its own: a step calls longhaul.for_step_<name>(run, args) for it. Such a
-- function is called in no other way: it trusts the run that it is given, works on rows of that run's organisation, and may
-- be called again by a repeat of the step.

-- { answer } of the function, or null where the step is not held any more. The run stays locked meanwhile, as with every
-- write of a step.
create function longhaul.call_for_step(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_name text, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_answer jsonb;
begin
  if p_name !~ '^[a-z][a-z_]{0,47}$'
    or to_regprocedure(format('longhaul.for_step_%s(longhaul.runs, jsonb)', p_name)) is null then
    perform longhaul.refuse('RECORD_UNKNOWN', format('There is no record function "%s".', left(p_name, 48)));
  end if;
  perform from longhaul.held_step(p_run, p_step, p_item_path, p_visit, p_fence);
  if not found then
    return null;
  end if;
  select * into v_run from longhaul.runs where id = p_run;
  execute format('select longhaul.for_step_%s($1, $2)', p_name) using v_run, p_args into v_answer;
  return jsonb_build_object('answer', v_answer);
end
$$;

revoke execute on function longhaul.call_for_step(uuid, text, text, integer, bigint, text, jsonb) from public;
grant execute on function longhaul.call_for_step(uuid, text, text, integer, bigint, text, jsonb) to longhaul_worker;
