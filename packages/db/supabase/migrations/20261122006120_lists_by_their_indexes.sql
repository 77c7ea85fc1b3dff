-- Templates and failed deliveries by indexes of their own: each was looked for in the whole table.

-- What has failed is looked for by those who mend it; it is little beside what was delivered, which pays nothing for this.
create index webhook_deliveries_failed on longhaul.webhook_deliveries (organisation_id, created_at desc, id desc)
where status = 'failed';

drop index longhaul.query_templates_by_organisation;
create index query_templates_of_organisation on longhaul.query_templates (organisation_id, usage_count desc, id desc);
drop index longhaul.query_templates_by_use;
create index query_templates_public on longhaul.query_templates (usage_count desc, id desc) where visibility = 'public';

-- The templates that an organisation may begin from, the most used first: its own, which are a thousand at most, and those that
-- are public, by their words where some are given and otherwise in their order.
create or replace function longhaul.find_query_templates(p_organisation uuid, p_filter jsonb, p_limit integer)
returns table (id uuid, usage_count integer)
language plpgsql stable security definer rows 50 set search_path = '' as $$
declare
  v_search tsquery := longhaul.prefix_query(p_filter ->> 'search');
  v_where text := '';
  v_public text;
begin
  perform longhaul.require_role(p_organisation, 'viewer');
  if v_search is not null then
    v_where := v_where || format(' and t.search @@ %L::tsquery', v_search);
  end if;
  if p_filter ->> 'category' is not null then
    v_where := v_where || format(' and t.category = %L', p_filter ->> 'category');
  end if;
  if p_filter -> 'before' ->> 'id' is not null then
    v_where := v_where || format(' and (t.usage_count, t.id) < (%L, %L)',
      (p_filter -> 'before' ->> 'usageCount')::integer, (p_filter -> 'before' ->> 'id')::uuid);
  end if;
  v_where := v_where || format(' order by t.usage_count desc, t.id desc limit %s', p_limit);
  if not coalesce((p_filter ->> 'own')::boolean, false) then
    v_public := format($t$ union (
      select t.id, t.usage_count from longhaul.query_templates t where t.visibility = 'public'%s)$t$, v_where);
  end if;
  return query execute format(
    'select f.id, f.usage_count from (
       (select t.id, t.usage_count from longhaul.query_templates t where t.organisation_id = %L%s)%s) f
     order by f.usage_count desc, f.id desc limit %s', p_organisation, v_where, v_public, p_limit);
end
$$;
