-- As before, and first waits for whoever changes the organisation's invitations, as they do for each other: they have the
-- organisation and ask for the invitation, and who had the invitation would ask for the organisation.
create or replace function longhaul.accept_invitation(p_organisation uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform from longhaul.organisations where id = p_organisation for key share;
  insert into longhaul.memberships (organisation_id, user_id, role)
  values (p_organisation, (select auth.uid()), longhaul.take_invitation(p_organisation))
  on conflict do nothing;
  update longhaul.profiles set active_organisation_id = p_organisation where user_id = (select auth.uid());
end
$$;
