-- What an organisation has agreed on: it decides by which queue its runs of the queued lane go. Whoever bills sets it;
-- members read it with their organisation.
create domain longhaul.plan as text constraint organisations_plan_known check (value in ('free', 'team', 'business'));
alter table longhaul.organisations add plan longhaul.plan not null default 'free';
grant select (id, plan) on longhaul.organisations to longhaul_dispatcher;
create policy organisations_of_dispatcher on longhaul.organisations for select to longhaul_dispatcher using (true);

-- Of a free organisation's runs none goes ahead of the others' that wait in the queue.
create function longhaul.refuse_priority() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if (select plan from longhaul.organisations where id = new.organisation_id) = 'free' then
    perform longhaul.refuse('PRIORITY_NOT_IN_PLAN',
      'Your organisation has the free plan, which cannot choose a priority above normal. Start it without one, or change the plan.');
  end if;
  return new;
end
$$;
create trigger runs_priority_in_plan before insert on longhaul.runs
for each row when (new.lane = 'queued' and new.priority in ('high', 'urgent'))
execute function longhaul.refuse_priority();
revoke execute on function longhaul.refuse_priority() from public;
