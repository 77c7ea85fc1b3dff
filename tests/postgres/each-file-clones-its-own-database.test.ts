import { createTestDatabase } from "@longhaul/local/testing";
import postgres from "postgres";
import { expect, it } from "vitest";

it("gives each test file a migrated database of its own", async () => {
  await using first = await createTestDatabase();
  await using second = await createTestDatabase();
  const one = postgres(first.url("postgres"), { max: 1 });
  const two = postgres(second.url("postgres"), { max: 1 });
  try {
    await one`create table public.only_here (id int)`;
    const [mine] = await one`select to_regclass('public.only_here') is not null as there`;
    const [theirs] = await two`select to_regclass('public.only_here') is not null as there`;
    expect([mine?.there, theirs?.there]).toEqual([true, false]);
    const recorded = await two`select version from supabase_migrations.schema_migrations`;
    expect(recorded.length).toBeGreaterThan(0);
  } finally {
    await one.end();
    await two.end();
  }
});

it("lets the roles made by migrations sign in, and cuts them off when it is dropped", async () => {
  const database = await createTestDatabase();
  for (const url of [database.apiUrl, database.workerUrl, database.dispatcherUrl]) {
    const sql = postgres(url, { max: 1 });
    const [row] = await sql`select current_user::text as name, current_database()::text as database`;
    expect(row?.name).toMatch(/^longhaul_(api|worker|dispatcher)$/);
    expect(row?.database).toBe(database.name);
    await sql.end();
  }
  await database.drop();
  const late = postgres(database.adminUrl, { max: 1 });
  await expect(late`select 1`).rejects.toThrow(/does not exist/);
  await late.end();
});
