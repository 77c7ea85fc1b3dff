-- Whoever is taken out of an organisation, or may no longer invite, has nobody in waiting there: an invitation that was sent
-- to a second address of theirs would let them in again.
create or replace function longhaul.set_member_role(p_organisation uuid, p_user uuid, p_role text) returns void
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
  if longhaul.role_rank(p_role) < longhaul.role_rank('admin') then
    delete from longhaul.invitations where organisation_id = p_organisation and invited_by = p_user;
  end if;
end
$$;

create or replace function longhaul.remove_member(p_organisation uuid, p_user uuid) returns void
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
  delete from longhaul.invitations where organisation_id = p_organisation and invited_by = p_user;
  update longhaul.profiles set active_organisation_id = null
  where user_id = p_user and active_organisation_id = p_organisation;
end
$$;
