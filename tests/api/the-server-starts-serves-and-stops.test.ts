import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get as request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type ApiWorld, openApiWorld } from "./api-world.js";
import { clientsOf } from "./clients.js";
import { waitForLocks } from "../support/locks.js";
import { manualClock } from "./manual-parts.js";

let world: ApiWorld;
let webDir: string;
const script = "export const nothing = null;\n".repeat(100);
beforeAll(async () => {
  world = await openApiWorld();
  webDir = mkdtempSync(join(tmpdir(), "longhaul-web-"));
  mkdirSync(join(webDir, "assets"));
  writeFileSync(join(webDir, "index.html"), "<!doctype html><title>Longhaul</title>");
  writeFileSync(join(webDir, "assets", "app-3f2a.js"), script);
  writeFileSync(join(webDir, "favicon.svg"), "<svg/>");
});
afterAll(async () => {
  rmSync(webDir, { recursive: true, force: true });
  await world[Symbol.asyncDispose]();
});

/** Another API on the same world, which the test may stop. */
async function another(more: { webDir?: string } = {}) {
  const services = world.open();
  const api = world.serve(services, more);
  const url = await api.start(0, "127.0.0.1");
  return { api, services, url };
}

test("it says that it is there, and whether it can serve", async () => {
  expect(await (await fetch(`${world.url}/healthz`)).json()).toEqual({ status: "ok" });
  const ready = await fetch(`${world.url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({ status: "ready", checks: { database: true, keys: true } });
});

test("without database or keys it is there but not ready", async () => {
  const env = { DATABASE_URL: "postgres://nobody:x@127.0.0.1:1/none", SUPABASE_URL: "http://127.0.0.1:1" };
  const services = world.open({}, env);
  const api = world.serve(services);
  const url = await api.start(0, "127.0.0.1");
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ status: "not ready", checks: { database: false, keys: false } });
  const answer = await fetch(`${url}/trpc/me.get`, {
    headers: { authorization: `Bearer ${world.ours.owner.token}` },
  });
  expect(answer.status).toBe(503);
  await api.close();
  await services.close();
});

test("it holds as many connections to the database as it is given, and calls wait for their turn", async () => {
  const services = world.open({}, { DATABASE_CONNECTIONS: 2 });
  const backends = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const [row] = await services.db.sql<
        { pid: number }[]
      >`select pg_backend_pid() as pid from pg_sleep(0.01)`;
      return row?.pid;
    }),
  );
  expect(new Set(backends).size).toBeLessThanOrEqual(2);
  await services.close();
});

test("the dashboard comes with the pages' addresses, its parts may be kept for ever, the rest may not", async () => {
  const { api, services, url } = await another({ webDir });
  const html = { accept: "text/html" };
  for (const path of ["/", "/runs/018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21/events", "/start?x=1"]) {
    const page = await fetch(url + path, { headers: html });
    expect(await page.text()).toContain("<title>Longhaul</title>");
    expect(page.headers.get("cache-control")).toBe("no-cache");
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(page.headers.get("content-security-policy")).toContain(
      `connect-src 'self' ${world.supabase.url} ws://`,
    );
    expect(page.headers.get("x-powered-by")).toBeNull();
  }
  const asset = await fetch(`${url}/assets/app-3f2a.js`);
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(asset.headers.get("content-encoding")).toBe("gzip");
  expect(asset.headers.get("vary")).toContain("Accept-Encoding");
  expect(await asset.text()).toBe(script);
  expect((await fetch(`${url}/favicon.svg`)).status).toBe(200);
  for (const path of [
    "/assets/app-old.js",
    "/missing.png",
    "/..%2f..%2fpackage.json",
    "/assets/..%2findex.html",
  ]) {
    expect([403, 404]).toContain((await fetch(url + path, { headers: html })).status);
  }
  const config = await fetch(`${url}/config.json`);
  expect(await config.json()).toEqual({
    supabaseUrl: world.supabase.url,
    supabaseAnonKey: world.supabase.anonKey,
    capabilities: [],
    mailsInvitations: false,
  });
  await api.close();
  await services.close();
});

test("without a dashboard an unknown address is answered as such, as JSON", async () => {
  const answer = await fetch(`${world.url}/nothing`, { headers: { accept: "text/html" } });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toEqual({
    error: { code: "NOT_FOUND", message: "There is nothing at this address." },
  });
});

test("a stop lets a request under way finish, asks sockets to come back, and takes nothing new", async () => {
  const { api, services, url } = await another();
  const socket = new WebSocket(`${url.replace("http", "ws")}/trpc`);
  const messages: string[] = [];
  socket.on("message", (data: Buffer) => messages.push(data.toString()));
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await new Promise((resolve) => socket.once("open", resolve));

  // The profile cannot be read while its table is locked, so this request is under way until the lock goes.
  let unlock = () => {};
  const unlocked = new Promise<void>((resolve) => {
    unlock = resolve;
  });
  let locked = () => {};
  const isLocked = new Promise<void>((resolve) => {
    locked = resolve;
  });
  const lock = world.admin.sql.begin(async (tx) => {
    await tx`lock table longhaul.profiles in access exclusive mode`;
    locked();
    await unlocked;
  });
  await isLocked;
  const slow = clientsOf(url).http(world.ours.viewer).me.get.query();
  await waitForLocks(world.admin);

  const stopping = api.close();
  expect(await closed).toBe(1012);
  expect(messages).toEqual(['{"id":null,"method":"reconnect"}']);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  unlock();
  await lock;
  expect((await slow).email).toBe(world.ours.viewer.email);
  await stopping;
  await services.close();
});

test("a run that could not be sent is sent again by itself when its time has come", async () => {
  const clock = manualClock();
  const services = world.open({ clock, sfn: world.unreachable });
  const api = world.serve(services);
  const url = await api.start(0, "127.0.0.1");
  const operator = clientsOf(url).http(world.ours.operator);
  const file = await world.upload(world.ours.operator);
  const { runId } = await operator.workflows.dataImport.start.mutate({ input: { file, name: "Patient" } });
  const run = async () => (await operator.runs.get.query({ runId })).run;
  await expect.poll(async () => (await run()).lastSeq).toBe(2);
  expect(await run()).toMatchObject({
    status: "queued",
    reason: expect.stringContaining("cannot be reached"),
  });
  const tries = async () => {
    const [row] = await world.admin.sql<{ tries: number }[]>`
      update longhaul.run_attempts set next_try_at = now() where run_id = ${runId} returning tries`;
    return row!.tries;
  };
  expect(await tries()).toBe(1);
  clock.move(3_000);
  await expect.poll(tries).toBe(2);
  await api.close();
  await services.close();
  await tries();
  world.services.dispatchSoon();
  await expect
    .poll(async () => (await world.clients.http(world.ours.viewer).runs.get.query({ runId })).run.status)
    .toBe("succeeded");
});

test("a request log line has method, path and status, and no query", async () => {
  await new Promise((resolve) => {
    request(`${world.url}/config.json?token=abc123`, (answer) => answer.resume().on("end", resolve));
  });
  const line = world.log.lines.find(
    ({ req }) => (req as { path?: string } | undefined)?.path === "/config.json",
  );
  expect(line).toMatchObject({ level: "info", req: { method: "GET" }, res: { statusCode: 200 } });
  expect(world.log.text()).not.toContain("abc123");
});
