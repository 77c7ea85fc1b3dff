-- Keeps a webhook: a new one where p_webhook has no id. { id?, name, url, kinds, workflows, active, secret }; the secret is
-- that of a new one only.
create function longhaul.save_webhook(p_organisation uuid, p_webhook jsonb) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid := p_webhook ->> 'id';
  v_active boolean := p_webhook -> 'active';
  v_kinds text[] := array(select jsonb_array_elements_text(p_webhook -> 'kinds'));
  v_workflows text[] := array(select jsonb_array_elements_text(p_webhook -> 'workflows'));
begin
  perform longhaul.require_role(p_organisation, 'admin');
  if v_id is null then
    -- One at a time, so that the most is the most.
    perform from longhaul.organisations where id = p_organisation for no key update;
    if (select count(*) from longhaul.webhooks where organisation_id = p_organisation) >= 20 then
      perform longhaul.refuse('TOO_MANY_WEBHOOKS', 'An organisation has at most 20 webhooks. Delete one that is not needed.');
    end if;
    insert into longhaul.webhooks (organisation_id, name, url, kinds, workflows, active, secret, created_by)
    values (p_organisation, p_webhook ->> 'name', p_webhook ->> 'url', v_kinds, v_workflows, v_active, p_webhook ->> 'secret',
      (select auth.uid()))
    returning id into v_id;
    return v_id;
  end if;
  update longhaul.webhooks set name = p_webhook ->> 'name', url = p_webhook ->> 'url', kinds = v_kinds, workflows = v_workflows,
    active = v_active, off_reason = case when not v_active then off_reason end,
    -- Whoever switches it on, or gives it another address, begins anew.
    failing_since = case when active and url = p_webhook ->> 'url' then failing_since end
  where id = v_id and organisation_id = p_organisation;
  if not found then
    perform longhaul.refuse('WEBHOOK_NOT_FOUND', 'There is no such webhook.');
  elsif not v_active then
    perform longhaul.drop_deliveries(v_id);
  end if;
  return v_id;
end
$$;

-- What has not come through when a webhook is switched off is not sent days later, when it is switched on again.
create function longhaul.drop_deliveries(p_webhook uuid) returns void
language sql set search_path = '' as $$
  update longhaul.webhook_deliveries
  set status = 'failed', next_try_at = null, held = false, error = coalesce(error, 'The webhook was switched off.')
  where webhook_id = p_webhook and status = 'waiting'
$$;

create function longhaul.delete_webhook(p_organisation uuid, p_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'admin');
  delete from longhaul.webhooks where id = p_id and organisation_id = p_organisation;
  if not found then
    perform longhaul.refuse('WEBHOOK_NOT_FOUND', 'There is no such webhook.');
  end if;
end
$$;

-- A new secret; the one before signs as well for a day.
create function longhaul.rotate_webhook(p_organisation uuid, p_id uuid, p_secret text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'admin');
  update longhaul.webhooks
  set old_secret = secret, old_secret_until = clock_timestamp() + interval '24 hours', secret = p_secret
  where id = p_id and organisation_id = p_organisation;
  if not found then
    perform longhaul.refuse('WEBHOOK_NOT_FOUND', 'There is no such webhook.');
  end if;
end
$$;

-- A message that tells of nothing, to see whether it comes through. Returns its delivery.
create function longhaul.test_webhook(p_organisation uuid, p_id uuid) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  perform longhaul.require_role(p_organisation, 'admin');
  perform from longhaul.webhooks where id = p_id and organisation_id = p_organisation for share;
  if not found then
    perform longhaul.refuse('WEBHOOK_NOT_FOUND', 'There is no such webhook.');
  end if;
  insert into longhaul.webhook_deliveries (organisation_id, webhook_id, message, kind, body)
  select p_organisation, p_id, 'msg_' || replace(gen_random_uuid()::text, '-', ''), 'webhook.test', jsonb_build_object(
    'type', 'webhook.test', 'timestamp', longhaul.iso(clock_timestamp()),
    'data', jsonb_build_object('organisationId', p_organisation, 'webhookId', p_id))::text
  returning id into v_id;
  return v_id;
end
$$;

-- Sends a message again, as the one that it was: with the same id. One that waits is sent now.
create function longhaul.replay_delivery(p_organisation uuid, p_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_delivery longhaul.webhook_deliveries;
begin
  perform longhaul.require_role(p_organisation, 'admin');
  select * into v_delivery from longhaul.webhook_deliveries where id = p_id and organisation_id = p_organisation for update;
  if v_delivery.id is null then
    perform longhaul.refuse('DELIVERY_NOT_FOUND', 'There is no such delivery.');
  elsif v_delivery.held and v_delivery.next_try_at > clock_timestamp() then
    -- It is on its way at this moment.
    return;
  elsif not exists (select from longhaul.webhooks where id = v_delivery.webhook_id and active) then
    perform longhaul.refuse('WEBHOOK_OFF', 'This webhook is switched off. Switch it on first.');
  end if;
  update longhaul.webhook_deliveries set status = 'waiting', next_try_at = clock_timestamp(), held = false where id = p_id;
end
$$;

-- Whether there is something to send now.
create function longhaul.deliveries_wait() returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from longhaul.webhook_deliveries where status = 'waiting' and next_try_at <= clock_timestamp())
$$;

-- Takes what is due and holds it against other senders, with what sending needs; of each webhook at most p_most at a time, so
-- that one that is slow keeps no other waiting. A test goes to a webhook that is off, too.
create function longhaul.take_deliveries(p_limit integer, p_hold_seconds double precision, p_most integer)
returns table (id uuid, webhook uuid, message text, url text, body text, attempts integer, secrets text[])
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  return query
  with chosen as materialized (
    select c.id from longhaul.webhooks w cross join lateral (
      select d.id, d.next_try_at from longhaul.webhook_deliveries d
      where d.webhook_id = w.id and d.status = 'waiting' and d.next_try_at <= v_now and (w.active or d.kind = 'webhook.test')
      order by d.next_try_at limit greatest(0, p_most - (
        select count(*) from longhaul.webhook_deliveries h
        where h.webhook_id = w.id and h.status = 'waiting' and h.next_try_at > v_now and h.held))) c
    order by c.next_try_at limit p_limit
  ), locked as materialized (
    select d.id from longhaul.webhook_deliveries d
    where d.id in (select c.id from chosen c) and d.status = 'waiting' and d.next_try_at <= v_now
    for update skip locked
  )
  update longhaul.webhook_deliveries d
  set attempts = d.attempts + 1, held = true, last_try_at = v_now, next_try_at = v_now + make_interval(secs => p_hold_seconds)
  from locked l, longhaul.webhooks w where d.id = l.id and w.id = d.webhook_id
  returning d.id, d.webhook_id, d.message, w.url, d.body, d.attempts,
    case when w.old_secret_until > v_now then array[w.secret, w.old_secret] else array[w.secret] end;
end
$$;

-- Notes what became of one: { id, attempts, delivered, gone, responseStatus, response, error, durationMs, retrySeconds }. Of a
-- try that another sender has taken over nothing is noted. A webhook that says that it is gone is switched off, and so is
-- one of which nothing came through for five days. False where it was switched off.
create function longhaul.note_delivery(p_note jsonb) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_delivered boolean := p_note -> 'delivered';
  v_retry double precision := p_note ->> 'retrySeconds';
  v_delivery longhaul.webhook_deliveries;
  v_failing timestamptz;
  v_reason text;
begin
  update longhaul.webhook_deliveries d set
    status = case when v_delivered then 'delivered' when v_retry is null then 'failed' else 'waiting' end,
    next_try_at = case when not v_delivered then v_now + make_interval(secs => v_retry) end,
    held = false, duration_ms = (p_note -> 'durationMs')::integer, response_status = (p_note ->> 'responseStatus')::integer,
    response = p_note ->> 'response', error = left(p_note ->> 'error', 500)
  where d.id = (p_note ->> 'id')::uuid and d.status = 'waiting' and d.held and d.attempts = (p_note -> 'attempts')::integer
  returning * into v_delivery;
  if not found then
    return true;
  elsif v_delivered then
    update longhaul.webhooks set failing_since = null where id = v_delivery.webhook_id and failing_since is not null;
    return true;
  end if;
  update longhaul.webhooks set failing_since = coalesce(failing_since, v_now)
  where id = v_delivery.webhook_id and active
  returning failing_since into v_failing;
  v_reason := case
    when (p_note -> 'gone')::boolean then 'Its address answered 410 Gone: it wants to hear nothing any more.'
    when v_failing < v_now - interval '5 days' then 'Nothing has come through for five days.'
  end;
  if v_failing is null or v_reason is null then
    return true;
  end if;
  update longhaul.webhooks set active = false, off_reason = v_reason where id = v_delivery.webhook_id;
  perform longhaul.drop_deliveries(v_delivery.webhook_id);
  return false;
end
$$;

-- The log of deliveries reaches back thirty days. Returns how many went.
create function longhaul.forget_deliveries(p_limit integer) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_gone integer;
begin
  delete from longhaul.webhook_deliveries where id in (
    select d.id from longhaul.webhook_deliveries d
    where d.created_at < clock_timestamp() - interval '30 days' and d.status <> 'waiting'
    order by d.created_at limit p_limit for update skip locked);
  get diagnostics v_gone = row_count;
  return v_gone;
end
$$;

revoke execute on all functions in schema longhaul from public;
-- Whoever reads rows writes their times.
grant execute on function longhaul.iso(timestamptz) to authenticated;
grant execute on function
  longhaul.save_webhook(uuid, jsonb),
  longhaul.delete_webhook(uuid, uuid),
  longhaul.rotate_webhook(uuid, uuid, text),
  longhaul.test_webhook(uuid, uuid),
  longhaul.replay_delivery(uuid, uuid)
to authenticated;
grant execute on function
  longhaul.deliveries_wait(),
  longhaul.take_deliveries(integer, double precision, integer),
  longhaul.note_delivery(jsonb),
  longhaul.forget_deliveries(integer)
to longhaul_dispatcher;
