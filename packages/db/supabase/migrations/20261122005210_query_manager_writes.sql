-- Writes a SQL workflow: a new one without p_id, else what p_fields names of the one that still has p_version. p_fields:
-- { name, description, instanceId, sql, parameterSchema, savedValues, timeWindow, templateId }.
create function longhaul.save_sql_workflow(
  p_organisation uuid, p_id uuid, p_version integer, p_fields jsonb, out id uuid, out version integer)
language plpgsql security definer set search_path = '' as $$
declare
  v_instance uuid := (p_fields ->> 'instanceId')::uuid;
  v_template uuid := (p_fields ->> 'templateId')::uuid;
  v_version integer;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  if v_instance is not null and not exists (
    select from longhaul.amc_instances i where i.id = v_instance and i.organisation_id = p_organisation) then
    perform longhaul.refuse('INSTANCE_NOT_FOUND', 'There is no such instance. Choose another one.');
  end if;
  if p_id is null then
    if (select count(*) from longhaul.sql_workflows w where w.organisation_id = p_organisation) >= 2000 then
      perform longhaul.refuse('TOO_MANY_QUERIES', 'An organisation keeps 2,000 queries at most: delete one that is not needed.');
    end if;
    if v_template is not null then
      perform longhaul.use_query_template(p_organisation, v_template);
    end if;
    insert into longhaul.sql_workflows as w (organisation_id, name, description, instance_id, sql, parameter_schema, saved_values,
      time_window, template_id, created_by, updated_by)
    values (p_organisation, p_fields ->> 'name', coalesce(p_fields ->> 'description', ''), v_instance, p_fields ->> 'sql',
      coalesce(p_fields -> 'parameterSchema', '[]'), coalesce(p_fields -> 'savedValues', '{}'),
      nullif(p_fields -> 'timeWindow', 'null'), v_template, auth.uid(), auth.uid())
    returning w.id, w.version into save_sql_workflow.id, save_sql_workflow.version;
    return;
  end if;
  select w.version into v_version from longhaul.sql_workflows w
  where w.id = p_id and w.organisation_id = p_organisation for update;
  if not found then
    perform longhaul.refuse('SQL_WORKFLOW_NOT_FOUND', 'There is no such query.');
  elsif v_version <> p_version then
    perform longhaul.refuse('SQL_WORKFLOW_CHANGED', 'Somebody has changed this query since you opened it.');
  end if;
  update longhaul.sql_workflows w set
    name = coalesce(p_fields ->> 'name', w.name),
    description = coalesce(p_fields ->> 'description', w.description),
    instance_id = case when p_fields ? 'instanceId' then v_instance else w.instance_id end,
    sql = coalesce(p_fields ->> 'sql', w.sql),
    parameter_schema = coalesce(p_fields -> 'parameterSchema', w.parameter_schema),
    saved_values = coalesce(p_fields -> 'savedValues', w.saved_values),
    time_window = case when p_fields ? 'timeWindow' then nullif(p_fields -> 'timeWindow', 'null') else w.time_window end,
    updated_by = auth.uid(), updated_at = clock_timestamp(), version = w.version + 1
  where w.id = p_id
  returning w.id, w.version into save_sql_workflow.id, save_sql_workflow.version;
end
$$;

-- Keeps how the form was left; of two who do so at once, the later one's stays.
create function longhaul.save_sql_workflow_values(p_organisation uuid, p_id uuid, p_values jsonb, p_window jsonb) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  update longhaul.sql_workflows set saved_values = p_values, time_window = nullif(p_window, 'null')
  where id = p_id and organisation_id = p_organisation;
  if not found then
    perform longhaul.refuse('SQL_WORKFLOW_NOT_FOUND', 'There is no such query.');
  end if;
end
$$;

-- Its runs stay, as runs of their own.
create function longhaul.delete_sql_workflow(p_organisation uuid, p_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  delete from longhaul.sql_workflows where id = p_id and organisation_id = p_organisation;
  if not found then
    perform longhaul.refuse('SQL_WORKFLOW_NOT_FOUND', 'There is no such query.');
  end if;
end
$$;

-- Writes a template of the organisation's own; a new one without p_id. What is public everybody reads, so that only an
-- admin makes it so, and changes it from then on.
create function longhaul.save_query_template(p_organisation uuid, p_id uuid, p_fields jsonb) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_visibility text;
  v_id uuid := p_id;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  if p_id is not null then
    select visibility into v_visibility from longhaul.query_templates
    where id = p_id and organisation_id = p_organisation for update;
    if not found then
      perform longhaul.refuse('QUERY_TEMPLATE_NOT_FOUND', 'There is no such template of your organisation.');
    end if;
  elsif (select count(*) from longhaul.query_templates where organisation_id = p_organisation) >= 1000 then
    perform longhaul.refuse('TOO_MANY_QUERIES', 'An organisation keeps 1,000 templates at most: delete one that is not needed.');
  end if;
  if 'public' in (v_visibility, p_fields ->> 'visibility') then
    perform longhaul.require_role(p_organisation, 'admin');
  end if;
  if p_id is null then
    insert into longhaul.query_templates (organisation_id, name, description, category, sql, parameter_schema, visibility, created_by)
    values (p_organisation, p_fields ->> 'name', coalesce(p_fields ->> 'description', ''), p_fields ->> 'category',
      p_fields ->> 'sql', coalesce(p_fields -> 'parameterSchema', '[]'), coalesce(p_fields ->> 'visibility', 'private'), auth.uid())
    returning id into v_id;
  else
    update longhaul.query_templates t set
      name = coalesce(p_fields ->> 'name', t.name), description = coalesce(p_fields ->> 'description', t.description),
      category = coalesce(p_fields ->> 'category', t.category), sql = coalesce(p_fields ->> 'sql', t.sql),
      parameter_schema = coalesce(p_fields -> 'parameterSchema', t.parameter_schema),
      visibility = coalesce(p_fields ->> 'visibility', t.visibility), updated_at = clock_timestamp()
    where t.id = p_id;
  end if;
  return v_id;
end
$$;

create function longhaul.delete_query_template(p_organisation uuid, p_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_visibility text;
begin
  perform longhaul.require_role(p_organisation, 'operator');
  select visibility into v_visibility from longhaul.query_templates
  where id = p_id and organisation_id = p_organisation for update;
  if not found then
    perform longhaul.refuse('QUERY_TEMPLATE_NOT_FOUND', 'There is no such template of your organisation.');
  elsif v_visibility = 'public' then
    perform longhaul.require_role(p_organisation, 'admin');
  end if;
  delete from longhaul.query_templates where id = p_id;
end
$$;

-- Counts that a template was begun from. Whoever may read it may use it.
create function longhaul.use_query_template(p_organisation uuid, p_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  update longhaul.query_templates set usage_count = usage_count + 1
  where id = p_id and (visibility = 'public' or organisation_id = p_organisation);
  if not found then
    perform longhaul.refuse('QUERY_TEMPLATE_NOT_FOUND', 'There is no such template.');
  end if;
end
$$;

-- Makes the organisation's own private copy of a template, which may be changed.
create function longhaul.fork_query_template(p_organisation uuid, p_id uuid) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  perform longhaul.use_query_template(p_organisation, p_id);
  if (select count(*) from longhaul.query_templates where organisation_id = p_organisation) >= 1000 then
    perform longhaul.refuse('TOO_MANY_QUERIES', 'An organisation keeps 1,000 templates at most: delete one that is not needed.');
  end if;
  insert into longhaul.query_templates (organisation_id, name, description, category, sql, parameter_schema, forked_from, created_by)
  select p_organisation, left(name || ' (copy)', 120), description, category, sql, parameter_schema, id, auth.uid()
  from longhaul.query_templates where id = p_id
  returning id into v_id;
  return v_id;
end
$$;

-- The ids of the templates that the organisation may read, the most used first: p_filter is { search, category, own, before:
-- { usageCount, id } }, all of them optional. A function, so that the search may use its index: under row level security it
-- could not.
create function longhaul.find_query_templates(p_organisation uuid, p_filter jsonb, p_limit integer)
returns table (id uuid, usage_count integer)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_search tsquery := longhaul.prefix_query(p_filter ->> 'search');
begin
  perform longhaul.require_role(p_organisation, 'viewer');
  return query
  select t.id, t.usage_count from longhaul.query_templates t
  where (t.organisation_id = p_organisation
      or (t.visibility = 'public' and not coalesce((p_filter ->> 'own')::boolean, false)))
    and (v_search is null or t.search @@ v_search)
    and (p_filter ->> 'category' is null or t.category = p_filter ->> 'category')
    and (p_filter -> 'before' ->> 'id' is null or (t.usage_count, t.id)
      < ((p_filter -> 'before' ->> 'usageCount')::integer, (p_filter -> 'before' ->> 'id')::uuid))
  order by t.usage_count desc, t.id desc limit p_limit;
end
$$;

-- What a person looks for while they type it: whole words by their stems, or beginnings of words. Null for nothing.
create function longhaul.prefix_query(p_search text) returns tsquery
language sql immutable set search_path = '' as $$
  select case when words <> '' then
    to_tsquery('pg_catalog.english', replace(words, ' ', ' & '))
    || to_tsquery('pg_catalog.simple', replace(words, ' ', ':* & ') || ':*') end
  from (select btrim(regexp_replace(coalesce(p_search, ''), '[^[:alnum:]]+', ' ', 'g')) as words) given
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.save_sql_workflow(uuid, uuid, integer, jsonb),
  longhaul.save_sql_workflow_values(uuid, uuid, jsonb, jsonb), longhaul.delete_sql_workflow(uuid, uuid),
  longhaul.save_query_template(uuid, uuid, jsonb), longhaul.delete_query_template(uuid, uuid),
  longhaul.use_query_template(uuid, uuid), longhaul.fork_query_template(uuid, uuid),
  longhaul.find_query_templates(uuid, jsonb, integer) to authenticated;
