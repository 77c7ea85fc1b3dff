import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorld, type World } from "../support/database.js";

const file = fileURLToPath(new URL("../../packages/db/contract.txt", import.meta.url));
const about = `# What the database offers to code that is deployed. "pnpm contract" adds what is new, and takes nothing away:
# CONTRIBUTING.md says how a line goes ("What the database offers").
`;
const recorded = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

let world: World;
let offered: string[];
beforeAll(async () => {
  world = await openWorld();
  offered = [...(await calls()), ...(await recordFunctions()), ...(await columns())];
});
afterAll(() => world[Symbol.asyncDispose]());

/**
 * Who may call what, and each column of what it gives. A function that can be called with fewer arguments is there several
 * times, so that an argument with a default may be added, and a column of a result.
 */
async function calls(): Promise<string[]> {
  const rows = await world.admin.sql<{ line: string }[]>`
    select format('%s calls %s(%s): %s', coalesce(g.rolname, 'public'), p.proname, args.types, gives.what) as line
    from pg_proc p
    cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    left join pg_roles g on g.oid = a.grantee
    cross join generate_series((p.pronargs - p.pronargdefaults)::integer, p.pronargs::integer) given
    cross join lateral (
      select coalesce(string_agg(format_type(type, null), ', ' order by n), '') as types
      from unnest(p.proargtypes::oid[]) with ordinality t (type, n) where n <= given) args
    cross join lateral (
      select format('%s %s', name, format_type(type, null)) as what
      from unnest(p.proallargtypes, p.proargmodes, p.proargnames) o (type, mode, name) where mode in ('o', 'b', 't')
      union all
      select format('%s %s', attname, format_type(atttypid, atttypmod))
      from pg_type t join pg_attribute on attrelid = t.typrelid and attnum > 0 and not attisdropped
      where t.oid = p.prorettype
      union all
      select pg_get_function_result(p.oid)
      from pg_type t where t.oid = p.prorettype and t.typtype <> 'c' and p.proargmodes is null) gives
    where p.pronamespace = 'longhaul'::regnamespace and p.prorettype <> 'trigger'::regtype and a.grantee <> p.proowner`;
  return rows.map(({ line }) => line);
}

/** Record functions, which call_for_step finds by their names. */
async function recordFunctions(): Promise<string[]> {
  const rows = await world.admin.sql<{ line: string }[]>`
    select format('steps call %s', substr(proname, 10)) as line from pg_proc
    where pronamespace = 'longhaul'::regnamespace and proname like 'for\_step\_%'
      and oidvectortypes(proargtypes) = 'longhaul.runs, jsonb'`;
  return rows.map(({ line }) => line);
}

/** Who may read which column of tables. */
async function columns(): Promise<string[]> {
  const rows = await world.admin.sql<{ line: string }[]>`
    select format('%s reads %s.%s: %s', r.rolname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)) as line
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_roles r on has_column_privilege(r.oid, c.oid, a.attnum, 'select')
    where c.relnamespace = 'longhaul'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
      and r.rolname in ('authenticated', 'longhaul_api', 'longhaul_worker', 'longhaul_dispatcher')`;
  return rows.map(({ line }) => line);
}

test("what was offered to deployed code is offered still", () => {
  const gone = recorded.filter((line) => !offered.includes(line));
  const rule = 'Code that is deployed may call this. See "What the database offers" in CONTRIBUTING.md.';
  expect(gone, rule).toEqual([]);
});

test("what is offered is written down", async () => {
  const all = [...new Set([...recorded, ...offered])].sort();
  const rule = 'Run "pnpm contract", and commit what it adds to packages/db/contract.txt.';
  await expect(`${about}${all.join("\n")}\n`, rule).toMatchFileSnapshot(file);
});

test("a call that names no types finds one function", async () => {
  const several = await world.admin.sql`
    select proname as name, given as arguments from pg_proc cross join generate_series((pronargs - pronargdefaults)::integer, pronargs::integer) given
    where pronamespace = 'longhaul'::regnamespace and prorettype <> 'trigger'::regtype
    group by 1, 2 having count(*) > 1`;
  expect(several).toEqual([]);
});
