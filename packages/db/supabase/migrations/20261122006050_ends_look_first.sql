-- Whether a look at the queue would find anything: a run that waits for a place, one that is due to be sent (again), or a
-- message for a webhook. Asked where a run has ended, for the end of one may be the turn of another, and mostly is not: the
-- look itself holds the one dispatcher's lock, and writes.
create function longhaul.anything_to_send(p_nothing jsonb) returns jsonb
language plpgsql stable security definer
set plan_cache_mode = force_generic_plan set enable_seqscan = off set search_path = '' as $$
begin
  return to_jsonb(
    exists (select from longhaul.run_attempts where admission = 'ready' and closed_at is null)
    or exists (select from longhaul.run_attempts
      where admission = 'later' and closed_at is null and next_try_at <= clock_timestamp())
    or exists (select from longhaul.run_attempts
      where admission = 'admitted' and sent_at is null and closed_at is null and next_try_at <= clock_timestamp())
    or exists (select from longhaul.webhook_deliveries where status = 'waiting' and next_try_at <= clock_timestamp()));
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.anything_to_send(jsonb) to longhaul_dispatcher;
