-- What a talk of agents has come to: the run's input, and the turns that were spoken. A turn is the checkpoint of the step
-- that spoke it, and nowhere else: so a retry, or a rerun with a turn that was edited, goes on from what is there.
-- p_args: { last: so many of the last turns, agent: and all of the one at this place in the list (null for none),
-- before: of the turns before this one (null for all) }. All questions are given.
create function longhaul.for_step_talk(p_run longhaul.runs, p_args jsonb) returns jsonb
language sql stable security definer set search_path = '' as $$
  with spoken as materialized (
    select s.output, s.output ->> 'speaker' as speaker, (s.output ->> 'number')::integer as number
    from longhaul.run_steps s
    where s.run_id = p_run.id and s.step = 'Speak' and s.status = 'succeeded'
  ), past as (
    select output, speaker, number, row_number() over (order by number desc) as back from spoken
    where number < coalesce((p_args ->> 'before')::integer, 100000)
  )
  select jsonb_build_object(
    'input', p_run.input,
    'turns', (
      select coalesce(jsonb_agg(output order by number), '[]') from past
      where back <= (p_args ->> 'last')::integer or output ->> 'kind' = 'question'
        or speaker = p_run.input -> 'agents' -> (p_args ->> 'agent')::integer ->> 'name'),
    'spoken', (
      select coalesce(jsonb_object_agg(speaker, turns), '{}')
      from (select speaker, count(*) as turns from past group by speaker) each))
$$;
revoke execute on function longhaul.for_step_talk(longhaul.runs, jsonb) from public;
