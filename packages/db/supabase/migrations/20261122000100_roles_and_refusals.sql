-- The tables live in a schema that PostgREST does not expose: every read goes through the API as
-- `authenticated` under row level security, every write through a function that checks who asks.
create schema longhaul;
revoke all on schema longhaul from public;

-- Roles belong to the cluster, so they may be there already. They are created without a password and
-- without LOGIN; whoever deploys gives them both.
do $$
declare
  v_role text;
begin
  foreach v_role in array array['longhaul_api', 'longhaul_worker', 'longhaul_dispatcher'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = v_role) then
      execute format('create role %I nologin noinherit', v_role);
    end if;
  end loop;
end
$$;

-- The API connects as longhaul_api, which may do nothing until it takes one of these two roles.
grant authenticated, longhaul_dispatcher to longhaul_api;

grant usage on schema longhaul to authenticated, longhaul_api, longhaul_worker, longhaul_dispatcher, supabase_auth_admin;

-- Ends the statement with an error that the caller is meant to read: SQLSTATE LH000, the machine-readable
-- code in DETAIL, a sentence for a person as the message.
create function longhaul.refuse(p_code text, p_message text) returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = 'LH000', message = p_message, detail = p_code;
end
$$;
