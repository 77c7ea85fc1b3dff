-- A start looks at the queue within its own transaction: what it has queued is mostly what is to be sent next, and whoever
-- starts it sends it. Before, that took a second transaction and another way there and back.

-- As start_runs with p_asked -> 'starts', and then as take_due. `taken` is null where another dispatcher is at the queue at
-- this moment, or where the look failed: the starts hold all the same, and somebody has to look.
create function longhaul.start_and_take(p_asked jsonb) returns jsonb
language plpgsql security definer
set search_path = '' as $$
declare
  v_answers jsonb := longhaul.begin_runs(p_asked -> 'starts');
  v_taken jsonb;
begin
  -- Whoever has the lock has it until the end of its transaction; a start does not wait for that.
  if pg_try_advisory_xact_lock(hashtextextended('longhaul.admit', 0)) then
    begin
      v_taken := longhaul.take_due(p_asked);
    exception when others then
      raise warning 'Starts could not look at the queue: %', sqlerrm;
    end;
  end if;
  return jsonb_build_object('answers', v_answers, 'taken', v_taken);
end
$$;
revoke all on function longhaul.start_and_take(jsonb) from public;
grant execute on function longhaul.start_and_take(jsonb) to longhaul_api;
