import {
  createTestDatabase,
  startTestSupabase,
  type TestDatabase,
  type TestSupabase,
} from "@longhaul/local/testing";
import { decodeJwt } from "jose";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import WebSocket from "ws";

// On the wire and on the stand-in only: tokens that end within seconds, and readers that stop reading.
let database: TestDatabase;
let supabase: TestSupabase;
let sql: postgres.Sql;
beforeAll(async () => {
  database = await createTestDatabase();
  supabase = await startTestSupabase(database, { jwtExpirySeconds: 2 });
  sql = postgres(database.url("postgres"), { max: 1 });
  await sql`create policy everything on realtime.messages for select to authenticated using (true)`;
});
afterAll(async () => {
  await sql.end();
  await supabase.close();
  await database.drop();
});

type Frame = [string | null, string | null, string, string, Record<string, unknown>];

async function open(query = `apikey=${supabase.anonKey}&vsn=2.0.0`) {
  const socket = new WebSocket(`${supabase.url.replace("http", "ws")}/realtime/v1/websocket?${query}`);
  const frames: Frame[] = [];
  socket.on("message", (data) => frames.push(JSON.parse((data as Buffer).toString("utf8")) as Frame));
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const send = (...frame: unknown[]) => socket.send(JSON.stringify(frame));
  return { socket, frames, send };
}

it("says so and closes the channel, and takes a new token in time", async () => {
  const user = await supabase.signUp();
  const { frames, send, socket } = await open();
  const config = { private: true, broadcast: {}, presence: { enabled: false }, postgres_changes: [] };
  send("1", "1", "realtime:a", "phx_join", { config, access_token: user.accessToken });
  await expect
    .poll(() => frames.find(([, ref, , event]) => ref === "1" && event === "phx_reply")?.[4].status)
    .toBe("ok");
  await expect
    .poll(() => frames.map(([, , , event]) => event), { timeout: 5000 })
    .toEqual(["phx_reply", "system", "phx_close"]);
  expect(frames[1]).toMatchObject([
    "1",
    null,
    "realtime:a",
    "system",
    { status: "error", extension: "system", channel: "a" },
  ]);
  expect(frames[1]?.[4].message).toMatch(/^Token has expired \d+ seconds ago$/);
  send("2", "2", "realtime:a", "phx_join", { config, access_token: user.accessToken });
  await expect.poll(() => frames.at(-1)?.[4]).toMatchObject({ status: "error" });
  expect(JSON.stringify(frames.at(-1))).toContain("Token has expired");

  const later = await supabase.signUp();
  send("3", "3", "realtime:a", "phx_join", { config, access_token: later.accessToken });
  await expect.poll(() => frames.at(-1)?.[4]).toMatchObject({ status: "ok" });
  send("3", "4", "realtime:a", "access_token", { access_token: supabase.serviceRoleKey });
  send(null, "5", "phoenix", "heartbeat", {});
  await expect.poll(() => frames.at(-1)?.[2]).toBe("phoenix");
  // The service role's key goes on where the user's token ends.
  const ends = (decodeJwt(later.accessToken).exp ?? 0) * 1000;
  await expect.poll(() => Date.now() > ends + 500).toBe(true);
  send(null, "6", "phoenix", "heartbeat", {});
  await expect.poll(() => frames.at(-1)?.[1]).toBe("6");
  expect(frames.at(-2)?.[1]).toBe("5");
  socket.terminate();
});

it("refuses connections without a key of ours or of another protocol version", async () => {
  await expect(open("apikey=none&vsn=2.0.0")).rejects.toThrow("401");
  await expect(open(`apikey=${supabase.anonKey}&vsn=1.0.0`)).rejects.toThrow("400");
});

it("ends a connection that sends what is not a frame, and only that one", async () => {
  const [bad, good] = [await open(), await open()];
  const closed = new Promise((resolve) => bad.socket.once("close", resolve));
  bad.socket.send("this is not JSON");
  expect(await closed).toBe(1003);
  for (const bytes of [[], [3], [3, 200, 200, 200, 200, 200, 1, 65], [9, 0, 0, 0, 0, 0, 0]]) {
    const other = await open();
    const end = new Promise((resolve) => other.socket.once("close", resolve));
    other.socket.send(Buffer.from(bytes));
    expect(await end).toBe(1003);
  }
  good.send(null, "1", "phoenix", "heartbeat", {});
  await expect.poll(() => good.frames.length).toBe(1);
  good.socket.terminate();
});

it("cuts off a reader that does not keep up, while others get everything", async () => {
  const [slow, quick] = [await open(), await open()];
  for (const { send, frames } of [slow, quick]) {
    send("1", "1", "realtime:flood", "phx_join", {
      config: { private: true },
      access_token: supabase.serviceRoleKey,
    });
    await expect.poll(() => frames.length).toBe(1);
  }
  slow.socket.pause();
  const closed = new Promise((resolve) => slow.socket.once("close", resolve));
  const payload = { text: "x".repeat(500_000) };
  for (let n = 0; n < 60; n++) await sql`select realtime.send(${sql.json(payload)}, 'flood', 'flood', true)`;
  await expect.poll(() => quick.frames.length, { timeout: 20_000 }).toBe(61);
  slow.socket.resume();
  expect(await closed).toBe(1006);
  expect(slow.frames.length).toBeLessThan(61);
  quick.socket.terminate();
});
