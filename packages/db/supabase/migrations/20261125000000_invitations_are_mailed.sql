-- Whoever is invited may be told by mail. A mail is stored in the transaction of its invitation, which names it, and is sent
-- by a function of the dispatcher's role. It says what the invitation says when it is sent; one that no invitation names any
-- more is not sent. What was stored counts against flooding, whatever became of it, and outlives the invitation for that.
create table longhaul.invitation_mails (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  email text not null,
  -- Whose it is, as most providers have it: what follows a plus is the person's own.
  mailbox text not null,
  -- Where the person joins. It opens nothing: whoever has confirmed the address joins, with this link or without.
  link text not null,
  status text not null default 'waiting',
  attempts integer not null default 0,
  -- Of a held one: when it is tried again if its sender is not heard of.
  next_try_at timestamptz default clock_timestamp(),
  held boolean not null default false,
  sent_at timestamptz,
  -- The provider's.
  message_id text,
  error text,
  created_at timestamptz not null default clock_timestamp(),
  -- One address and nothing else: no second recipient, no name, no comment.
  constraint invitation_mails_email_form check (
    email ~ '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$' and char_length(email) <= 254),
  constraint invitation_mails_link_form check (link ~ '^https?://[^[:space:]<>"'']+$' and char_length(link) <= 500),
  constraint invitation_mails_status_known check (status in ('waiting', 'sent', 'failed', 'dropped')),
  constraint invitation_mails_next_if_waiting check ((status = 'waiting') = (next_try_at is not null)),
  constraint invitation_mails_held_if_waiting check (not held or status = 'waiting'),
  constraint invitation_mails_sent_when check ((status = 'sent') = (sent_at is not null)),
  constraint invitation_mails_failed_why check (status <> 'failed' or error is not null),
  constraint invitation_mails_error_length check (char_length(error) <= 500)
);
create index invitation_mails_due on longhaul.invitation_mails (next_try_at) where status = 'waiting';
create index invitation_mails_of_organisation on longhaul.invitation_mails (organisation_id, created_at);
create index invitation_mails_of_mailbox on longhaul.invitation_mails (mailbox, created_at);
create index invitation_mails_by_age on longhaul.invitation_mails (created_at);
-- Read and written by the functions below alone.
alter table longhaul.invitation_mails enable row level security;

-- The mail that tells of it; null where none does.
alter table longhaul.invitations add column mail_id uuid references longhaul.invitation_mails (id) on delete set null;
create index invitations_by_mail on longhaul.invitations (mail_id) where mail_id is not null;

-- Has an open invitation mailed, once more if it was before; without a link, has no mail tell of it. An organisation mails 50
-- within a day, two of them to one address; all of them together mail 500, five to one address: many organisations cost nothing.
-- What went nowhere counts for the organisation alone, so that nobody uses up what belongs to all.
create function longhaul.mail_invitation(p_organisation uuid, p_email text, p_link text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_email text := lower(btrim(p_email));
  v_mailbox text := regexp_replace(v_email, '\+[^@]*@', '@');
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

-- As before, with what became of the mail: { status, sentAt, error, nextTryAt }, or null.
create or replace function longhaul.open_invitations(p_organisation uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'admin');
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
        'email', i.email,
        'role', i.role,
        'expiresAt', to_char(i.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'mail', case when m.status <> 'dropped' then jsonb_build_object(
          'status', m.status, 'sentAt', longhaul.iso(m.sent_at), 'error', m.error,
          'nextTryAt', case when m.attempts > 0 and not m.held then longhaul.iso(m.next_try_at) end) end)
      order by i.created_at desc, i.email), '[]')
    from longhaul.invitations i left join longhaul.invitation_mails m on m.id = i.mail_id
    where i.organisation_id = p_organisation and i.expires_at > clock_timestamp());
end
$$;

-- Takes mails that are due and holds them against other senders, with what each has to say; drops those that have nothing to
-- say any more, and gives up those that were taken ten times, whose last sender was not heard of.
create function longhaul.take_invitation_mails(p_limit integer, p_hold_seconds double precision)
returns table (id uuid, attempts integer, email text, link text, role text, organisation text, inviter text, expires_at timestamptz)
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  update longhaul.invitation_mails m set status = 'failed', next_try_at = null, held = false,
    error = 'It was tried ten times, and what became of the last try is not known.'
  where m.status = 'waiting' and m.next_try_at <= v_now and m.attempts >= 10;
  update longhaul.invitation_mails m set status = 'dropped', next_try_at = null, held = false
  where m.status = 'waiting' and m.next_try_at <= v_now
    and not exists (select from longhaul.invitations i where i.mail_id = m.id and i.expires_at > v_now);
  return query
  with due as materialized (
    select m.id from longhaul.invitation_mails m
    where m.status = 'waiting' and m.next_try_at <= v_now
    order by m.next_try_at limit p_limit for update skip locked
  )
  update longhaul.invitation_mails m
  set attempts = m.attempts + 1, held = true, next_try_at = v_now + make_interval(secs => p_hold_seconds)
  from due
  join longhaul.invitations i on i.mail_id = due.id
  join longhaul.organisations o on o.id = i.organisation_id
  left join longhaul.profiles by on by.user_id = i.invited_by
  where m.id = due.id
  returning m.id, m.attempts, m.email, m.link, i.role, o.name, by.display_name, i.expires_at;
end
$$;

-- Notes what became of a try: { id, attempts, messageId, error, retrySeconds }; sent where there is no error, given up where
-- there is one and no next try. Of a try that another sender has taken over nothing is noted.
create function longhaul.note_invitation_mail(p_note jsonb) returns void
language sql security definer set search_path = '' as $$
  with given as (
    select clock_timestamp() as now, p_note ->> 'error' as error, (p_note ->> 'retrySeconds')::double precision as retry
  )
  update longhaul.invitation_mails m set
    status = case when g.error is null then 'sent' when g.retry is null then 'failed' else 'waiting' end,
    sent_at = case when g.error is null then g.now end,
    next_try_at = case when g.error is not null then g.now + make_interval(secs => g.retry) end,
    held = false, message_id = left(p_note ->> 'messageId', 200), error = left(g.error, 500)
  from given g
  where m.id = (p_note ->> 'id')::uuid and m.status = 'waiting' and m.held and m.attempts = (p_note -> 'attempts')::integer
$$;

-- What was mailed more than thirty days ago is forgotten. Returns how many went.
create function longhaul.forget_invitation_mails(p_limit integer) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_gone integer;
begin
  delete from longhaul.invitation_mails where id in (
    select m.id from longhaul.invitation_mails m
    where m.created_at < clock_timestamp() - interval '30 days' and m.status <> 'waiting'
    order by m.created_at limit p_limit for update skip locked);
  get diagnostics v_gone = row_count;
  return v_gone;
end
$$;

revoke execute on function
  longhaul.mail_invitation(uuid, text, text),
  longhaul.take_invitation_mails(integer, double precision),
  longhaul.note_invitation_mail(jsonb),
  longhaul.forget_invitation_mails(integer)
from public;
grant execute on function longhaul.mail_invitation(uuid, text, text) to authenticated;
grant execute on function
  longhaul.take_invitation_mails(integer, double precision),
  longhaul.note_invitation_mail(jsonb),
  longhaul.forget_invitation_mails(integer)
to longhaul_dispatcher;
