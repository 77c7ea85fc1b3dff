import {
  createTestDatabase,
  startTestSupabase,
  type TestDatabase,
  type TestSupabase,
} from "@longhaul/local/testing";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import ws from "ws";

let database: TestDatabase;
let supabase: TestSupabase;
let client: SupabaseClient;
let sql: postgres.Sql;

beforeAll(async () => {
  database = await createTestDatabase();
  supabase = await startTestSupabase(database);
  sql = postgres(database.adminUrl, { max: 1 });
  client = createClient(supabase.url, supabase.serviceRoleKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport: ws as never, reconnectAfterMs: () => 50 },
  });
});
afterAll(async () => {
  await client.removeAllChannels();
  await client.realtime.disconnect();
  await sql.end();
  await supabase.close();
  await database[Symbol.asyncDispose]();
});

it("cuts every connection while it is off, takes none, and is found again when it is on", async () => {
  const statuses: string[] = [];
  const heard: unknown[] = [];
  const channel = client.channel("room", { config: { private: true } });
  channel.on("broadcast", { event: "told" }, ({ payload }) => heard.push(payload.n));
  channel.subscribe((status) => statuses.push(status));
  await expect.poll(() => statuses.at(-1)).toBe("SUBSCRIBED");

  supabase.realtime.feed = "off";
  await expect.poll(() => statuses.at(-1)).toBe("CHANNEL_ERROR");
  const refused = new ws(
    `${supabase.url.replace("http", "ws")}/realtime/v1/websocket?vsn=2.0.0&apikey=${supabase.anonKey}`,
  );
  const status = new Promise((resolve) =>
    refused.once("unexpected-response", (_, answer) => resolve(answer.statusCode)),
  );
  expect(await status).toBe(503);
  await sql`select realtime.send('{"n":1}', 'told', 'room', true)`;

  supabase.realtime.feed = "on";
  await expect.poll(() => statuses.at(-1)).toBe("SUBSCRIBED");
  await sql`select realtime.send('{"n":2}', 'told', 'room', true)`;
  await expect.poll(() => heard).toEqual([2]);
});
