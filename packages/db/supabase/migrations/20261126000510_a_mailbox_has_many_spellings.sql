-- Whose an address is: what follows a plus is the person's own with most providers, and with Google the dots as well, and which of
-- its two names stands behind the at. One person was mailed by as many spellings as there are places for a dot.
create function longhaul.mailbox_of(p_email text) returns text
language sql immutable set search_path = '' as $$
  select case when domain in ('gmail.com', 'googlemail.com') then replace(person, '.', '') || '@gmail.com'
    else person || '@' || domain end
  from (select regexp_replace(split_part(p_email, '@', 1), '\+.*$', ''), split_part(p_email, '@', 2)) a (person, domain)
$$;
revoke execute on function longhaul.mailbox_of(text) from public;

-- As before, with the person behind the address.
create or replace function longhaul.mail_invitation(p_organisation uuid, p_email text, p_link text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_email text := lower(btrim(p_email));
  v_mailbox text := longhaul.mailbox_of(v_email);
  v_day timestamptz := clock_timestamp() - interval '1 day';
  v_before uuid;
  v_mail uuid;
  v_broken text;
begin
  perform longhaul.require_role(p_organisation, 'admin');
  -- One at a time, so that the most is the most.
  perform from longhaul.organisations where id = p_organisation for update;
  select mail_id into v_before from longhaul.invitations
  where organisation_id = p_organisation and email = v_email and expires_at > clock_timestamp();
  if not found then
    perform longhaul.refuse('INVITATION_NOT_FOUND', 'This invitation does not hold any more. Invite the person anew.');
  end if;
  if p_link is not null then
    -- One that has still to be sent will say what is so now: nobody needs two. One on its way may have said what was before.
    update longhaul.invitation_mails set link = p_link, next_try_at = clock_timestamp()
    where id = v_before and status = 'waiting' and (not held or next_try_at <= clock_timestamp()) and attempts < 10
    returning id into v_mail;
    if v_mail is null then
      if (select count(*) from longhaul.invitation_mails where organisation_id = p_organisation and created_at > v_day) >= 50 then
        perform longhaul.refuse('TOO_MANY_MAILS',
          'Your organisation has had 50 invitations mailed within a day, and no more are. Invite without an e-mail, or try tomorrow.');
      end if;
      perform pg_advisory_xact_lock(hashtextextended('longhaul.invitation_mails', 0));
      if (select count(*) from longhaul.invitation_mails
          where created_at > v_day and (status = 'waiting' or attempts > 0)) >= 500 then
        perform longhaul.refuse('TOO_MANY_MAILS',
          'As many invitations were mailed from here within a day as may be. Invite without an e-mail, or try tomorrow.');
      end if;
      -- One sentence for both: it says nothing of what others do.
      if (select count(*) filter (where organisation_id = p_organisation) >= 2
            or count(*) filter (where status = 'waiting' or attempts > 0) >= 5
          from longhaul.invitation_mails where mailbox = v_mailbox and created_at > v_day) then
        perform longhaul.refuse('TOO_MANY_MAILS',
          'This address was mailed enough invitations within a day, and gets no more. Invite without an e-mail, or try tomorrow.');
      end if;
      begin
        insert into longhaul.invitation_mails (organisation_id, email, mailbox, link)
        values (p_organisation, v_email, v_mailbox, p_link)
        returning id into v_mail;
      exception when check_violation then
        get stacked diagnostics v_broken = constraint_name;
        if v_broken <> 'invitation_mails_email_form' then
          raise;
        end if;
        perform longhaul.refuse('INPUT_INVALID', 'No mail can be sent to this address. Invite without an e-mail.');
      end;
    end if;
  end if;
  update longhaul.invitations set mail_id = v_mail where organisation_id = p_organisation and email = v_email;
end
$$;
