-- Who belongs to an organisation, and what they may do in it. Each change first locks the organisation, so that two owners
-- who step down at the same moment cannot both be the one before the last.

-- Everybody sees who their colleagues are and what they may do; how to write to them is for those who manage them.
create function longhaul.members(p_organisation uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_role text;
begin
  perform longhaul.require_role(p_organisation, 'viewer');
  select role into v_role from longhaul.memberships
  where organisation_id = p_organisation and user_id = (select auth.uid());
  return (
    select jsonb_agg(jsonb_build_object(
        'userId', m.user_id,
        'name', p.display_name,
        'email', case when longhaul.role_rank(v_role) >= longhaul.role_rank('admin') or m.user_id = (select auth.uid())
          then u.email end,
        'role', m.role,
        'since', to_char(m.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      order by longhaul.role_rank(m.role) desc, p.display_name, m.user_id)
    from longhaul.memberships m
    join longhaul.profiles p using (user_id)
    join auth.users u on u.id = m.user_id
    where m.organisation_id = p_organisation);
end
$$;

-- The member's role, with the organisation locked. An organisation has an owner always.
create function longhaul.lock_member(p_organisation uuid, p_user uuid) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_role text;
begin
  perform from longhaul.organisations where id = p_organisation for update;
  select role into v_role from longhaul.memberships where organisation_id = p_organisation and user_id = p_user;
  if v_role is null then
    perform longhaul.refuse('MEMBER_NOT_FOUND', 'There is no such member.');
  end if;
  return v_role;
end
$$;

create function longhaul.require_another_owner(p_organisation uuid, p_user uuid) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if not exists (
    select from longhaul.memberships
    where organisation_id = p_organisation and role = 'owner' and user_id <> p_user)
  then
    perform longhaul.refuse('LAST_OWNER', 'The organisation needs an owner. Make somebody else one first.');
  end if;
end
$$;

-- Admins give and take the roles below owner; owners every role.
create function longhaul.set_member_role(p_organisation uuid, p_user uuid, p_role text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_before text;
begin
  perform longhaul.require_role(p_organisation, 'admin');
  if longhaul.role_rank(p_role) is null then
    perform longhaul.refuse('INPUT_INVALID', 'There is no such role.');
  end if;
  v_before := longhaul.lock_member(p_organisation, p_user);
  if v_before = p_role then
    return;
  end if;
  if 'owner' in (v_before, p_role) then
    perform longhaul.require_role(p_organisation, 'owner');
  end if;
  if v_before = 'owner' then
    perform longhaul.require_another_owner(p_organisation, p_user);
  end if;
  update longhaul.memberships set role = p_role where organisation_id = p_organisation and user_id = p_user;
end
$$;

-- Anybody may leave; admins remove others, owners other owners too. What the person has started stays.
create function longhaul.remove_member(p_organisation uuid, p_user uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_role text;
begin
  perform longhaul.require_role(p_organisation, case when p_user = (select auth.uid()) then 'viewer' else 'admin' end);
  v_role := longhaul.lock_member(p_organisation, p_user);
  if v_role = 'owner' then
    perform longhaul.require_role(p_organisation, 'owner');
    perform longhaul.require_another_owner(p_organisation, p_user);
  end if;
  delete from longhaul.memberships where organisation_id = p_organisation and user_id = p_user;
  update longhaul.profiles set active_organisation_id = null
  where user_id = p_user and active_organisation_id = p_organisation;
end
$$;

revoke execute on function longhaul.members(uuid), longhaul.lock_member(uuid, uuid),
  longhaul.require_another_owner(uuid, uuid), longhaul.set_member_role(uuid, uuid, text),
  longhaul.remove_member(uuid, uuid) from public;
grant execute on function longhaul.members(uuid), longhaul.set_member_role(uuid, uuid, text),
  longhaul.remove_member(uuid, uuid) to authenticated;
