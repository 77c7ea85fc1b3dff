create table longhaul.organisations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint organisations_name_length check (char_length(name) between 1 and 120)
);

create table longhaul.profiles (
  user_id uuid primary key references auth.users (id) on delete cascade,
  display_name text not null,
  active_organisation_id uuid references longhaul.organisations (id) on delete set null,
  notification_channel text not null default 'EMAIL',
  phone text,
  push_target text,
  created_at timestamptz not null default clock_timestamp(),
  constraint profiles_name_length check (char_length(display_name) between 1 and 120),
  constraint profiles_channel_known check (notification_channel in ('EMAIL', 'SMS', 'PUSH')),
  constraint profiles_phone_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint profiles_push_target_is_arn check (push_target ~ '^arn:aws[a-z-]*:sns:' and char_length(push_target) <= 256)
);

create table longhaul.memberships (
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (organisation_id, user_id),
  constraint memberships_role_known check (role in ('viewer', 'operator', 'admin', 'owner'))
);
create index memberships_by_user on longhaul.memberships (user_id);

-- The caller's organisations. Policies compare with this once per statement, not once per row.
create function longhaul.my_organisations() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(organisation_id), '{}') from longhaul.memberships where user_id = (select auth.uid())
$$;

create function longhaul.role_rank(p_role text) returns integer
language sql immutable set search_path = '' as $$
  select array_position(array['viewer', 'operator', 'admin', 'owner'], p_role)
$$;

-- Refuses unless the caller has at least this role. An organisation that the caller does not belong to is
-- answered like one that does not exist.
create function longhaul.require_role(p_organisation uuid, p_role text) returns void
language plpgsql stable security definer set search_path = '' as $$
declare
  v_role text;
begin
  select role into v_role from longhaul.memberships
  where organisation_id = p_organisation and user_id = (select auth.uid());
  if v_role is null then
    perform longhaul.refuse('ORGANISATION_NOT_FOUND', 'You do not belong to this organisation.');
  elsif longhaul.role_rank(v_role) < longhaul.role_rank(p_role) then
    perform longhaul.refuse('FORBIDDEN', format('This needs the role %s; yours is %s.', p_role, v_role));
  end if;
end
$$;

-- Sign-up makes a profile and an organisation that the new user owns.
create function longhaul.on_user_created() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_name text := left(coalesce(
    nullif(btrim(new.raw_user_meta_data ->> 'name'), ''),
    nullif(split_part(coalesce(new.email, ''), '@', 1), ''),
    'New user'), 100);
  v_organisation uuid;
begin
  insert into longhaul.organisations (name)
  values (left(coalesce(nullif(btrim(new.raw_user_meta_data ->> 'organisation'), ''), v_name || '''s organisation'), 120))
  returning id into v_organisation;
  insert into longhaul.profiles (user_id, display_name, active_organisation_id) values (new.id, v_name, v_organisation);
  insert into longhaul.memberships (organisation_id, user_id, role) values (v_organisation, new.id, 'owner');
  return null;
end
$$;

create trigger longhaul_on_user_created after insert on auth.users
for each row execute function longhaul.on_user_created();

-- Auth calls this for every token it issues (Supabase custom access token hook). The claims only select the
-- active organisation; what the caller may see is read from memberships each time.
create function longhaul.custom_access_token_hook(event jsonb) returns jsonb
language sql stable security definer set search_path = '' as $$
  with active as (
    select m.organisation_id, m.role
    from longhaul.memberships m
    join longhaul.profiles p using (user_id)
    where m.user_id = (event ->> 'user_id')::uuid
    order by (m.organisation_id = p.active_organisation_id) desc nulls last, m.created_at, m.organisation_id
    limit 1
  )
  select jsonb_set(event, '{claims}', (event -> 'claims') || coalesce(
    (select jsonb_build_object('org_id', organisation_id, 'org_role', role) from active), '{}'))
$$;

-- Who the caller is, with what only they may read of themselves.
create function longhaul.me() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'userId', u.id,
    'email', u.email,
    'name', p.display_name,
    'notificationChannel', p.notification_channel,
    'phone', p.phone,
    'pushTarget', p.push_target,
    'organisations', coalesce((
      select jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'role', m.role) order by m.created_at, o.id)
      from longhaul.memberships m join longhaul.organisations o on o.id = m.organisation_id
      where m.user_id = u.id), '[]'))
  from auth.users u join longhaul.profiles p on p.user_id = u.id
  where u.id = (select auth.uid())
$$;

create function longhaul.update_me(p_name text, p_channel text, p_phone text, p_push_target text) returns void
language sql security definer set search_path = '' as $$
  update longhaul.profiles
  set display_name = p_name, notification_channel = p_channel, phone = p_phone, push_target = p_push_target
  where user_id = (select auth.uid())
$$;

alter table longhaul.organisations enable row level security;
alter table longhaul.profiles enable row level security;
alter table longhaul.memberships enable row level security;

create policy organisations_of_members on longhaul.organisations for select to authenticated
using (id = any ((select longhaul.my_organisations())::uuid[]));

create policy memberships_of_members on longhaul.memberships for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));

create policy profiles_of_colleagues on longhaul.profiles for select to authenticated
using (exists (
  select from longhaul.memberships m
  where m.user_id = profiles.user_id and m.organisation_id = any ((select longhaul.my_organisations())::uuid[])));

grant select on longhaul.organisations, longhaul.memberships to authenticated;
-- A colleague's name is theirs to see; a colleague's telephone is not.
grant select (user_id, display_name) on longhaul.profiles to authenticated;
grant execute on function longhaul.my_organisations() to authenticated;
grant execute on function longhaul.me(), longhaul.update_me(text, text, text, text) to authenticated;
grant execute on function longhaul.custom_access_token_hook(jsonb) to supabase_auth_admin;
