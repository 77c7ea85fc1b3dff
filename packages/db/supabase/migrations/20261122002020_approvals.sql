-- Asks a person for a decision, or finds that it was given: { kind: decided, answer } | { kind: open, approvalId }
-- | { kind: ended, reason }. Asked again (a retry of the task, a later attempt), the same approval gets the new token.
-- That nobody had decided, and nothing was decided by default, is no answer for a later attempt or another run.
create function longhaul.request_approval(
  p_run uuid, p_attempt integer, p_state text, p_item_path text, p_visit integer, p_stage text, p_title text, p_role text,
  p_form jsonb, p_details jsonb, p_deadline timestamptz, p_token text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_step longhaul.run_steps;
  v_before longhaul.approvals;
  v_id uuid;
  v_events jsonb := '[]';
begin
  select * into v_run from longhaul.runs where id = p_run for update;
  if v_run.id is null then
    return '{"kind": "ended", "reason": "ended"}';
  elsif v_run.cancel_requested_at is not null then
    return '{"kind": "ended", "reason": "cancelled"}';
  elsif v_run.finished_at is not null then
    return '{"kind": "ended", "reason": "ended"}';
  elsif v_run.attempt <> p_attempt then
    return '{"kind": "ended", "reason": "stale_attempt"}';
  end if;
  select * into v_step from longhaul.run_steps
  where run_id = p_run and step = p_state and item_path = p_item_path and visit = p_visit;
  if v_step.status = 'succeeded' and not (v_step.output @> '{"decision": null, "byDefault": true}'
    and (v_step.attempt < p_attempt or v_step.copied_from is not null))
  then
    update longhaul.approvals set task_token = p_token, token_resolved_at = null
    where run_id = p_run and state = p_state and item_path = p_item_path and visit = p_visit;
    return jsonb_build_object('kind', 'decided', 'answer', v_step.output);
  end if;
  select * into v_before from longhaul.approvals
  where run_id = p_run and state = p_state and item_path = p_item_path and visit = p_visit for update;

  insert into longhaul.approvals as a (organisation_id, run_id, state, item_path, visit, attempt, title, role, form, details,
    deadline, task_token)
  values (v_run.organisation_id, p_run, p_state, p_item_path, p_visit, p_attempt, p_title, p_role, p_form, p_details,
    p_deadline, p_token)
  on conflict (run_id, state, item_path, visit) do update set
    attempt = excluded.attempt, title = excluded.title, role = excluded.role, form = excluded.form, details = excluded.details,
    deadline = excluded.deadline, task_token = excluded.task_token, status = 'open', decision = null, decided_by = null,
    decided_at = null, token_resolved_at = null, token_tried_at = null
  returning id into v_id;
  if v_before.status = 'open' and v_before.attempt = p_attempt then
    return jsonb_build_object('kind', 'open', 'approvalId', v_id);
  end if;

  insert into longhaul.run_steps as s (run_id, step, item_path, visit, organisation_id, stage, status, attempt, input)
  values (p_run, p_state, p_item_path, p_visit, v_run.organisation_id, p_stage, 'waiting', p_attempt, p_details)
  on conflict (run_id, step, item_path, visit) do update set
    status = 'waiting', attempt = excluded.attempt, input = excluded.input, stage = excluded.stage, fence = s.fence + 1,
    lease_owner = null, lease_expires_at = null, finished_at = null, output = null, error = null, progress = 0,
    copied_from = null;
  update longhaul.runs set open_approvals = open_approvals + 1 where id = p_run;
  if v_run.status = 'queued' then
    v_events := '[{"type": "run.started"}]';
  end if;
  perform longhaul.append_events(p_run, v_events || jsonb_build_object('type', 'approval.requested', 'step', p_state,
    'itemPath', p_item_path, 'visit', p_visit, 'stage', p_stage, 'data', jsonb_build_object(
      'approvalId', v_id, 'title', p_title, 'role', p_role, 'deadline', longhaul.iso(p_deadline)))
    || longhaul.waiting_events(v_run, v_run.open_approvals + 1));
  return jsonb_build_object('kind', 'open', 'approvalId', v_id);
end
$$;

-- Enters the decision of an open approval whose run is locked: the approval, its checkpoint, the log. Returns what the
-- machine gets: { decision, decidedBy: { id, name } | null, decidedAt, byDefault }.
create function longhaul.settle_approval(p_approval longhaul.approvals, p_decision jsonb, p_by uuid, p_by_default boolean)
returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_step longhaul.run_steps;
  v_at timestamptz := clock_timestamp();
  v_by jsonb := (select jsonb_build_object('id', user_id, 'name', display_name) from longhaul.profiles where user_id = p_by);
  v_answer jsonb := jsonb_build_object('decision', p_decision, 'decidedBy', v_by, 'decidedAt', longhaul.iso(v_at),
    'byDefault', p_by_default);
begin
  update longhaul.approvals
  set status = case when p_by_default then 'expired' else 'decided' end, decision = p_decision, decided_by = p_by, decided_at = v_at,
    -- At the deadline Step Functions has given up the token itself.
    token_resolved_at = case when p_by_default then v_at end
  where id = p_approval.id;
  update longhaul.run_steps
  set status = 'succeeded', output = v_answer, progress = 1, finished_at = greatest(v_at, started_at)
  where run_id = p_approval.run_id and step = p_approval.state and item_path = p_approval.item_path and visit = p_approval.visit
  returning * into v_step;
  update longhaul.runs set open_approvals = open_approvals - 1 where id = p_approval.run_id returning * into v_run;
  perform longhaul.append_events(p_approval.run_id, jsonb_build_array(jsonb_build_object('type', 'approval.decided',
    'step', p_approval.state, 'itemPath', p_approval.item_path, 'visit', p_approval.visit, 'stage', v_step.stage,
    'data', jsonb_build_object('approvalId', p_approval.id, 'title', p_approval.title, 'decision', p_decision, 'by', v_by,
      'byDefault', p_by_default))) || longhaul.waiting_events(v_run, v_run.open_approvals));
  return v_answer;
end
$$;

-- A member's decision, which the caller has found to fit the form. Of several at the same moment the first counts.
create function longhaul.decide_approval(p_organisation uuid, p_approval uuid, p_decision jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_approval longhaul.approvals;
begin
  perform longhaul.require_role(p_organisation, 'viewer');
  -- The run first, as every writer locks it.
  select r.* into v_run from longhaul.runs r
  join longhaul.approvals a on a.run_id = r.id and a.id = p_approval
  where r.organisation_id = p_organisation for update of r;
  if v_run.id is null then
    perform longhaul.refuse('APPROVAL_NOT_FOUND', 'There is no such request for approval.');
  end if;
  select * into v_approval from longhaul.approvals where id = p_approval for update;
  perform longhaul.require_role(p_organisation, v_approval.role);
  if octet_length(p_decision::text) > 60000 then
    perform longhaul.refuse('INPUT_TOO_LARGE', 'The decision is larger than 60 kB.');
  elsif v_approval.status = 'decided' then
    perform longhaul.refuse('APPROVAL_DECIDED', format('%s has decided this already.', coalesce(
      (select display_name from longhaul.profiles where user_id = v_approval.decided_by), 'Somebody')));
  elsif v_approval.status = 'expired' or (v_approval.status = 'open' and v_approval.deadline <= clock_timestamp()) then
    perform longhaul.refuse('APPROVAL_EXPIRED', 'The time to decide this is over.');
  elsif v_approval.status = 'cancelled' or v_run.finished_at is not null or v_run.cancel_requested_at is not null then
    perform longhaul.refuse('RUN_ENDED', 'The run that asked for this does not wait for it any more.');
  end if;
  return longhaul.settle_approval(v_approval, p_decision, (select auth.uid()), false);
end
$$;

-- The deadline of an approval has passed: whoever decided in time is heard, else the default is entered (null where the
-- workflow has none, and goes a way of its own). { kind: decided, answer } | { kind: ended, reason }.
create function longhaul.expire_approval(
  p_run uuid, p_attempt integer, p_state text, p_item_path text, p_visit integer, p_default jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
  v_approval longhaul.approvals;
  v_answer jsonb;
begin
  select * into v_run from longhaul.runs where id = p_run for update;
  if v_run.id is null or v_run.finished_at is not null then
    return '{"kind": "ended", "reason": "ended"}';
  elsif v_run.cancel_requested_at is not null then
    return '{"kind": "ended", "reason": "cancelled"}';
  elsif v_run.attempt <> p_attempt then
    return '{"kind": "ended", "reason": "stale_attempt"}';
  end if;
  select * into v_approval from longhaul.approvals
  where run_id = p_run and state = p_state and item_path = p_item_path and visit = p_visit for update;
  if v_approval.status = 'open' then
    v_answer := longhaul.settle_approval(v_approval, p_default, null, true);
  else
    update longhaul.approvals set token_resolved_at = coalesce(token_resolved_at, clock_timestamp()) where id = v_approval.id;
    select output into v_answer from longhaul.run_steps
    where run_id = p_run and step = p_state and item_path = p_item_path and visit = p_visit and status = 'succeeded';
  end if;
  -- Nobody could even be asked.
  return jsonb_build_object('kind', 'decided', 'answer', coalesce(v_answer, jsonb_build_object('decision', p_default,
    'decidedBy', null, 'decidedAt', longhaul.iso(clock_timestamp()), 'byDefault', true)));
end
$$;

-- Step Functions knows the decision, or does not want to know it any more. Not where a later attempt has brought
-- another token meanwhile.
create function longhaul.approval_resolved(p_approval uuid, p_token text, p_repair text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_run uuid;
begin
  if p_repair is not null then
    -- The run first, as every writer locks it.
    perform from longhaul.runs where id = (select run_id from longhaul.approvals where id = p_approval) for update;
  end if;
  update longhaul.approvals set token_resolved_at = clock_timestamp()
  where id = p_approval and task_token = p_token and token_resolved_at is null and status <> 'open'
  returning run_id into v_run;
  if found and p_repair is not null and exists (select from longhaul.runs where id = v_run and finished_at is null) then
    perform longhaul.append_events(v_run, jsonb_build_array(jsonb_build_object('type', 'run.repaired',
      'data', jsonb_build_object('repair', p_repair))));
  end if;
end
$$;

-- A decision that Step Functions is still to be told, or nothing.
create function longhaul.undelivered_decision(p_approval uuid, out token text, out answer jsonb) returns setof record
language sql stable security definer set search_path = '' as $$
  select a.task_token, s.output
  from longhaul.approvals a
  join longhaul.run_steps s on s.run_id = a.run_id and s.step = a.state and s.item_path = a.item_path and s.visit = a.visit
    and s.status = 'succeeded'
  where a.id = p_approval and a.decided_at is not null and a.token_resolved_at is null
$$;

-- Decisions that Step Functions has not been told for a while, each handed out once per such while.
create function longhaul.unresolved_approvals(p_older_seconds double precision, p_limit integer) returns setof uuid
language sql security definer set search_path = '' as $$
  with late as (
    select a.id from longhaul.approvals a
    where a.token_resolved_at is null and a.decided_at is not null
      and greatest(a.decided_at, a.token_tried_at) < clock_timestamp() - make_interval(secs => p_older_seconds)
    order by a.decided_at limit p_limit
    for update skip locked
  )
  update longhaul.approvals a set token_tried_at = clock_timestamp() from late where a.id = late.id returning a.id
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.decide_approval(uuid, uuid, jsonb) to authenticated;
grant execute on function
  longhaul.request_approval(uuid, integer, text, text, integer, text, text, text, jsonb, jsonb, timestamptz, text),
  longhaul.expire_approval(uuid, integer, text, text, integer, jsonb),
  longhaul.undelivered_decision(uuid),
  longhaul.approval_resolved(uuid, text, text),
  longhaul.unresolved_approvals(double precision, integer)
to longhaul_dispatcher;
