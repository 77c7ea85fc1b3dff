import { createTestDatabase, type TestDatabase } from "@longhaul/local/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";

let database: TestDatabase;
let sql: postgres.Sql;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url("postgres"), { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

it("gives migrations a role that is no superuser and passes row level security", async () => {
  const [role] =
    await sql`select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = current_user`;
  expect(role).toEqual({ rolsuper: false, rolcreaterole: true, rolcreatedb: true, rolbypassrls: true });
});

it.each([
  "create policy mine on storage.objects for select to authenticated using (bucket_id = 'mine')",
  "drop policy mine on storage.objects",
  "create policy mine on realtime.messages for select to authenticated using (realtime.topic() = 'mine')",
  "insert into storage.buckets (id, name) values ('mine', 'mine')",
  "create function public.on_user() returns trigger language plpgsql as 'begin return new; end'",
  "create trigger on_user after insert on auth.users for each row execute function public.on_user()",
  "create table public.of_user (user_id uuid references auth.users (id) on delete cascade)",
  "create role app_role nologin; grant authenticated to app_role; drop role app_role",
  "create schema app; create extension if not exists pg_trgm with schema extensions",
  "select extensions.crypt('word', extensions.gen_salt('bf')), extensions.uuid_generate_v4()",
])("lets postgres: %s", async (statement) => {
  await sql.begin((tx) => tx.unsafe(statement));
});

it.each([
  ["create table auth.mine (id int)", /permission denied for schema auth/],
  ["alter table auth.users add mine int", /must be owner of table users/],
  ["create table storage.mine (id int)", /must be owner/],
  ["alter table storage.objects add mine int", /must be owner/],
  ["alter table storage.objects disable row level security", /must be owner/],
  ["drop table realtime.messages", /must be owner/],
  [
    "create function realtime.mine() returns int language sql as 'select 1'",
    /must be owner|permission denied/,
  ],
  ["create extension file_fdw", /permission denied|superuser/],
  ["alter role postgres superuser", /permission denied/],
])("refuses postgres: %s", async (statement, reason) => {
  await expect(sql.begin((tx) => tx.unsafe(statement))).rejects.toThrow(reason);
});

it("tells policies who asks", async () => {
  const claims = {
    sub: "6f5f7f0e-8c0c-4b63-9a43-6a1a1a2c2b11",
    role: "authenticated",
    email: "a@example.com",
    org: "o1",
  };
  const [row] = await sql.begin(async (tx) => {
    await tx`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
    return tx`select auth.uid() as uid, auth.role() as role, auth.email() as email, auth.jwt() ->> 'org' as org`;
  });
  expect(row).toEqual({ uid: claims.sub, role: claims.role, email: claims.email, org: "o1" });
  const [nobody] = await sql`select auth.uid() as uid, auth.jwt() as jwt`;
  expect(nobody).toEqual({ uid: null, jwt: null });
});

it("takes names of files apart as policies expect", async () => {
  const [row] = await sql`
    select storage.foldername('org/run/rows.tar.gz') as folder, storage.filename('org/run/rows.tar.gz') as file,
      storage.extension('org/run/rows.tar.gz') as extension`;
  expect(row).toEqual({ folder: ["org", "run"], file: "rows.tar.gz", extension: "gz" });
});

it("never lets a doorbell fail the work that it announces", async () => {
  const warnings: string[] = [];
  const caller = postgres(database.url("postgres"), {
    max: 1,
    onnotice: (notice) => warnings.push(String(notice.message)),
  });
  const [row] = await caller.begin(async (tx) => {
    await tx`set local role anon`;
    // No policy lets anon write this topic.
    await tx`select realtime.send('{"n": 1}', 'runs', 'closed', true)`;
    return tx`select 1 as went_on`;
  });
  await caller.end();
  expect(row).toEqual({ went_on: 1 });
  expect(warnings.join()).toContain("ErrorSendingBroadcastMessage");
  expect(await sql`select from realtime.messages where topic = 'closed'`).toHaveLength(0);
});
