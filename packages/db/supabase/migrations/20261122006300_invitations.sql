-- An admin names an e-mail address and a role; whoever has confirmed that this address is theirs joins, or declines.
-- Nobody is put anywhere without a word of theirs, and nobody learns by inviting whether an address has an account.
create table longhaul.invitations (
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  email text not null,
  role text not null,
  invited_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null default clock_timestamp() + interval '14 days',
  primary key (organisation_id, email),
  constraint invitations_email_canonical check (
    email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and char_length(email) <= 254),
  -- Who is to be an owner is made one by an owner, once they are there.
  constraint invitations_role_known check (role in ('viewer', 'operator', 'admin'))
);
create index invitations_by_email on longhaul.invitations (email);
create index invitations_by_inviter on longhaul.invitations (invited_by) where invited_by is not null;
-- Read and written by the functions below alone.
alter table longhaul.invitations enable row level security;

-- Invites, or invites anew with another role.
create function longhaul.invite_member(p_organisation uuid, p_email text, p_role text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_email text := lower(btrim(p_email));
begin
  perform longhaul.require_role(p_organisation, 'admin');
  if v_email is null or char_length(v_email) > 254 or v_email !~ '^[^@[:space:]]+@[^@[:space:]]+$' then
    perform longhaul.refuse('INPUT_INVALID', 'This is not an e-mail address.');
  end if;
  if p_role is null or p_role not in ('viewer', 'operator', 'admin') then
    perform longhaul.refuse('INPUT_INVALID', 'Invite people as viewer, operator or admin. An owner can make them one later.');
  end if;
  perform from longhaul.organisations where id = p_organisation for update;
  if exists (
    select from longhaul.memberships m join auth.users u on u.id = m.user_id
    where m.organisation_id = p_organisation and lower(u.email) = v_email)
  then
    perform longhaul.refuse('MEMBER_ALREADY', 'This person is a member already.');
  end if;
  delete from longhaul.invitations where organisation_id = p_organisation and expires_at <= clock_timestamp();
  if (select count(*) from longhaul.invitations where organisation_id = p_organisation and email <> v_email) >= 100 then
    perform longhaul.refuse('TOO_MANY_INVITATIONS', 'There are 100 open invitations. Take some of them back first.');
  end if;
  insert into longhaul.invitations (organisation_id, email, role, invited_by)
  values (p_organisation, v_email, p_role, (select auth.uid()))
  on conflict (organisation_id, email) do update
  set role = excluded.role, invited_by = excluded.invited_by, created_at = excluded.created_at, expires_at = excluded.expires_at;
end
$$;

create function longhaul.open_invitations(p_organisation uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'admin');
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
        'email', email,
        'role', role,
        'expiresAt', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      order by created_at desc, email), '[]')
    from longhaul.invitations
    where organisation_id = p_organisation and expires_at > clock_timestamp());
end
$$;

-- Takes an invitation back; one that is not there is as good as taken back.
create function longhaul.withdraw_invitation(p_organisation uuid, p_email text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'admin');
  delete from longhaul.invitations where organisation_id = p_organisation and email = lower(btrim(p_email));
end
$$;

-- The caller's address, when they have confirmed that it is theirs.
create function longhaul.my_confirmed_email() returns text
language sql stable security definer set search_path = '' as $$
  select lower(email) from auth.users where id = (select auth.uid()) and email_confirmed_at is not null
$$;

-- Takes the caller's invitation away. Gives the role that it offered; refuses where there is none that holds.
create function longhaul.take_invitation(p_organisation uuid) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_role text;
begin
  delete from longhaul.invitations
  where organisation_id = p_organisation and email = longhaul.my_confirmed_email() and expires_at > clock_timestamp()
  returning role into v_role;
  if v_role is null then
    perform longhaul.refuse('INVITATION_NOT_FOUND', 'This invitation does not hold any more. Ask for another one.');
  end if;
  return v_role;
end
$$;

-- Joins, and works for that organisation from the next token on.
create function longhaul.accept_invitation(p_organisation uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  insert into longhaul.memberships (organisation_id, user_id, role)
  values (p_organisation, (select auth.uid()), longhaul.take_invitation(p_organisation))
  on conflict do nothing;
  update longhaul.profiles set active_organisation_id = p_organisation where user_id = (select auth.uid());
end
$$;

create function longhaul.decline_invitation(p_organisation uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.take_invitation(p_organisation);
end
$$;

-- Which of the caller's organisations their next tokens name.
create function longhaul.choose_organisation(p_organisation uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'viewer');
  update longhaul.profiles set active_organisation_id = p_organisation where user_id = (select auth.uid());
end
$$;

-- As before, with the invitations that wait for the caller's word.
create or replace function longhaul.me() returns jsonb
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
      where m.user_id = u.id), '[]'),
    'invitations', coalesce((
      select jsonb_agg(jsonb_build_object(
          'organisation', jsonb_build_object('id', o.id, 'name', o.name), 'role', i.role, 'by', by.display_name)
        order by i.created_at, o.id)
      from longhaul.invitations i
      join longhaul.organisations o on o.id = i.organisation_id
      left join longhaul.profiles by on by.user_id = i.invited_by
      where i.email = longhaul.my_confirmed_email() and i.expires_at > clock_timestamp()), '[]'))
  from auth.users u join longhaul.profiles p on p.user_id = u.id
  where u.id = (select auth.uid())
$$;

revoke execute on function longhaul.invite_member(uuid, text, text), longhaul.open_invitations(uuid),
  longhaul.withdraw_invitation(uuid, text), longhaul.my_confirmed_email(), longhaul.take_invitation(uuid),
  longhaul.accept_invitation(uuid), longhaul.decline_invitation(uuid), longhaul.choose_organisation(uuid) from public;
grant execute on function longhaul.invite_member(uuid, text, text), longhaul.open_invitations(uuid),
  longhaul.withdraw_invitation(uuid, text), longhaul.accept_invitation(uuid), longhaul.decline_invitation(uuid),
  longhaul.choose_organisation(uuid) to authenticated;
