-- What an organisation may use at a third party: a consent that somebody gave, and what it reaches.
create table longhaul.connections (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  provider text not null default 'amazon-ads',
  name text not null,
  status text not null default 'active',
  -- What is the matter with it and what to do about it, for a person.
  problem text,
  connected_by uuid references auth.users (id) on delete set null,
  connected_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default clock_timestamp(),
  -- When what it reaches was last asked for.
  synced_at timestamptz,
  unique (organisation_id, id),
  constraint connections_provider_known check (provider in ('amazon-ads')),
  constraint connections_name_length check (char_length(name) between 1 and 120),
  constraint connections_status_known check (status in ('active', 'revoked')),
  constraint connections_problem_when_revoked check ((problem is not null) = (status = 'revoked')),
  constraint connections_problem_length check (char_length(problem) between 1 and 500)
);

-- The tokens, sealed before they come here (compact JWE): nobody reads this table but the functions below.
create table longhaul.connection_tokens (
  connection_id uuid primary key,
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  access_token text not null,
  refresh_token text not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  -- Counts the access tokens, so that one which was turned away can be told from its successor.
  version bigint not null default 1,
  -- Who renews it at this moment, and until when; a later one has a higher fence.
  fence bigint not null default 0,
  renewing_until timestamptz,
  foreign key (organisation_id, connection_id) references longhaul.connections (organisation_id, id) on delete cascade,
  constraint connection_tokens_are_sealed check (access_token ~ '^ey[A-Za-z0-9_.-]+$' and refresh_token ~ '^ey[A-Za-z0-9_.-]+$'),
  constraint connection_tokens_length check (char_length(access_token) <= 8192 and char_length(refresh_token) <= 8192),
  constraint connection_tokens_expire_later check (expires_at > issued_at)
);

-- A sign-in at the third party that is under way: used once, within ten minutes, by who began it.
create table longhaul.oauth_states (
  -- SHA-256 of the state, in hex: who reads the table cannot end a sign-in.
  state_hash text primary key,
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  connection_id uuid not null,
  name text not null,
  -- PKCE's code verifier, sealed.
  verifier text not null,
  redirect_uri text not null,
  expires_at timestamptz not null default clock_timestamp() + interval '10 minutes',
  constraint oauth_states_hash check (state_hash ~ '^[0-9a-f]{64}$'),
  constraint oauth_states_name_length check (char_length(name) between 1 and 120),
  constraint oauth_states_verifier_is_sealed check (verifier ~ '^ey[A-Za-z0-9_.-]+$' and char_length(verifier) <= 4096),
  constraint oauth_states_redirect_length check (char_length(redirect_uri) <= 500)
);
create index oauth_states_by_user on longhaul.oauth_states (organisation_id, user_id);

-- Instances of Amazon Marketing Cloud that a connection reaches.
create table longhaul.amc_instances (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  connection_id uuid not null,
  amc_instance_id text not null,
  name text not null,
  type text not null,
  customer_name text not null,
  account_id text not null,
  account_name text not null,
  marketplace_id text not null,
  -- False when Amazon does not list it any more.
  available boolean not null default true,
  synced_at timestamptz not null default clock_timestamp(),
  foreign key (organisation_id, connection_id) references longhaul.connections (organisation_id, id) on delete cascade,
  unique (connection_id, amc_instance_id),
  unique (organisation_id, id),
  constraint amc_instances_lengths check (
    char_length(amc_instance_id) between 1 and 200 and char_length(name) between 1 and 500
    and char_length(type) between 1 and 100 and char_length(customer_name) <= 500
    and char_length(account_id) between 1 and 200 and char_length(account_name) <= 500
    and char_length(marketplace_id) between 1 and 100)
);
create index amc_instances_by_organisation on longhaul.amc_instances (organisation_id, name);

alter table longhaul.connections enable row level security;
alter table longhaul.connection_tokens enable row level security;
alter table longhaul.oauth_states enable row level security;
alter table longhaul.amc_instances enable row level security;
create policy connections_of_members on longhaul.connections for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
create policy amc_instances_of_members on longhaul.amc_instances for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
grant select on longhaul.connections, longhaul.amc_instances to authenticated;
