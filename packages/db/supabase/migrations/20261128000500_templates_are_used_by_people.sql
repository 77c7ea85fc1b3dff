-- The most used templates come first, and each use counted: one person who pressed often enough put a template before all others,
-- those of other organisations too. Each person counts once. Who it was is read by nobody.
create table longhaul.query_template_uses (
  template_id uuid not null references longhaul.query_templates (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  primary key (template_id, user_id)
);
create index query_template_uses_of_user on longhaul.query_template_uses (user_id);
alter table longhaul.query_template_uses enable row level security;

-- As far as is known still: by the queries and the copies that were begun from each.
insert into longhaul.query_template_uses (template_id, user_id)
select w.template_id, w.created_by from longhaul.sql_workflows w where w.template_id is not null and w.created_by is not null
union
select t.forked_from, t.created_by from longhaul.query_templates t where t.forked_from is not null and t.created_by is not null;
update longhaul.query_templates t set usage_count = known.people
from (
  select q.id, count(u.user_id)::integer as people
  from longhaul.query_templates q left join longhaul.query_template_uses u on u.template_id = q.id
  group by q.id
) known
where known.id = t.id and t.usage_count <> known.people;

-- Counts that a person has begun from a template. Whoever may read it may use it.
create or replace function longhaul.use_query_template(p_organisation uuid, p_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'operator');
  perform from longhaul.query_templates
  where id = p_id and (visibility = 'public' or organisation_id = p_organisation)
  for key share;
  if not found then
    perform longhaul.refuse('QUERY_TEMPLATE_NOT_FOUND', 'There is no such template.');
  end if;
  insert into longhaul.query_template_uses (template_id, user_id) values (p_id, auth.uid()) on conflict do nothing;
  if found then
    update longhaul.query_templates set usage_count = usage_count + 1 where id = p_id;
  end if;
end
$$;
