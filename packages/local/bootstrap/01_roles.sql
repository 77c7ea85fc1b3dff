-- The roles of a hosted project, with the attributes and memberships they have there. Roles belong to the
-- whole server, so this file must also run where another database's bootstrap has made them.
-- supabase_admin is the superuser that initdb makes; a server that somebody else runs may lack it.

do $$
declare
  wanted constant text[][] := array[
    ['supabase_admin', 'login superuser createrole createdb replication bypassrls'],
    ['postgres', 'login createrole createdb replication bypassrls inherit'],
    ['anon', 'nologin noinherit'],
    ['authenticated', 'nologin noinherit'],
    ['service_role', 'nologin noinherit bypassrls'],
    ['authenticator', 'login noinherit'],
    ['supabase_auth_admin', 'login noinherit createrole'],
    ['supabase_storage_admin', 'login noinherit createrole'],
    ['supabase_realtime_admin', 'nologin noinherit'],
    ['dashboard_user', 'nologin createrole createdb replication']
  ];
  pair text[];
begin
  foreach pair slice 1 in array wanted loop
    if not exists (select from pg_roles where rolname = pair[1]) then
      execute format('create role %I %s', pair[1], pair[2]);
    end if;
  end loop;
end
$$;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;
grant anon, authenticated, service_role to supabase_storage_admin;

-- Hosted Supabase lets postgres write policies on the tables of these two through an extension of its own;
-- here it is a member of their owners, and 06_guard.sql takes back what hosted would refuse.
grant supabase_realtime_admin, supabase_storage_admin to postgres;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role postgres set search_path = "$user", public, extensions;
alter role supabase_admin set search_path = "$user", public, auth, extensions;
alter role supabase_auth_admin set search_path = auth;
alter role supabase_storage_admin set search_path = storage;
