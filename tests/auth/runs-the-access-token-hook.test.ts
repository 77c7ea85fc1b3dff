import { createTestDatabase, startTestSupabase, type TestDatabase } from "@longhaul/local/testing";
import { decodeJwt } from "jose";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

// The stand-in only: a real project's hook is not a test's to replace.
let database: TestDatabase;
let sql: postgres.Sql;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url("postgres"), { max: 1 });
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

/** Puts `body` in place of the function that supabase/config.toml names. */
async function hook(body: string): Promise<void> {
  await sql.unsafe(`
    create or replace function longhaul.custom_access_token_hook(event jsonb) returns jsonb
    language plpgsql set search_path = '' as $hook$ begin ${body} end $hook$`);
  await sql.unsafe("grant execute on function longhaul.custom_access_token_hook to supabase_auth_admin");
}

beforeEach(async () => {
  const [existing] = await sql<{ parameter: string }[]>`
    select coalesce(proargnames[1], 'event') as parameter from pg_proc where oid = 'longhaul.custom_access_token_hook'::regproc`;
  if (existing?.parameter !== "event") await sql`drop function longhaul.custom_access_token_hook`;
});

it("signs the claims that the function returns", async () => {
  await hook(
    `return jsonb_build_object('claims', event -> 'claims' || jsonb_build_object('seen', current_user, 'how', event ->> 'authentication_method'));`,
  );
  await using supabase = await startTestSupabase(database);
  const user = await supabase.signUp();
  expect(decodeJwt(user.accessToken)).toMatchObject({
    sub: user.id,
    seen: "supabase_auth_admin",
    how: "password",
  });
});

it("gives no token where the function refuses, and keeps nobody half signed up", async () => {
  await hook(
    `return jsonb_build_object('error', jsonb_build_object('http_code', 403, 'message', 'Not today'));`,
  );
  await using supabase = await startTestSupabase(database);
  await expect(supabase.signUp({ email: "refused@example.test" })).rejects.toThrow("Not today");
  const users = await sql`select from auth.users where email = 'refused@example.test'`;
  expect(users).toHaveLength(0);
});

it("gives no token where the function drops a claim that every token needs, or fails", async () => {
  await hook(`return jsonb_build_object('claims', (event -> 'claims') - 'session_id');`);
  await using supabase = await startTestSupabase(database);
  await expect(supabase.signUp()).rejects.toThrow("session_id missing");
  await hook(`raise exception 'broken inside';`);
  await expect(supabase.signUp()).rejects.toThrow(
    "pg-functions://postgres/longhaul/custom_access_token_hook",
  );
});

it("lets triggers of the project on auth.users refuse a user, and says so as hosted does", async () => {
  await hook("return event;");
  await sql.unsafe(`
    create function public.no_robots() returns trigger language plpgsql as
    'begin if new.email like ''robot%'' then raise exception ''no robots''; end if; return new; end';
    create trigger no_robots before insert on auth.users for each row execute function public.no_robots()`);
  await using supabase = await startTestSupabase(database);
  await expect(supabase.signUp({ email: "robot@example.test" })).rejects.toThrow(
    "Database error saving new user",
  );
  expect((await supabase.signUp()).id).toBeTruthy();
});
