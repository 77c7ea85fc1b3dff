-- Admission: which queued runs may be sent. An attempt is `later` while its time has not come, `ready` while it waits
-- for room, and `admitted` from then to its end. What is admitted, has not ended and does not wait for a person takes a
-- slot; slots are counted from the attempts themselves, so that no counter can go wrong.
create domain longhaul.admission as text constraint run_attempts_admission_known check (value in ('later', 'ready', 'admitted'));
alter table longhaul.run_attempts
  -- Who started the run, as the limits count; kept here, with the priority's rank, for the queue's index.
  add user_id uuid,
  add rank smallint,
  add admission longhaul.admission not null default 'ready',
  add admitted_at timestamptz,
  -- Waits for a person and takes no slot meanwhile.
  add parked boolean not null default false,
  -- Whether the run's log says what it waits for.
  add explained boolean not null default false,
  -- When it was last given to the queue of the queued lane.
  add published_at timestamptz;

-- Without settings of its own, so that it is inlined.
create function longhaul.priority_rank(p_priority text) returns smallint
language sql immutable as $$
  select case p_priority when 'urgent' then 1 when 'high' then 2 when 'normal' then 3 when 'low' then 4 end::smallint
$$;

update longhaul.run_attempts a set
  user_id = coalesce(r.created_by, '00000000-0000-0000-0000-000000000000'),
  rank = longhaul.priority_rank(r.priority),
  admission = case
    when a.sent_at is not null or a.tries > 0 or r.status <> 'queued' then 'admitted'
    when a.next_try_at > clock_timestamp() then 'later' else 'ready' end,
  admitted_at = case when a.sent_at is not null or a.tries > 0 or r.status <> 'queued' then coalesce(a.sent_at, a.created_at) end
from longhaul.runs r where r.id = a.run_id;

alter table longhaul.run_attempts
  alter user_id set not null,
  alter rank set not null;

drop index longhaul.run_attempts_to_send;
create index run_attempts_later on longhaul.run_attempts (next_try_at)
where admission = 'later' and closed_at is null;
create index run_attempts_ready on longhaul.run_attempts (organisation_id, user_id, rank, created_at, run_id)
where admission = 'ready' and closed_at is null;
create index run_attempts_unexplained on longhaul.run_attempts (created_at)
where admission = 'ready' and closed_at is null and not explained;
create index run_attempts_to_send on longhaul.run_attempts (next_try_at)
where admission = 'admitted' and sent_at is null and closed_at is null;
create index run_attempts_slots on longhaul.run_attempts (organisation_id, user_id)
where admission = 'admitted' and closed_at is null and not parked;

-- Whoever changes what a queue could give leaves a row here, in its own transaction, and the next dispatcher looks at
-- that queue. Only inserts and one reader: no two starts ever wait for each other. Rows point at organisations and
-- users that may be gone, which does no harm.
create table longhaul.queue_wakes (
  organisation_id uuid not null,
  user_id uuid not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- A user's queue within an organisation with the place of its first run. Asleep: empty, or as many of the user's runs
-- are under way as may be. Written by the one dispatcher that admits.
create table longhaul.user_queues (
  organisation_id uuid not null,
  user_id uuid not null,
  awake boolean not null,
  head_rank smallint,
  head_at timestamptz,
  primary key (organisation_id, user_id),
  constraint user_queues_awake_has_head check (not awake or (head_rank is not null and head_at is not null))
) with (fillfactor = 50);
create index user_queues_by_head on longhaul.user_queues (organisation_id, head_rank, head_at) where awake;

-- An organisation's turn: who has waited longest since its last admission comes first. Asleep: no user's queue is
-- awake, or all slots are taken.
create table longhaul.organisation_queues (
  organisation_id uuid primary key,
  turn bigint not null,
  awake boolean not null
) with (fillfactor = 50);
create index organisation_queues_by_turn on longhaul.organisation_queues (turn) where awake;
create sequence longhaul.queue_turns;

alter table longhaul.queue_wakes enable row level security;
alter table longhaul.user_queues enable row level security;
alter table longhaul.organisation_queues enable row level security;

-- A run that is deleted leaves its slot. What else fills a queue or leaves a slot says so where it does.
create function longhaul.wake_queue() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into longhaul.queue_wakes values (old.organisation_id, old.user_id);
  return null;
end
$$;
create trigger run_attempts_leave_slot after delete on longhaul.run_attempts
for each row when (old.admission = 'admitted' and old.closed_at is null) execute function longhaul.wake_queue();

-- A run that waits for a person leaves its slot to another, and takes one again, at once, when it goes on: for a while
-- more may be under way then than the limit says, and nothing is admitted until they are fewer.
create function longhaul.park_attempt(p_run uuid, p_attempt integer, p_parked boolean) returns void
language plpgsql set search_path = '' as $$
begin
  with moved as (
    update longhaul.run_attempts set parked = p_parked
    where run_id = p_run and attempt = p_attempt and parked <> p_parked
    returning organisation_id, user_id, admission, closed_at
  )
  insert into longhaul.queue_wakes
  select organisation_id, user_id from moved where p_parked and admission = 'admitted' and closed_at is null;
end
$$;

insert into longhaul.queue_wakes
select distinct organisation_id, user_id from longhaul.run_attempts where admission = 'ready' and closed_at is null;

-- Brings the queues up to date with what has happened since the last look: delayed starts whose time has come, arrivals,
-- slots that were left. Called by the dispatcher that admits.
create function longhaul.look_at_queues(p_now timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  with due as (
    select run_id, attempt from longhaul.run_attempts
    where admission = 'later' and closed_at is null and next_try_at <= p_now
    order by next_try_at limit 1000
    for update skip locked
  ), promoted as (
    update longhaul.run_attempts a set admission = 'ready', explained = false
    from due where a.run_id = due.run_id and a.attempt = due.attempt
    returning a.organisation_id, a.user_id
  )
  insert into longhaul.queue_wakes select distinct organisation_id, user_id from promoted;

  with woken as (
    delete from longhaul.queue_wakes returning organisation_id, user_id
  ), looked_at as (
    insert into longhaul.user_queues as q (organisation_id, user_id, awake, head_rank, head_at)
    select w.organisation_id, w.user_id, h.rank is not null, h.rank, h.created_at
    from (select distinct organisation_id, user_id from woken) w
    left join lateral (
      select a.rank, a.created_at from longhaul.run_attempts a
      where a.organisation_id = w.organisation_id and a.user_id = w.user_id and a.admission = 'ready' and a.closed_at is null
      order by a.rank, a.created_at limit 1
    ) h on true
    on conflict (organisation_id, user_id) do update
    set awake = excluded.awake, head_rank = excluded.head_rank, head_at = excluded.head_at
    returning q.organisation_id, q.awake
  )
  -- A slot that one user has left may be another's: then the organisation has queues that are awake already.
  insert into longhaul.organisation_queues as o (organisation_id, turn, awake)
  select l.organisation_id, 0, true from looked_at l group by 1
  having bool_or(l.awake)
    or exists (select from longhaul.user_queues q where q.organisation_id = l.organisation_id and q.awake)
  on conflict (organisation_id) do update set awake = true;
end
$$;

-- What is to be sent, whole: a join outside would look at the moment before the function looked, and miss runs.
create type longhaul.dispatchable as (
  run_id uuid, organisation_id uuid, attempt integer, workflow text, execution_name text, execution_input text,
  correlation_id text, lane text, priority text, tries integer,
  -- Of a run that was sent before: the version that it goes on with.
  state_machine_arn text);

-- Admits up to p_share ready runs of one organisation, the most urgent first, then the oldest, whoever started them:
-- of each user the first that the user's limit leaves, and of these the first. A queue with nothing that could go now
-- falls asleep. Returns how many.
create function longhaul.admit_some(p_organisation uuid, p_share integer, p_now timestamptz, p_hold_seconds double precision)
returns uuid[]
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
declare
  v_room integer;
  v_most_of_user integer;
  v_looked_at uuid[];
  v_full uuid[];
  v_runs uuid[];
  v_busy uuid[];
begin
  select coalesce(l.max_running, longhaul.default_max_running()) - (
      select count(*) from (
        select from longhaul.run_attempts a
        where a.organisation_id = p_organisation and a.admission = 'admitted' and a.closed_at is null and not a.parked
        limit coalesce(l.max_running, longhaul.default_max_running())) slot),
    coalesce(l.max_running_per_user, longhaul.default_max_running_per_user())
  into v_room, v_most_of_user
  from (values (1)) always (one) left join longhaul.organisation_limits l on l.organisation_id = p_organisation;
  v_room := least(v_room, p_share);
  if v_room > 0 then
    select array_agg(user_id) into v_looked_at from (
      select user_id from longhaul.user_queues
      where organisation_id = p_organisation and awake order by head_rank, head_at limit v_room) q;
  end if;
  if v_looked_at is null then
    update longhaul.organisation_queues set awake = false where organisation_id = p_organisation;
    return '{}';
  end if;

  with users as materialized (
    select u.id, v_most_of_user - (
      select count(*) from (
        select from longhaul.run_attempts a
        where a.organisation_id = p_organisation and a.user_id = u.id and a.admission = 'admitted' and a.closed_at is null
          and not a.parked
        limit v_most_of_user) slot) as room
    from unnest(v_looked_at) u (id)
  ), chosen as materialized (
    select c.* from users u cross join lateral (
      select a.run_id, a.attempt, a.user_id, a.rank, a.created_at from longhaul.run_attempts a
      where a.organisation_id = p_organisation and a.user_id = u.id and a.admission = 'ready' and a.closed_at is null
      order by a.rank, a.created_at, a.run_id limit least(u.room, v_room)) c
    order by c.rank, c.created_at, c.run_id limit v_room
  ), head as materialized (
    -- Those that are being changed at this moment are passed by.
    select h.*, c.rank, c.created_at from chosen c cross join lateral (
      select a.run_id, a.attempt, a.user_id from longhaul.run_attempts a
      where a.run_id = c.run_id and a.attempt = c.attempt and a.admission = 'ready' and a.closed_at is null
      for update skip locked) h
  ), admitted as (
    update longhaul.run_attempts a
    -- Not the moment of the look, but one later than that of the run before.
    set admission = 'admitted', admitted_at = clock_timestamp(), tries = a.tries + 1,
      held_until = p_now + make_interval(secs => p_hold_seconds), next_try_at = p_now + make_interval(secs => p_hold_seconds)
    from (select * from head order by rank, created_at, run_id) h where a.run_id = h.run_id and a.attempt = h.attempt
    returning a.run_id
  )
  select (select coalesce(array_agg(run_id), '{}') from admitted),
    (select coalesce(array_agg(u.id), '{}') from users u
     where u.room <= (select count(*) from head h where h.user_id = u.id)),
    (select coalesce(array_agg(distinct c.user_id), '{}') from chosen c
     where not exists (select from head h where h.run_id = c.run_id))
  into v_runs, v_full, v_busy;

  insert into longhaul.queue_wakes select p_organisation, user_id from unnest(v_busy) b (user_id);
  update longhaul.user_queues q
  set awake = h.rank is not null and q.user_id <> all (v_full) and q.user_id <> all (v_busy), head_rank = h.rank, head_at = h.created_at
  from unnest(v_looked_at) u (id)
  left join lateral (
    select a.rank, a.created_at from longhaul.run_attempts a
    where a.organisation_id = p_organisation and a.user_id = u.id and a.admission = 'ready' and a.closed_at is null
    order by a.rank, a.created_at limit 1
  ) h on true
  where q.organisation_id = p_organisation and q.user_id = u.id;
  if v_runs <> '{}' then
    update longhaul.organisation_queues set turn = nextval('longhaul.queue_turns') where organisation_id = p_organisation;
  end if;
  return v_runs;
end
$$;

-- Admits up to p_limit ready runs and holds them for whoever asked: organisations take turns, the one first that has
-- waited longest for one. Each step is a look into an index, however many runs wait. One dispatcher admits at a time, so
-- that the limits hold exactly; what commits while it is at work is there for the next.
create function longhaul.admit(p_limit integer, p_hold_seconds double precision) returns setof longhaul.dispatchable
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_organisations uuid[];
  v_count integer;
  v_left integer := p_limit;
  v_share integer;
  v_more integer;
  v_runs uuid[];
begin
  -- Who has to wait for another dispatcher often finds its work done by that one.
  loop
    if not exists (select from longhaul.queue_wakes)
      and not exists (select from longhaul.organisation_queues where awake)
      and not exists (select from longhaul.run_attempts where admission = 'later' and closed_at is null and next_try_at <= v_now)
    then
      return;
    end if;
    exit when pg_try_advisory_xact_lock(hashtextextended('longhaul.admit', 0));
    if clock_timestamp() > v_now + interval '5 seconds' then
      return;
    end if;
    perform pg_sleep(0.002);
  end loop;
  -- A dispatcher that is frozen before it commits must not stop all the others.
  perform set_config('idle_in_transaction_session_timeout', '5s', true);
  perform longhaul.look_at_queues(v_now);

  while v_left > 0 loop
    select array_agg(organisation_id) into v_organisations from (
      select organisation_id from longhaul.organisation_queues where awake order by turn limit v_left) o;
    exit when v_organisations is null;
    -- One after the other would go round as often as this, and once more among the first.
    v_count := cardinality(v_organisations);
    v_share := v_left / v_count;
    v_more := v_left % v_count;
    for i in 1 .. v_count loop
      -- Those with one more come last: that one is the last to be admitted.
      v_runs := longhaul.admit_some(v_organisations[1 + (v_more + i - 1) % v_count],
        v_share + (i > v_count - v_more)::integer, v_now, p_hold_seconds);
      v_left := v_left - cardinality(v_runs);
      -- An execution that began before its run was admitted is under way: it takes its slot, and is not sent again.
      return query
        select a.run_id, a.organisation_id, a.attempt, r.workflow::text, a.execution_name, a.execution_input::text,
          r.correlation_id::text, r.lane::text, r.priority::text, a.tries, a.state_machine_arn
        from unnest(v_runs) with ordinality admitted (id, place)
        cross join lateral (select * from longhaul.runs where id = admitted.id offset 0) r
        join longhaul.run_attempts a on a.run_id = r.id and a.attempt = r.attempt
        where r.status = 'queued' order by admitted.place;
    end loop;
  end loop;
end
$$;

-- Takes runs to send and holds them against other dispatchers for a while: first those admitted before whose sending is
-- due again, then newly admitted ones.
drop function longhaul.next_to_send(integer, double precision);
create function longhaul.next_to_send(p_limit integer, p_hold_seconds double precision)
returns setof longhaul.dispatchable
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_again integer;
begin
  return query
    with due as (
      select a.run_id, a.attempt
      from longhaul.run_attempts a
      join longhaul.runs r on r.id = a.run_id and r.attempt = a.attempt and r.status = 'queued'
      where a.admission = 'admitted' and a.sent_at is null and a.closed_at is null and a.next_try_at <= v_now
      order by a.next_try_at
      limit p_limit
      for update of a skip locked
    )
    update longhaul.run_attempts a
    set held_until = v_now + make_interval(secs => p_hold_seconds), next_try_at = v_now + make_interval(secs => p_hold_seconds),
      tries = a.tries + 1
    from due join longhaul.runs r on r.id = due.run_id
    where a.run_id = due.run_id and a.attempt = due.attempt
    returning a.run_id, a.organisation_id, a.attempt, r.workflow::text, a.execution_name, a.execution_input::text,
      r.correlation_id::text, r.lane::text, r.priority::text, a.tries, a.state_machine_arn;
  get diagnostics v_again = row_count;
  if v_again < p_limit then
    return query select * from longhaul.admit(p_limit - v_again, p_hold_seconds);
  end if;
end
$$;

-- Writes into the log of up to p_limit runs what they wait for, each once. Returns how many.
create function longhaul.explain_waiting(p_limit integer) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_touched text;
  v_explained integer;
begin
  with waiting as materialized (
    select a.run_id, a.attempt, a.organisation_id, a.user_id
    from longhaul.run_attempts a
    join longhaul.runs r on r.id = a.run_id and r.attempt = a.attempt and r.status = 'queued'
    where a.admission = 'ready' and a.closed_at is null and not a.explained
    order by a.created_at
    limit p_limit
    for update of a, r skip locked
  ), full_queues as materialized (
    select w.organisation_id, w.user_id, case
      when u.taken >= l.max_running_per_user then
        format('%s of your %s runs %s running.', u.taken, l.max_running_per_user, case u.taken when 1 then 'is' else 'are' end)
      when o.taken >= l.max_running then
        format('%s of your organisation''s %s runs %s running.', o.taken, l.max_running, case o.taken when 1 then 'is' else 'are' end)
      end as reason
    from (select distinct organisation_id, user_id from waiting) w
    cross join lateral longhaul.limits_of(w.organisation_id) l
    cross join lateral (
      select count(*) as taken from longhaul.run_attempts s
      where s.organisation_id = w.organisation_id and s.user_id = w.user_id
        and s.admission = 'admitted' and s.closed_at is null and not s.parked) u
    cross join lateral (
      select count(*) as taken from longhaul.run_attempts s
      where s.organisation_id = w.organisation_id and s.admission = 'admitted' and s.closed_at is null and not s.parked) o
  ), explained as (
    update longhaul.run_attempts a set explained = true
    from waiting w join full_queues q using (organisation_id, user_id)
    where a.run_id = w.run_id and a.attempt = w.attempt and q.reason is not null
    returning a.run_id, q.reason
  ), changed as (
    update longhaul.runs r
    set last_seq = r.last_seq + 1, updated_at = greatest(v_now, r.updated_at), status_reason = e.reason
    from explained e where r.id = e.run_id and r.status_reason is distinct from e.reason
    returning r.id, r.last_seq, r.organisation_id, r.updated_at, r.attempt, e.reason
  ), logged as (
    insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, data)
    select id, last_seq, organisation_id, 'run.queued', updated_at, attempt, jsonb_build_object('reason', reason) from changed
    returning run_id
  )
  select string_agg(longhaul.touched(organisation_id, id, last_seq), ''), count(*) into v_touched, v_explained from changed;
  perform longhaul.touch(v_touched);
  return v_explained;
end
$$;

-- When a run that nobody has at hand is to be sent, by what is known now; null while there is none. A queue that is to be
-- looked at is due at once: who admitted last has passed by a run that another dispatcher was just explaining.
create function longhaul.next_due() returns timestamptz
language sql stable security definer set search_path = '' as $$
  select least(
    (select clock_timestamp() from longhaul.queue_wakes limit 1),
    (select next_try_at from longhaul.run_attempts where admission = 'later' and closed_at is null order by next_try_at limit 1),
    (select a.next_try_at from longhaul.run_attempts a
     join longhaul.runs r on r.id = a.run_id and r.attempt = a.attempt and r.status = 'queued'
     where a.admission = 'admitted' and a.sent_at is null and a.closed_at is null
     order by a.next_try_at limit 1))
$$;

-- Notes executions that have begun, with one ring of the doorbell: their runs are locked in the order of their ids, so that
-- two that note the same never wait for each other. An attempt that was sent is admitted, whoever sent it. Returns the
-- runs that were asked to end meanwhile: whoever sent them stops them.
drop function longhaul.mark_sent(uuid, integer, text, text);
create function longhaul.mark_all_sent(p_runs uuid[], p_attempts integer[], p_execution_arns text[], p_state_machine_arns text[])
returns setof uuid
language plpgsql security definer
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set search_path = '' as $$
declare
  v_now timestamptz;
  v_touched text;
begin
  perform from longhaul.runs where id = any (p_runs) order by id for update;
  v_now := clock_timestamp();
  with told as materialized (
    select distinct on (run, attempt) * from unnest(p_runs, p_attempts, p_execution_arns, p_state_machine_arns)
      t (run, attempt, execution_arn, state_machine_arn)
  ), sent as (
    update longhaul.run_attempts a
    set sent_at = v_now, execution_arn = t.execution_arn, state_machine_arn = t.state_machine_arn, held_until = null,
      admission = 'admitted', admitted_at = coalesce(a.admitted_at, v_now)
    from told t where a.run_id = t.run and a.attempt = t.attempt and a.sent_at is null
    returning a.run_id, a.attempt, a.execution_arn
  ), begun as (
    update longhaul.runs r
    set last_seq = r.last_seq + 1, updated_at = greatest(v_now, r.updated_at), status = 'running', status_reason = null,
      started_at = coalesce(r.started_at, greatest(v_now, r.updated_at))
    from sent s where r.id = s.run_id and r.attempt = s.attempt and r.status = 'queued'
    returning r.id, r.last_seq, r.organisation_id, r.updated_at, r.attempt, s.execution_arn
  ), logged as (
    insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, data)
    select id, last_seq, organisation_id, 'run.started', updated_at, attempt, jsonb_build_object('executionArn', execution_arn)
    from begun
  )
  select string_agg(longhaul.touched(organisation_id, id, last_seq), '') into v_touched from begun;
  perform longhaul.touch(v_touched);
  return query select id from longhaul.runs where id = any (p_runs) and cancel_requested_at is not null order by id;
end
$$;

-- Leaves a run queued and says why. One that was admitted keeps its slot, so that where sending fails not ever more runs
-- are tried.
create or replace function longhaul.postpone_sending(p_run uuid, p_attempt integer, p_reason text, p_retry_seconds double precision)
returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_run longhaul.runs;
begin
  select * into v_run from longhaul.runs where id = p_run for update;
  update longhaul.run_attempts
  set held_until = null, next_try_at = clock_timestamp() + make_interval(secs => p_retry_seconds),
    admission = case admission when 'ready' then 'later' else admission end
  where run_id = p_run and attempt = p_attempt and sent_at is null;
  if found and v_run.status = 'queued' and v_run.attempt = p_attempt and v_run.status_reason is distinct from p_reason then
    perform longhaul.append_events(p_run, jsonb_build_array(
      jsonb_build_object('type', 'run.queued', 'data', jsonb_build_object('reason', p_reason))));
  end if;
end
$$;

-- Notes that attempts were given to the queue. One that its consumer has not sent after p_again_seconds is given again.
-- Meanwhile some of them may have been sent, or have ended: those are noted in the order of their ids, and so are these.
create function longhaul.mark_published(p_runs uuid[], p_attempts integer[], p_again_seconds double precision) returns void
language sql security definer set search_path = '' as $$
  with held as materialized (
    select a.run_id, a.attempt
    from unnest(p_runs, p_attempts) published (run_id, attempt)
    join longhaul.run_attempts a on a.run_id = published.run_id and a.attempt = published.attempt and a.sent_at is null
    order by a.run_id
    for update of a
  )
  update longhaul.run_attempts a
  set published_at = clock_timestamp(), held_until = null,
    next_try_at = clock_timestamp() + make_interval(secs => p_again_seconds)
  from held where a.run_id = held.run_id and a.attempt = held.attempt
$$;

-- What the queue's consumer has been told to send: nothing where that is done already, or the run has ended or goes on
-- with another attempt. Held, so that a run which is cancelled meanwhile is stopped by the sender.
create function longhaul.take_to_send(p_run uuid, p_attempt integer, p_hold_seconds double precision)
returns setof longhaul.dispatchable
language sql security definer set search_path = '' as $$
  update longhaul.run_attempts a
  set held_until = clock_timestamp() + make_interval(secs => p_hold_seconds), tries = a.tries + 1
  from longhaul.runs r
  where a.run_id = p_run and a.attempt = p_attempt and r.id = a.run_id and r.attempt = a.attempt and r.status = 'queued'
    and a.admission = 'admitted' and a.sent_at is null and a.closed_at is null
  returning a.run_id, a.organisation_id, a.attempt, r.workflow::text, a.execution_name, a.execution_input::text,
    r.correlation_id::text, r.lane::text, r.priority::text, a.tries, a.state_machine_arn
$$;

-- Changes what is given of an organisation's limits, and lets the dispatchers look at its queues anew. Returns what holds.
create function longhaul.set_limits(
  p_organisation uuid, p_max_running integer, p_max_running_per_user integer, p_retention_days integer,
  out max_running integer, out max_running_per_user integer, out retention_days integer)
language plpgsql security definer set search_path = '' as $$
begin
  perform longhaul.require_role(p_organisation, 'admin');
  if p_max_running not between 1 and 10000 or p_max_running_per_user not between 1 and 10000 then
    perform longhaul.refuse('INPUT_INVALID', 'From 1 to 10,000 runs can run at once.');
  elsif p_retention_days not between 1 and 3650 then
    perform longhaul.refuse('INPUT_INVALID', 'Runs can be kept from 1 to 3,650 days.');
  end if;
  insert into longhaul.organisation_limits as l (organisation_id, max_running, max_running_per_user, retention_days, updated_by)
  values (p_organisation, coalesce(p_max_running, longhaul.default_max_running()),
    coalesce(p_max_running_per_user, longhaul.default_max_running_per_user()),
    coalesce(p_retention_days, longhaul.default_retention_days()), (select auth.uid()))
  on conflict (organisation_id) do update set
    max_running = coalesce(p_max_running, l.max_running),
    max_running_per_user = coalesce(p_max_running_per_user, l.max_running_per_user),
    retention_days = coalesce(p_retention_days, l.retention_days), updated_by = excluded.updated_by,
    updated_at = clock_timestamp()
  returning l.max_running, l.max_running_per_user, l.retention_days
  into set_limits.max_running, set_limits.max_running_per_user, set_limits.retention_days;
  insert into longhaul.queue_wakes
  select organisation_id, user_id from longhaul.user_queues where organisation_id = p_organisation;
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.limits_of(uuid) to authenticated, longhaul_dispatcher;
grant execute on function longhaul.set_limits(uuid, integer, integer, integer) to authenticated;
grant execute on function
  longhaul.next_to_send(integer, double precision),
  longhaul.mark_all_sent(uuid[], integer[], text[], text[]),
  longhaul.explain_waiting(integer),
  longhaul.next_due(),
  longhaul.mark_published(uuid[], integer[], double precision),
  longhaul.take_to_send(uuid, integer, double precision)
to longhaul_dispatcher;
