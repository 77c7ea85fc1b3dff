import {
  createTestDatabase,
  startTestSupabase,
  type TestDatabase,
  type TestSupabase,
} from "@longhaul/local/testing";
import { afterAll, beforeAll, expect, it } from "vitest";

let database: TestDatabase;
let supabase: TestSupabase;
beforeAll(async () => {
  database = await createTestDatabase();
  supabase = await startTestSupabase(database);
  await storage("bucket", { method: "POST", body: JSON.stringify({ name: "kept" }) });
});
afterAll(async () => {
  await supabase.close();
  await database.drop();
});

function storage(path: string, init: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${supabase.serviceRoleKey}`, ...init.headers };
  return fetch(`${supabase.url}/storage/v1/${path}`, { ...init, headers });
}

/** An upload as a form that a browser would not write. */
function form(fields: Record<string, string>): RequestInit {
  const part = (about: string, value: string) =>
    `--edge\r\ncontent-disposition: form-data; ${about}\r\n\r\n${value}\r\n`;
  const parts = Object.entries(fields).map(([name, value]) => part(`name="${name}"`, value));
  const body = `${parts.join("")}${part('name=""; filename="f"', "hello")}--edge--\r\n`;
  return { method: "POST", body, headers: { "content-type": "multipart/form-data; boundary=edge" } };
}

it.each<Record<string, string>>([
  { contentType: "text/plain; a\r\nx-evil: 1" },
  { contentType: "text/plain", cacheControl: "1\r\nx-evil: 1" },
])("fields that could not become headers: %j", async (fields) => {
  const refused = await storage("object/kept/a.txt", form(fields));
  expect(await refused.json()).toMatchObject({ statusCode: "400", code: "InvalidRequest" });
  const kept = await storage("object/kept/a.txt", form({ contentType: "text/plain", cacheControl: "60" }));
  expect(kept.status).toBe(200);
  await storage("object/kept/a.txt", { method: "DELETE" });
});

it.each([
  ["object/kept", { method: "DELETE", body: '{"prefixes":["\\u0000"]}' }],
  ["object/list/kept", { method: "POST", body: '{"prefix":"\\u0000"}' }],
  ["object/list/ke%00pt", { method: "POST", body: "{}" }],
])("characters that Postgres cannot keep: %s %j", async (path, init) => {
  expect(await (await storage(path, init)).json()).toMatchObject({
    statusCode: "400",
    code: "InvalidRequest",
  });
});

it.each([
  { email: "a\u0000@example.test", password: "long-enough-1" },
  { email: "a@example.test", password: "long-enough\u0000" },
  { email: "a@example.test", password: "long-enough-1", data: { name: "\ud800" } },
])("an account with them: %j", async (body) => {
  const headers = { apikey: supabase.anonKey };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const refused = await fetch(`${supabase.url}/auth/v1/signup`, init);
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ error_code: "validation_failed" });
});

it.each(["constructor", "hello"])("a service that is none is said to be none: %s", async (name) => {
  expect((await fetch(`${supabase.url}/${name}/v1/x`)).status).toBe(404);
});
