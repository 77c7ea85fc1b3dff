-- As before; a run that was not to start before a time which is still ahead waits for it in its next attempt, too: one
-- that was cancelled, or given up by its queue, before its time had come.
create or replace function longhaul.retry_run(p_organisation uuid, p_run uuid) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_later boolean;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  select * into v_run from longhaul.runs r where r.id = p_run and r.organisation_id = p_organisation for update;
  if v_run.id is null then
    perform longhaul.refuse('RUN_NOT_FOUND', 'There is no such run.');
  elsif v_run.finished_at is null then
    perform longhaul.refuse('RUN_NOT_ENDED', 'This run is still under way.');
  elsif v_run.status = 'succeeded' then
    perform longhaul.refuse('RUN_SUCCEEDED', 'This run has succeeded. Run it anew to repeat it.');
  end if;
  v_later := coalesce(v_run.not_before > clock_timestamp(), false);
  with queued as (
    insert into longhaul.run_attempts (run_id, attempt, organisation_id, user_id, rank, execution_name, execution_input,
      state_machine_arn, admission, next_try_at)
    select run_id, v_run.attempt + 1, organisation_id, user_id, rank, run_id || '-' || v_run.attempt + 1,
      jsonb_set(execution_input::jsonb, '{attempt}', to_jsonb(v_run.attempt + 1))::text, state_machine_arn,
      case when v_later then 'later' else 'ready' end, case when v_later then v_run.not_before else clock_timestamp() end
    from longhaul.run_attempts where run_id = p_run and attempt = v_run.attempt
    returning organisation_id, user_id
  )
  insert into longhaul.queue_wakes select organisation_id, user_id from queued where not v_later;
  -- They are tried again, and no longer what the stages have failed by.
  update longhaul.run_steps set status = 'retrying', finished_at = null
  where run_id = p_run and status = 'failed' and undoes is null;
  update longhaul.runs
  set status = 'queued', attempt = attempt + 1, error = null, finished_at = null, started_at = null, cancel_requested_at = null,
    checked_at = null
  where id = p_run;
  perform longhaul.append_events(p_run, jsonb_build_array(
    jsonb_build_object('type', 'run.retried', 'data', jsonb_build_object('by', (select auth.uid()))),
    jsonb_build_object('type', 'run.queued', 'data', jsonb_build_object('reason',
      case when v_later then to_char(v_run.not_before at time zone 'UTC', '"Starts at" YYYY-MM-DD HH24:MI:SS "UTC."') end))));
  return v_run.attempt + 1;
end
$$;
