-- Whom a campaign has written to. Providers take no idempotency key: a message is claimed here before it is handed over, so
-- that no repeat of the step hands it over again.
create table longhaul.campaign_messages (
  run_id uuid not null references longhaul.runs (id) on delete cascade,
  organisation_id uuid not null references longhaul.organisations (id) on delete cascade,
  channel text not null,
  address text not null,
  segment text not null,
  -- 'claimed': handed over, and no answer was heard (yet).
  state text not null default 'claimed',
  error text,
  at timestamptz not null default clock_timestamp(),
  primary key (run_id, channel, address),
  constraint campaign_messages_channel_known check (channel in ('EMAIL', 'SMS', 'PUSH')),
  constraint campaign_messages_state_known check (state in ('claimed', 'sent', 'failed')),
  constraint campaign_messages_error_if_failed check ((state = 'failed') = (error is not null)),
  constraint campaign_messages_address_length check (char_length(address) between 1 and 200),
  constraint campaign_messages_segment_length check (char_length(segment) between 1 and 60),
  constraint campaign_messages_error_length check (char_length(error) <= 500)
);
create index campaign_messages_of_organisation on longhaul.campaign_messages (organisation_id);

alter table longhaul.campaign_messages enable row level security;
create policy campaign_messages_of_members on longhaul.campaign_messages for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
grant select on longhaul.campaign_messages to authenticated;

-- { state }: 'new' for who may be sent to now, else what is known of them.
create function longhaul.for_step_campaign_claim(p_run longhaul.runs, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  insert into longhaul.campaign_messages (run_id, organisation_id, channel, address, segment)
  values (p_run.id, p_run.organisation_id, p_args ->> 'channel', p_args ->> 'address', p_args ->> 'segment')
  on conflict do nothing;
  if found then
    return jsonb_build_object('state', 'new');
  end if;
  return (
    select jsonb_build_object('state', state) from longhaul.campaign_messages
    where run_id = p_run.id and channel = p_args ->> 'channel' and address = p_args ->> 'address');
end
$$;

create function longhaul.for_step_campaign_noted(p_run longhaul.runs, p_args jsonb) returns jsonb
language sql security definer set search_path = '' as $$
  update longhaul.campaign_messages set state = p_args ->> 'state', error = p_args ->> 'error', at = clock_timestamp()
  where run_id = p_run.id and channel = p_args ->> 'channel' and address = p_args ->> 'address' and state = 'claimed';
  select 'null'::jsonb
$$;

-- The provider has said that it did not take it.
create function longhaul.for_step_campaign_released(p_run longhaul.runs, p_args jsonb) returns jsonb
language sql security definer set search_path = '' as $$
  delete from longhaul.campaign_messages
  where run_id = p_run.id and channel = p_args ->> 'channel' and address = p_args ->> 'address' and state = 'claimed';
  select 'null'::jsonb
$$;

revoke execute on all functions in schema longhaul from public;
