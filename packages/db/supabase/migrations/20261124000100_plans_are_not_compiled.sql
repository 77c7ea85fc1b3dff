-- Functions of the write path forbid sequential scans, so that tables which are small today are looked up by their keys
-- tomorrow. What has no index is read all the same, and reckoned at ten thousand million for it: more than enough for a
-- server with a compiler (jit_above_cost) to compile the plan, at each call, for a table of a few rows.
alter role longhaul_api set jit = off;
alter role longhaul_worker set jit = off;
alter role longhaul_dispatcher set jit = off;
