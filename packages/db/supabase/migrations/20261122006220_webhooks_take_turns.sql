create index webhook_deliveries_held on longhaul.webhook_deliveries (organisation_id) where held;

-- As before; and of one organisation at most twice as many as of one webhook: else one with many webhooks whose receivers
-- answer as late as they may would keep every other organisation's messages waiting.
create or replace function longhaul.take_deliveries(p_limit integer, p_hold_seconds double precision, p_most integer)
returns table (id uuid, webhook uuid, message text, url text, body text, attempts integer, secrets text[])
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  return query
  with due as materialized (
    select c.id, c.next_try_at, w.organisation_id from longhaul.webhooks w cross join lateral (
      select d.id, d.next_try_at from longhaul.webhook_deliveries d
      where d.webhook_id = w.id and d.status = 'waiting' and d.next_try_at <= v_now and (w.active or d.kind = 'webhook.test')
      order by d.next_try_at limit greatest(0, p_most - (
        select count(*) from longhaul.webhook_deliveries h
        where h.webhook_id = w.id and h.status = 'waiting' and h.next_try_at > v_now and h.held))) c
  ), placed as materialized (
    select d.*, row_number() over (partition by d.organisation_id order by d.next_try_at, d.id) as place from due d
  ), chosen as materialized (
    select p.id from placed p
    where p.place <= 2 * p_most - (
      select count(*) from longhaul.webhook_deliveries h
      where h.organisation_id = p.organisation_id and h.held and h.next_try_at > v_now)
    order by p.next_try_at limit p_limit
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
