-- Queues all dead letters of an organisation again that were there at p_until, 500 at a time. Returns how many.
create function longhaul.requeue_runs(p_organisation uuid, p_until timestamptz) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_run uuid;
  v_count integer := 0;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  for v_run in
    select id from longhaul.runs
    where organisation_id = p_organisation and status = 'failed' and error ->> 'code' = 'DEAD_LETTERED'
      and finished_at <= p_until
    -- In one order always, as whoever locks several runs. Those in other hands are being queued already.
    order by id limit 500 for update skip locked
  loop
    perform longhaul.retry_run(p_organisation, v_run);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

-- Takes a run out of the dead letters for good. It stays what it is, a run that failed; its log says who has dropped it.
create function longhaul.drop_dead_letter(p_organisation uuid, p_run uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_at timestamptz;
  v_who text;
begin
  perform longhaul.require_role(p_organisation, 'admin');
  select * into v_run from longhaul.runs
  where id = p_run and organisation_id = p_organisation and status = 'failed' and error ->> 'code' = 'DEAD_LETTERED'
  for update;
  if not found then
    perform longhaul.refuse('RUN_NOT_DEAD_LETTERED', 'There is no such run among the dead letters. It may have been queued again already.');
  end if;
  select display_name into v_who from longhaul.profiles where user_id = (select auth.uid());
  v_at := greatest(clock_timestamp(), v_run.updated_at);
  insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, data)
  values (p_run, v_run.last_seq + 1, p_organisation, 'run.repaired', v_at, v_run.attempt,
    jsonb_build_object('repair', format('%s has dropped it from the dead letters.', coalesce(v_who, 'Somebody'))));
  update longhaul.runs
  set last_seq = v_run.last_seq + 1, updated_at = v_at, status_reason = v_run.status_reason,
    error = v_run.error || jsonb_build_object('code', 'DEAD_LETTER_DROPPED',
      'message', 'The run could not be started, and was dropped from the dead letters. Try it again if it is wanted after all.')
  where id = p_run;
  perform longhaul.touch(longhaul.touched(p_organisation, p_run, v_run.last_seq + 1));
end
$$;

revoke execute on function longhaul.requeue_runs(uuid, timestamptz), longhaul.drop_dead_letter(uuid, uuid) from public;
grant execute on function longhaul.requeue_runs(uuid, timestamptz), longhaul.drop_dead_letter(uuid, uuid) to authenticated;
