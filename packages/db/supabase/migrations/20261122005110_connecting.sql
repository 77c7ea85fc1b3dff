-- Begins a sign-in at the third party, for a new connection or, by its id, for one that is to be connected again. Returns
-- the connection's id.
create function longhaul.begin_connection(
  p_organisation uuid, p_connection uuid, p_name text, p_state_hash text, p_verifier text, p_redirect_uri text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_name text := p_name;
begin
  perform longhaul.require_role(p_organisation, 'admin');
  if p_connection is not null then
    select name into v_name from longhaul.connections where id = p_connection and organisation_id = p_organisation;
    if not found then
      perform longhaul.refuse('CONNECTION_NOT_FOUND', 'There is no such connection in this organisation.');
    end if;
  elsif (select count(*) from longhaul.connections where organisation_id = p_organisation) >= 50 then
    perform longhaul.refuse('TOO_MANY_CONNECTIONS', 'An organisation has 50 connections at most: delete one that is not needed.');
  end if;
  delete from longhaul.oauth_states where expires_at < clock_timestamp();
  -- A person begins a few at a time; older ones are given up.
  delete from longhaul.oauth_states where state_hash in (
    select state_hash from longhaul.oauth_states
    where organisation_id = p_organisation and user_id = auth.uid()
    order by expires_at desc offset 9);
  insert into longhaul.oauth_states (state_hash, organisation_id, user_id, connection_id, name, verifier, redirect_uri)
  values (p_state_hash, p_organisation, auth.uid(), coalesce(p_connection, gen_random_uuid()), v_name, p_verifier, p_redirect_uri)
  returning connection_id into p_connection;
  return p_connection;
end
$$;

-- Takes a sign-in that the caller began, once: a second one with the same state finds nothing.
create function longhaul.take_oauth_state(
  p_organisation uuid, p_state_hash text, out connection_id uuid, out name text, out verifier text, out redirect_uri text)
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'admin');
  delete from longhaul.oauth_states s
  where s.state_hash = p_state_hash and s.organisation_id = p_organisation and s.user_id = auth.uid()
    and s.expires_at > clock_timestamp()
  returning s.connection_id, s.name, s.verifier, s.redirect_uri
  into take_oauth_state.connection_id, take_oauth_state.name, take_oauth_state.verifier, take_oauth_state.redirect_uri;
  if not found then
    perform longhaul.refuse('SIGN_IN_OVER', 'This sign-in has run out, was used already, or was begun by somebody else. Begin again.');
  end if;
end
$$;

-- Keeps the tokens of a sign-in that has succeeded: of a new connection, or in place of those that it had.
create function longhaul.keep_connection(
  p_organisation uuid, p_connection uuid, p_name text, p_access_token text, p_refresh_token text, p_expires_in double precision)
returns void language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  perform longhaul.require_role(p_organisation, 'admin');
  -- In the order in which all lock them: the tokens, then the connection.
  perform from longhaul.connection_tokens where connection_id = p_connection and organisation_id = p_organisation for update;
  insert into longhaul.connections as c (id, organisation_id, name, connected_by, connected_at)
  values (p_connection, p_organisation, p_name, auth.uid(), v_now)
  on conflict (id) do update set status = 'active', problem = null, connected_by = excluded.connected_by, connected_at = v_now
  where c.organisation_id = p_organisation;
  if not found then
    perform longhaul.refuse('CONNECTION_NOT_FOUND', 'There is no such connection in this organisation.');
  end if;
  -- The higher fence keeps out a renewal of the earlier tokens that is under way.
  insert into longhaul.connection_tokens as t (connection_id, organisation_id, access_token, refresh_token, issued_at, expires_at)
  values (p_connection, p_organisation, p_access_token, p_refresh_token, v_now, v_now + make_interval(secs => p_expires_in))
  on conflict (connection_id) do update set access_token = excluded.access_token, refresh_token = excluded.refresh_token,
    issued_at = excluded.issued_at, expires_at = excluded.expires_at, version = t.version + 1, fence = t.fence + 1,
    renewing_until = null;
end
$$;

-- Deletes a connection with all that it reached. Returns its refresh token, sealed, to be given up; null without one.
create function longhaul.delete_connection(p_organisation uuid, p_connection uuid) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_refresh_token text;
begin
  perform longhaul.require_role(p_organisation, 'admin');
  select refresh_token into v_refresh_token from longhaul.connection_tokens
  where connection_id = p_connection and organisation_id = p_organisation for update;
  delete from longhaul.connections where id = p_connection and organisation_id = p_organisation;
  if not found then
    perform longhaul.refuse('CONNECTION_NOT_FOUND', 'There is no such connection in this organisation.');
  end if;
  return v_refresh_token;
end
$$;

-- Makes a connection's instances what Amazon lists: [{ instanceId, instanceName, ... }]. One that is not listed any more
-- stays, for what was asked of it, and is marked.
create function longhaul.sync_amc_instances(p_organisation uuid, p_connection uuid, p_instances jsonb) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  update longhaul.connections set synced_at = clock_timestamp() where id = p_connection and organisation_id = p_organisation;
  if not found then
    perform longhaul.refuse('CONNECTION_NOT_FOUND', 'There is no such connection in this organisation.');
  end if;
  insert into longhaul.amc_instances as i (organisation_id, connection_id, amc_instance_id, name, type, customer_name,
    account_id, account_name, marketplace_id)
  select distinct on (given ->> 'instanceId') p_organisation, p_connection, given ->> 'instanceId', given ->> 'instanceName',
    given ->> 'instanceType', given ->> 'customerName', given ->> 'accountId', given ->> 'accountName', given ->> 'marketplaceId'
  from jsonb_array_elements(p_instances) given
  on conflict (connection_id, amc_instance_id) do update set name = excluded.name, type = excluded.type,
    customer_name = excluded.customer_name, account_id = excluded.account_id, account_name = excluded.account_name,
    marketplace_id = excluded.marketplace_id, available = true, synced_at = clock_timestamp();
  update longhaul.amc_instances set available = false
  where connection_id = p_connection and available
    and amc_instance_id not in (select given ->> 'instanceId' from jsonb_array_elements(p_instances) given);
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.begin_connection(uuid, uuid, text, text, text, text),
  longhaul.take_oauth_state(uuid, text), longhaul.keep_connection(uuid, uuid, text, text, text, double precision),
  longhaul.delete_connection(uuid, uuid), longhaul.sync_amc_instances(uuid, uuid, jsonb) to authenticated;
