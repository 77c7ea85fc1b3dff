-- As before; a write that shows no fence is turned away like one that shows an old one.
create or replace function longhaul.connection_tokens_do(p_organisation uuid, p_connection uuid, p_args jsonb) returns jsonb
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
  if p_args ->> 'do' is distinct from 'token' then
    if v_tokens.fence is distinct from v_fence then
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
