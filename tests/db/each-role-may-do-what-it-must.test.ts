import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWorld, type World } from "../support/database.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const outsiders = ["anon", "public"];
const ours = ["authenticated", "longhaul_api", "longhaul_worker", "longhaul_dispatcher"];

interface Callable {
  name: string;
  definer: boolean;
  config: string[] | null;
  body: string;
}

/** The functions of ours that a role may call. */
async function callableBy(role: string): Promise<Callable[]> {
  return world.admin.sql<Callable[]>`
    select p.proname as name, p.prosecdef as definer, p.proconfig as config, p.prosrc as body from pg_proc p
    where p.pronamespace = 'longhaul'::regnamespace and p.prorettype <> 'trigger'::regtype
      and has_function_privilege(${role}, p.oid, 'execute')
    order by 1`;
}

test("no role's plans are compiled, for those that may not scan look dear and are not", async () => {
  for (const { sql } of [world.api, world.worker, world.dispatcher])
    expect(await sql`select current_setting('jit') as jit`).toEqual([{ jit: "off" }]);
});

describe("functions", () => {
  test("that have their owner's rights take no names from whoever calls them", async () => {
    const loose = await world.admin.sql`
      select p.oid::regprocedure::text as name from pg_proc p
      where p.pronamespace = 'longhaul'::regnamespace and p.prosecdef
        and not coalesce('search_path=""' = any (p.proconfig), false)`;
    expect(loose).toEqual([]);
  });

  test("of steps are called by nobody, but by way of the step that is held", async () => {
    for (const role of [...outsiders.slice(0, 1), ...ours]) {
      const names = (await callableBy(role)).map(({ name }) => name);
      expect(names.filter((name) => name.startsWith("for_step_"))).toEqual([]);
      expect(names.includes("call_for_step"), role).toBe(role === "longhaul_worker");
    }
  });

  test("that a signed-in person may call ask who that is", async () => {
    const harmless = ["iso", "prefix_query", "expires_at"];
    const open = (await callableBy("authenticated")).filter(
      ({ name, definer, body }) =>
        definer &&
        !harmless.includes(name) &&
        !/auth\.uid\(\)|require_role\(|my_organisations\(\)|use_query_template\(|take_invitation\(/.test(
          body,
        ),
    );
    expect(open.map(({ name }) => name)).toEqual([]);
  });

  test("of one role are no other's", async () => {
    const names = async (role: string) => new Set((await callableBy(role)).map(({ name }) => name));
    const [people, worker, dispatcher] = [
      await names("authenticated"),
      await names("longhaul_worker"),
      await names("longhaul_dispatcher"),
    ];
    // What reckons, and reads nothing but what its caller may read.
    const common = [
      "default_max_running",
      "default_max_running_per_user",
      "default_retention_days",
      "limits_of",
    ];
    expect([...worker].filter((name) => people.has(name) || dispatcher.has(name))).toEqual([]);
    expect([...dispatcher].filter((name) => people.has(name))).toEqual([...common, "progress_text"]);
  });
});

describe("tables", () => {
  test("are written by nobody but the functions", async () => {
    const written = await world.admin.sql`
      select c.relname as name, r.rolname as role, p.privilege from pg_class c
      cross join unnest(${["anon", ...ours]}::text[]) r (rolname)
      cross join unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p (privilege)
      where c.relnamespace = 'longhaul'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
        and has_table_privilege(r.rolname, c.oid, p.privilege)`;
    expect(written).toEqual([]);
  });

  test("are read by people and, where it must, by the dispatcher; sequences by nobody", async () => {
    const readers = await world.admin.sql<{ role: string }[]>`
      select distinct r.rolname as role from pg_class c
      cross join unnest(${["anon", ...ours]}::text[]) r (rolname)
      where c.relnamespace = 'longhaul'::regnamespace and c.relkind in ('r', 'S')
        and (case when c.relkind = 'r' then has_any_column_privilege(r.rolname, c.oid, 'select')
          else has_sequence_privilege(r.rolname, c.oid, 'usage') end)
      order by 1`;
    expect(readers.map(({ role }) => role)).toEqual(["authenticated", "longhaul_dispatcher"]);
    const dispatcher = await world.admin.sql<{ name: string }[]>`
      select distinct c.relname as name from pg_class c
      where c.relnamespace = 'longhaul'::regnamespace and c.relkind = 'r'
        and has_any_column_privilege('longhaul_dispatcher', c.oid, 'select') order by 1`;
    const few = ["organisation_limits", "organisations", "run_attempts", "runs"];
    expect(dispatcher.map(({ name }) => name)).toEqual(few);
  });

  test("show nobody what is secret", async () => {
    const secrets = [
      ["webhooks", "secret"],
      ["webhooks", "old_secret"],
      ["connection_tokens", "access_token"],
      ["connection_tokens", "refresh_token"],
      ["oauth_states", "verifier"],
      ["oauth_states", "state_hash"],
      ["profiles", "phone"],
      ["query_templates", "created_by"],
    ] as const;
    for (const [table, column] of secrets)
      for (const role of ["anon", ...ours]) {
        const [row] = await world.admin.sql<{ reads: boolean }[]>`
          select has_column_privilege(${role}, ${`longhaul.${table}`}, ${column}, 'select') as reads`;
        expect(row?.reads, `${role} ${table}.${column}`).toBe(false);
      }
  });

  test("are nothing to make more of, for anybody", async () => {
    const makers = await world.admin.sql`
      select r.rolname from unnest(${["anon", ...ours]}::text[]) r (rolname)
      where has_schema_privilege(r.rolname, 'longhaul', 'create')`;
    expect(makers).toEqual([]);
  });
});
