-- A look at the queue also says whether the sender of webhooks should be told to look: messages wait, or may wait when the
-- runs that are due have been sent. Asked on the way, so that it takes no message of its own where there are no webhooks.
create or replace function longhaul.take_due(p_asked jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_limit integer := p_asked -> 'limit';
  v_due jsonb;
begin
  select coalesce(jsonb_agg(jsonb_build_object('runId', d.run_id, 'organisationId', d.organisation_id, 'attempt', d.attempt,
    'workflow', d.workflow, 'executionName', d.execution_name, 'executionInput', d.execution_input,
    'correlationId', d.correlation_id, 'lane', d.lane, 'priority', d.priority, 'tries', d.tries,
    'stateMachineArn', d.state_machine_arn) order by d.place), '[]')
  into v_due
  from longhaul.next_to_send(v_limit, (p_asked -> 'holdSeconds')::double precision) with ordinality d (run_id, organisation_id,
    attempt, workflow, execution_name, execution_input, correlation_id, lane, priority, tries, state_machine_arn, place);
  return jsonb_build_object('due', v_due, 'someWait', jsonb_array_length(v_due) < v_limit and (
    exists (select from longhaul.run_attempts where admission = 'ready' and closed_at is null and not explained)
    or exists (select from longhaul.run_attempts where admission = 'later' and closed_at is null)
    or coalesce(longhaul.next_due() <= clock_timestamp(), false)),
    'tellWebhooks', exists (select from longhaul.webhooks where active) and (v_due <> '[]' or exists (
      select from longhaul.webhook_deliveries where status = 'waiting' and next_try_at <= clock_timestamp())));
end
$$;
