-- How far each stage of a run is, kept as its steps change: a run with ten thousand steps costs its next event no more than
-- one with five.
create table longhaul.run_stages (
  run_id uuid not null references longhaul.runs (id) on delete cascade,
  stage text not null,
  organisation_id uuid not null,
  known integer not null default 0,
  succeeded integer not null default 0,
  failed integer not null default 0,
  -- What the steps that have not succeeded say they have done, added up.
  partial double precision not null default 0,
  primary key (run_id, stage)
) with (fillfactor = 50);
alter table longhaul.run_stages enable row level security;
create policy run_stages_of_members on longhaul.run_stages for select to authenticated
using (organisation_id = any ((select longhaul.my_organisations())::uuid[]));
grant select on longhaul.run_stages to authenticated;

create function longhaul.count_step() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and old.stage is not null then
    update longhaul.run_stages set
      known = known - 1,
      succeeded = succeeded - (old.status = 'succeeded')::integer,
      failed = failed - (old.status = 'failed')::integer,
      partial = partial - case old.status when 'succeeded' then 0 else old.progress end
    where run_id = old.run_id and stage = old.stage;
  end if;
  if new.stage is not null then
    insert into longhaul.run_stages as s (run_id, stage, organisation_id, known, succeeded, failed, partial)
    values (new.run_id, new.stage, new.organisation_id, 1, (new.status = 'succeeded')::integer, (new.status = 'failed')::integer,
      case new.status when 'succeeded' then 0 else new.progress end)
    on conflict (run_id, stage) do update set
      known = s.known + 1, succeeded = s.succeeded + excluded.succeeded, failed = s.failed + excluded.failed,
      partial = s.partial + excluded.partial;
  end if;
  return null;
end
$$;

create function longhaul.recount_step() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update longhaul.run_stages set
    succeeded = succeeded + (new.status = 'succeeded')::integer - (old.status = 'succeeded')::integer,
    failed = failed + (new.status = 'failed')::integer - (old.status = 'failed')::integer,
    partial = partial + case new.status when 'succeeded' then 0 else new.progress end
      - case old.status when 'succeeded' then 0 else old.progress end
  where run_id = new.run_id and stage = new.stage;
  return null;
end
$$;

create trigger run_steps_count after insert on longhaul.run_steps
for each row when (new.stage is not null) execute function longhaul.count_step();
create trigger run_steps_move after update of stage on longhaul.run_steps
for each row when (old.stage is distinct from new.stage) execute function longhaul.count_step();
create trigger run_steps_recount after update on longhaul.run_steps
for each row when (old.stage = new.stage and (old.status, old.progress) is distinct from (new.status, new.progress))
execute function longhaul.recount_step();

insert into longhaul.run_stages (run_id, stage, organisation_id, known, succeeded, failed, partial)
select run_id, stage, organisation_id, count(*), count(*) filter (where status = 'succeeded'),
  count(*) filter (where status = 'failed'), coalesce(sum(progress) filter (where status <> 'succeeded'), 0)
from longhaul.run_steps where stage is not null group by run_id, stage, organisation_id;

-- The few steps at work, of which the last one's message is shown.
create index run_steps_at_work on longhaul.run_steps (run_id, stage, started_at desc) where status = 'running';

-- As before, and from what is kept.
create or replace function longhaul.stage_states(p_run uuid, p_stages jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_agg(a.stage || jsonb_build_object(
    'fraction', least(1, s.done / s.whole),
    'message', (
      select w.message from longhaul.run_steps w
      where w.run_id = p_run and w.stage = a.stage ->> 'key' and w.status = 'running' and w.message is not null
      order by w.started_at desc limit 1),
    'status', case
      when s.failed > 0 then 'failed'
      when s.done >= s.whole then 'done'
      when s.known > 0 then 'running'
      else 'pending'
    end) order by a.place)
  from jsonb_array_elements(p_stages) with ordinality a (stage, place)
  left join longhaul.run_stages c on c.run_id = p_run and c.stage = a.stage ->> 'key'
  cross join lateral (
    select coalesce(c.known, 0) as known, coalesce(c.failed, 0) as failed,
      -- Fractions that are added and taken away again leave a crumb.
      coalesce(c.succeeded + round(c.partial::numeric, 9)::double precision, 0) as done,
      greatest((a.stage ->> 'steps')::integer, c.known, 1) as whole
  ) s
$$;

revoke execute on all functions in schema longhaul from public;
