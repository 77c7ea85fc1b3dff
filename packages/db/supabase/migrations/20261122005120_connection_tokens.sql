-- What is done with the tokens of one connection, for steps and for members. `do` says what:
--   token    { refused? }: an access token that is good for a while; or the order to renew it, to one at a time
--   keep     { fence, accessToken, refreshToken, expiresInSeconds }: what renewing gave
--   lose     { fence, problem }: the third party does not take the tokens any more
--   release  { fence }: renewing did not succeed, somebody else may try
-- A token is renewed five minutes ahead of its end, and a short one in the last quarter of its time. While one renews it,
-- the others are given the one that is still good, else told to wait.
create function longhaul.connection_tokens_do(p_organisation uuid, p_connection uuid, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_fence bigint := (p_args ->> 'fence')::bigint;
  v_connection longhaul.connections;
  v_tokens longhaul.connection_tokens;
  v_good boolean;
begin
  -- The tokens' row is the lock; a connection is deleted by way of its own.
  select * into v_tokens from longhaul.connection_tokens
  where connection_id = p_connection and organisation_id = p_organisation for update;
  if not found then
    return jsonb_build_object('kind', 'unknown');
  end if;
  if p_args ->> 'do' <> 'token' then
    if v_tokens.fence <> v_fence then
      return to_jsonb(false);
    elsif p_args ->> 'do' = 'keep' then
      update longhaul.connection_tokens set access_token = p_args ->> 'accessToken', refresh_token = p_args ->> 'refreshToken',
        issued_at = v_now, expires_at = v_now + make_interval(secs => (p_args ->> 'expiresInSeconds')::double precision),
        version = version + 1, fence = fence + 1, renewing_until = null
      where connection_id = p_connection;
    elsif p_args ->> 'do' = 'lose' then
      update longhaul.connections set status = 'revoked', problem = left(p_args ->> 'problem', 500) where id = p_connection;
      update longhaul.connection_tokens set fence = fence + 1, renewing_until = null where connection_id = p_connection;
    else
      update longhaul.connection_tokens set fence = fence + 1, renewing_until = null where connection_id = p_connection;
    end if;
    return to_jsonb(true);
  end if;
  select * into v_connection from longhaul.connections where id = p_connection;
  if v_connection.status = 'revoked' then
    return jsonb_build_object('kind', 'revoked', 'problem', v_connection.problem);
  end if;
  v_good := v_tokens.expires_at > v_now + interval '10 seconds'
    and v_tokens.version is distinct from (p_args ->> 'refused')::bigint;
  if v_good and (v_tokens.renewing_until > v_now
    or v_tokens.expires_at - least(interval '5 minutes', (v_tokens.expires_at - v_tokens.issued_at) / 4) > v_now) then
    return jsonb_build_object('kind', 'token', 'accessToken', v_tokens.access_token, 'version', v_tokens.version);
  end if;
  if v_tokens.renewing_until > v_now then
    return jsonb_build_object('kind', 'wait');
  end if;
  update longhaul.connection_tokens set fence = fence + 1, renewing_until = v_now + interval '30 seconds'
  where connection_id = p_connection returning * into v_tokens;
  return jsonb_build_object('kind', 'refresh', 'refreshToken', v_tokens.refresh_token, 'fence', v_tokens.fence);
end
$$;

-- For a step: of its run's organisation.
create function longhaul.for_step_connection(p_run longhaul.runs, p_args jsonb) returns jsonb
language sql security definer set search_path = '' as $$
  select longhaul.connection_tokens_do(p_run.organisation_id, (p_args ->> 'connection')::uuid, p_args)
$$;

-- For a member who may start runs.
create function longhaul.use_connection(p_organisation uuid, p_connection uuid, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  return longhaul.connection_tokens_do(p_organisation, p_connection, p_args);
end
$$;

-- What a step needs to know of an instance to ask it.
create function longhaul.for_step_amc_instance(p_run longhaul.runs, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_instance longhaul.amc_instances;
begin
  select * into v_instance from longhaul.amc_instances
  where id = (p_args ->> 'instance')::uuid and organisation_id = p_run.organisation_id;
  if not found then
    perform longhaul.refuse('INSTANCE_NOT_FOUND', 'The instance of this query is not there any more. Choose another one.');
  elsif not v_instance.available then
    perform longhaul.refuse('INSTANCE_NOT_FOUND', format(
      'Amazon does not list the instance "%s" any more. Choose another one, or sync the connection.', left(v_instance.name, 100)));
  end if;
  return jsonb_build_object('connectionId', v_instance.connection_id, 'amcInstanceId', v_instance.amc_instance_id,
    'name', v_instance.name, 'accountId', v_instance.account_id, 'marketplaceId', v_instance.marketplace_id);
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.use_connection(uuid, uuid, jsonb) to authenticated;
