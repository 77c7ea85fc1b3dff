-- Schema realtime: the table that private channels are authorised by and that broadcasts from the database
-- pass through. Policies on realtime.messages read realtime.topic(); only the Realtime service and
-- realtime.send write to it.

create schema realtime authorization supabase_admin;
grant usage on schema realtime to postgres, anon, authenticated, service_role, supabase_realtime_admin;

create table realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (id, inserted_at)
);
create index messages_topic_idx on realtime.messages (topic, inserted_at desc) where private;
create index messages_inserted_at_idx on realtime.messages (inserted_at);
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;

create function realtime.topic() returns text
language sql stable
as $$ select nullif(current_setting('realtime.topic', true), '') $$;
alter function realtime.topic() owner to supabase_realtime_admin;

-- A doorbell must never fail the work it announces: what goes wrong here is a warning and nothing more.
create function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
declare
  message_id uuid := gen_random_uuid();
begin
  begin
    perform set_config('realtime.topic', send.topic, true);
    insert into realtime.messages (id, payload, event, topic, private, extension)
    values (
      message_id,
      case when send.payload ? 'id' then send.payload
           else jsonb_set(send.payload, '{id}', to_jsonb(message_id)) end,
      send.event, send.topic, send.private, 'broadcast'
    );
  exception when others then
    raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
  end;
end
$$;

-- Hosted Realtime reads new rows from the replication log. Here each row is told in a notification; one that is too long for
-- that (8 kB) tells its id, and the service fetches it.
create function realtime.announce_message() returns trigger
language plpgsql
as $$
declare
  message text := json_build_object(
    'id', new.id, 'topic', new.topic, 'event', new.event, 'payload', new.payload, 'private', new.private);
begin
  perform pg_notify('realtime_messages', case when octet_length(message) < 7900 then message else new.id::text end);
  return null;
end
$$;
create trigger announce_message after insert on realtime.messages
for each row when (new.extension = 'broadcast') execute function realtime.announce_message();
