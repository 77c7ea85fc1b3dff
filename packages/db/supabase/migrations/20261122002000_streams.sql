-- Shows whoever watches a run the next piece of a text that a step writes. Nothing is stored: the piece rides the
-- doorbell's topic under an event of its own. Answers as check_lease does, and sends nothing once the lease is lost.
create function longhaul.send_text(
  p_run uuid, p_step text, p_item_path text, p_visit integer, p_fence bigint, p_stream text, p_offset bigint, p_text text)
returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_state jsonb := longhaul.check_lease(p_run, p_step, p_item_path, p_visit, p_fence);
begin
  if (v_state ->> 'held')::boolean then
    perform realtime.send(jsonb_build_object(
      'org', (select organisation_id from longhaul.runs where id = p_run), 'run', p_run, 'step', p_step,
      'itemPath', p_item_path, 'visit', p_visit, 'stream', p_stream, 'offset', p_offset, 'text', left(p_text, 64000)),
      'text', 'longhaul:runs', true);
  end if;
  return v_state;
end
$$;

revoke execute on all functions in schema longhaul from public;
grant execute on function longhaul.send_text(uuid, text, text, integer, bigint, text, bigint, text) to longhaul_worker;
