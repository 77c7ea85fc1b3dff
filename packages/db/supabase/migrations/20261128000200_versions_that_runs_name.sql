-- The versions of state machines that runs which have not ended were sent to, or go on with once they are sent: these are
-- not to be deleted.
create function longhaul.versions_under_way() returns setof text
language sql stable security definer set search_path = '' as $$
  select distinct a.state_machine_arn
  from longhaul.runs r
  join longhaul.run_attempts a on a.run_id = r.id and a.attempt = r.attempt
  where r.finished_at is null and a.state_machine_arn is not null
$$;

revoke execute on function longhaul.versions_under_way() from public;
grant execute on function longhaul.versions_under_way() to longhaul_dispatcher;
