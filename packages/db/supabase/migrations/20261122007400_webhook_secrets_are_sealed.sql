-- Secrets of webhooks come sealed, each for its webhook's id: whoever reads the table reads none, and one that is moved to
-- another row does not open there. Those that were kept before stand as they did until their webhook is saved or gets a new
-- one.
create function longhaul.is_sealed(p_text text) returns boolean
language sql immutable set search_path = '' as $$
  -- Compact JWE by a key that both sides have (RFC 7516, section 7.1): the part with the encrypted key is empty.
  select p_text ~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$' and char_length(p_text) <= 1000
$$;

alter table longhaul.webhooks
  drop constraint webhooks_secret_form,
  add constraint webhooks_secret_form check (longhaul.is_sealed(secret) or secret ~ '^whsec_[A-Za-z0-9+/=]{32,88}$'),
  add constraint webhooks_old_secret_form check (longhaul.is_sealed(old_secret) or old_secret ~ '^whsec_[A-Za-z0-9+/=]{32,88}$');

create function longhaul.require_sealed(p_secret text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if longhaul.is_sealed(p_secret) is not true then
    raise exception 'A secret of a webhook is stored sealed only.' using errcode = 'check_violation';
  end if;
end
$$;

-- As before; but a new one comes with its id, for which its secret is sealed. { id, name, url, kinds, workflows, active, secret };
-- who has a secret is new.
create or replace function longhaul.save_webhook(p_organisation uuid, p_webhook jsonb) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid := p_webhook ->> 'id';
  v_secret text := p_webhook ->> 'secret';
  v_active boolean := p_webhook -> 'active';
  v_kinds text[] := array(select jsonb_array_elements_text(p_webhook -> 'kinds'));
  v_workflows text[] := array(select jsonb_array_elements_text(p_webhook -> 'workflows'));
begin
  perform longhaul.require_role(p_organisation, 'admin');
  if v_secret is not null then
    perform longhaul.require_sealed(v_secret);
    -- One at a time, so that the most is the most.
    perform from longhaul.organisations where id = p_organisation for no key update;
    if (select count(*) from longhaul.webhooks where organisation_id = p_organisation) >= 20 then
      perform longhaul.refuse('TOO_MANY_WEBHOOKS', 'An organisation has at most 20 webhooks. Delete one that is not needed.');
    end if;
    insert into longhaul.webhooks (id, organisation_id, name, url, kinds, workflows, active, secret, created_by)
    values (v_id, p_organisation, p_webhook ->> 'name', p_webhook ->> 'url', v_kinds, v_workflows, v_active, v_secret,
      (select auth.uid()));
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

-- As before; the new one is sealed.
create or replace function longhaul.rotate_webhook(p_organisation uuid, p_id uuid, p_secret text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'admin');
  perform longhaul.require_sealed(p_secret);
  update longhaul.webhooks
  set old_secret = secret, old_secret_until = clock_timestamp() + interval '24 hours', secret = p_secret
  where id = p_id and organisation_id = p_organisation;
  if not found then
    perform longhaul.refuse('WEBHOOK_NOT_FOUND', 'There is no such webhook.');
  end if;
end
$$;

-- What of a webhook's secrets is not sealed.
create function longhaul.unsealed_secrets(p_webhook uuid) returns setof text
language sql stable security definer set search_path = '' as $$
  select s.secret from longhaul.webhooks w cross join lateral unnest(array[w.secret, w.old_secret]) s (secret)
  where w.id = p_webhook and not longhaul.is_sealed(s.secret)
$$;

-- Puts what was sealed in the place of what is not. One that was changed meanwhile stays as it is.
create function longhaul.seal_webhook(p_webhook uuid, p_secret text, p_sealed text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_sealed(p_sealed);
  update longhaul.webhooks set
    secret = case when secret = p_secret then p_sealed else secret end,
    old_secret = case when old_secret = p_secret then p_sealed else old_secret end
  where id = p_webhook and p_secret in (secret, old_secret) and not longhaul.is_sealed(p_secret);
end
$$;

revoke execute on function
  longhaul.is_sealed(text),
  longhaul.require_sealed(text),
  longhaul.unsealed_secrets(uuid),
  longhaul.seal_webhook(uuid, text, text)
from public;
grant execute on function
  longhaul.unsealed_secrets(uuid),
  longhaul.seal_webhook(uuid, text, text)
to longhaul_dispatcher;
