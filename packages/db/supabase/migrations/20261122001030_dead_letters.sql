-- What the queue has given up: few, and looked for by those who queue them again.
create index runs_dead_letters on longhaul.runs (organisation_id, created_at desc, id desc)
where status = 'failed' and error ->> 'code' = 'DEAD_LETTERED';

-- Queues a run again that its queue had given up, as its next attempt. Returns the attempt's number.
create function longhaul.requeue_run(p_organisation uuid, p_run uuid) returns integer
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  perform from longhaul.runs
  where id = p_run and organisation_id = p_organisation and status = 'failed' and error ->> 'code' = 'DEAD_LETTERED'
  for update;
  if not found then
    perform longhaul.refuse('RUN_NOT_DEAD_LETTERED', 'There is no such run among the dead letters. It may have been queued again already.');
  end if;
  return longhaul.retry_run(p_organisation, p_run);
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.requeue_run(uuid, uuid) to authenticated;
