import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "@longhaul/local/postgres";
import { createTestDatabase, type TestDatabase } from "@longhaul/local/testing";
import postgres from "postgres";
import { afterEach, beforeEach, expect, it } from "vitest";

let database: TestDatabase;
let folder: string;
let sql: postgres.Sql;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), "longhaul-migrations-"));
  sql = postgres(database.url("postgres"), { max: 1 });
  // The project's own migrations are in the template; these tests bring theirs.
  await sql`delete from supabase_migrations.schema_migrations`;
});
afterEach(async () => {
  await sql.end();
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const run = () => migrate(database.url("postgres"), folder);

it("runs what is due, once, and records it as the Supabase CLI does", async () => {
  write(
    "20260101000000_make_a_table.sql",
    "create table public.made (n int);\n-- a; comment\ninsert into public.made values (1);\n",
  );
  expect(await run()).toEqual(["20260101000000"]);
  write(
    "20260102000000_fill_it.sql",
    "set search_path = ''; insert into public.made select count(*) + 1 from public.made;",
  );
  expect(await run()).toEqual(["20260102000000"]);
  expect(await run()).toEqual([]);
  expect(await sql`select n from public.made order by n`).toEqual([{ n: 1 }, { n: 2 }]);
  const recorded =
    await sql`select version, name from supabase_migrations.schema_migrations order by version`;
  expect(recorded).toEqual([
    { version: "20260101000000", name: "make_a_table" },
    { version: "20260102000000", name: "fill_it" },
  ]);
});

it("takes a history that the CLI recorded, statement by statement", async () => {
  await sql`insert into supabase_migrations.schema_migrations (version, name, statements)
    values ('20260101000000', 'two', ${["create table public.a (n int)", "create table public.b (n int)"]})`;
  write("20260101000000_two.sql", "create table public.a (n int);\n\ncreate table public.b (n int);\n");
  expect(await run()).toEqual([]);
});

it("leaves nothing of a migration that fails, and says where", async () => {
  write(
    "20260101000000_half.sql",
    "create table public.half (n int);\n\nselect no_such_column from public.half;\n",
  );
  await expect(run()).rejects.toThrow(/20260101000000_half\.sql failed: .*no_such_column.*line 3/);
  expect((await sql`select to_regclass('public.half') as half`)[0]?.half).toBeNull();
  expect(await sql`select from supabase_migrations.schema_migrations`).toHaveLength(0);
});

it("runs side by side without doing anything twice", async () => {
  write("20260101000000_once.sql", "create table public.once (n int);");
  const done = await Promise.all([run(), run(), run()]);
  expect(done.flat()).toEqual(["20260101000000"]);
});

it.each([
  [
    "changed",
    () => write("20260101000000_one.sql", "create table public.other (n int);"),
    /was changed after it had run/,
  ],
  ["removed", () => rmSync(join(folder, "20260101000000_one.sql")), /is not in the folder any more/],
  ["put before", () => write("20250101000000_early.sql", "select 1;"), /sorts before 20260101000000/],
  ["doubled", () => write("20260101000000_two.sql", "select 1;"), /Two migrations have version/],
  ["badly named", () => write("later.sql", "select 1;"), /needs a name like/],
])("refuses a history that was %s", async (_, change, reason) => {
  write("20260101000000_one.sql", "create table public.one (n int);");
  await run();
  change();
  await expect(run()).rejects.toThrow(reason);
});
