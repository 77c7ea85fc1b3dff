-- What hosted Supabase refuses to postgres in the schemas that belong to its services. Policies, triggers,
-- grants and comments pass; tables and functions there are not the project's to make, change or drop.
-- Without this a migration could work on a laptop and fail on the hosted project.

create function extensions.guard_service_schemas() returns event_trigger
language plpgsql
as $$
declare
  command record;
begin
  if (select rolsuper or rolname like 'supabase\_%' from pg_roles where rolname = session_user) then
    return;
  end if;
  for command in select * from pg_event_trigger_ddl_commands() loop
    if split_part(command.object_identity, '.', 1) in ('realtime', 'storage')
       and command.command_tag !~ '(POLICY|TRIGGER|GRANT|REVOKE|COMMENT)$'
       or command.object_type = 'schema' and command.object_identity in ('auth', 'realtime', 'storage') and command.command_tag !~ '(GRANT|REVOKE|COMMENT)$'
    then
      raise exception 'must be owner of % %', command.object_type, command.object_identity
        using errcode = '42501', hint = 'Hosted Supabase refuses this to postgres.';
    end if;
  end loop;
end
$$;

create function extensions.guard_service_drops() returns event_trigger
language plpgsql
as $$
declare
  dropped record;
begin
  if (select rolsuper or rolname like 'supabase\_%' from pg_roles where rolname = session_user) then
    return;
  end if;
  for dropped in select * from pg_event_trigger_dropped_objects() loop
    if dropped.original and dropped.schema_name in ('realtime', 'storage')
       and dropped.object_type not in ('policy', 'trigger')
    then
      raise exception 'must be owner of % %', dropped.object_type, dropped.object_identity
        using errcode = '42501', hint = 'Hosted Supabase refuses this to postgres.';
    end if;
  end loop;
end
$$;

create event trigger guard_service_schemas on ddl_command_end
  execute function extensions.guard_service_schemas();
create event trigger guard_service_drops on sql_drop
  execute function extensions.guard_service_drops();
