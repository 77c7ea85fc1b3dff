-- Who may write to a path was asked when a link was signed, and Storage writes by its own right when the link is used, up to two
-- hours later: a link that may replace what is there, or one that was left over when an admin had removed the file, put another
-- file in the place of the one that a run was started with. What is so at the moment of writing decides, whoever writes.
create function longhaul.keep_object() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- A start that takes the file at this moment has it as it is, or comes after this write.
  perform from longhaul.artifacts a
  where a.path = new.name and a.status = 'pending' and (tg_op = 'INSERT' or a.kind = 'output')
  for share;
  if not found then
    raise insufficient_privilege using message = 'A file stays what it was, and comes only to where one was announced.';
  end if;
  return new;
end
$$;
revoke execute on function longhaul.keep_object() from public;

create trigger longhaul_keep_object before insert or update of bucket_id, name, version on storage.objects
for each row when (new.bucket_id = 'artifacts') execute function longhaul.keep_object();
