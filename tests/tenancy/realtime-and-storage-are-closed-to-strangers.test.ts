import { asCaller, asDispatcher, artifacts, connect, type Database, dispatch } from "@longhaul/db";
import { roleAtLeast, roles } from "@longhaul/kit";
import {
  createTestDatabase,
  startTestSupabase,
  type TestDatabase,
  type TestSupabase,
} from "@longhaul/local/testing";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { type Member, moveIn, type Organisation } from "../api/members.js";
import { newRun } from "../support/database.js";
import { runs } from "@longhaul/db";

let database: TestDatabase;
let supabase: TestSupabase;
let admin: Database;
let api: Database;
let ours: Organisation;
let theirs: Organisation;
const opened: SupabaseClient[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  supabase = await startTestSupabase(database);
  admin = connect(database.adminUrl, { max: 2 });
  api = connect(database.apiUrl, { max: 2 });
  [ours, theirs] = [await moveIn(admin.sql, supabase, "ours"), await moveIn(admin.sql, supabase, "theirs")];
});
afterAll(async () => {
  for (const client of opened) {
    await client.removeAllChannels();
    await client.realtime.disconnect();
  }
  await Promise.all([admin.close(), api.close()]);
  await supabase.close();
  await database.drop();
});

/** A plain supabase-js client, as anybody can make one from what the browser is told. */
function clientOf(token: string | null): SupabaseClient {
  const client = createClient(supabase.url, supabase.anonKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never },
    ...(token ? { accessToken: () => Promise.resolve(token) } : {}),
  });
  opened.push(client);
  return client;
}

function join(client: SupabaseClient, topic: string): Promise<string> {
  return new Promise((resolve) => {
    client.channel(topic, { config: { private: true } }).subscribe((status) => {
      if (`${status}` !== "CLOSED") resolve(status);
    });
  });
}

const asMember = (member: Member) => ({ userId: member.id, claims: {} });
const announce = (member: Member, name = "secret.csv") =>
  asCaller(api, asMember(member), (tx) =>
    artifacts.createUpload(tx, { organisationId: member.organisationId, name, contentType: "text/csv" }),
  );
const bucketOf = (member: Member | null) => clientOf(member?.token ?? null).storage.from("artifacts");

async function uploaded(member: Member): Promise<string> {
  const { path } = await announce(member);
  const { error } = await bucketOf(member).upload(path, new Blob(["a,b\n1,2\n"], { type: "text/csv" }));
  if (error) throw error;
  return path;
}

describe("Realtime", () => {
  test.each(roles)("turns the %s away from the feed of all organisations' runs", async (role) => {
    expect(await join(clientOf(ours[role].token), "longhaul:runs")).toBe("CHANNEL_ERROR");
  });

  test("turns away somebody without a session", async () => {
    expect(await join(clientOf(null), "longhaul:runs")).toBe("CHANNEL_ERROR");
  });

  test("lets the service in, which hears of a change once", async () => {
    const service = createClient(supabase.url, supabase.serviceRoleKey, {
      auth: { persistSession: false },
      realtime: { transport: WebSocket as never },
    });
    opened.push(service);
    await service.realtime.setAuth(supabase.serviceRoleKey);
    const heard: unknown[] = [];
    let wake: () => void = () => {};
    const channel = service.channel("longhaul:runs", { config: { private: true } });
    channel.on("broadcast", { event: "runs" }, ({ payload }) => {
      heard.push(payload.runs);
      wake();
    });
    expect(await new Promise((resolve) => channel.subscribe(resolve))).toBe("SUBSCRIBED");
    const next = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const { runId } = await asCaller(api, asMember(ours.operator), (tx) => runs.start(tx, newRun(ours.id)));
    await next;
    expect(heard).toEqual([[{ org: ours.id, run: runId, seq: 1 }]]);
    const after = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await asDispatcher(api, (tx) =>
      dispatch.close(tx, { runId, attempt: 1, outcome: { status: "cancelled" } }),
    );
    await after;
    expect(heard.slice(1)).toEqual([[{ org: ours.id, run: runId, seq: 2 }]]);
  });
});

describe("Storage", () => {
  test("shows a file to every role of its organisation and to nobody else", async () => {
    const path = await uploaded(ours.operator);
    for (const role of roles) {
      const mine = await bucketOf(ours[role]).download(path);
      expect(await mine.data?.text(), role).toBe("a,b\n1,2\n");
      const foreign = bucketOf(theirs[role]);
      expect((await foreign.download(path)).data, role).toBeNull();
      expect((await foreign.createSignedUrl(path, 60)).data, role).toBeNull();
      expect((await foreign.list(`${ours.id}`)).data, role).toEqual([]);
      await foreign.remove([path]);
    }
    expect((await bucketOf(null).download(path)).data).toBeNull();
    expect((await bucketOf(ours.viewer).download(path)).data).not.toBeNull();
  });

  test("takes a file only at a path that was announced, and from who announced it", async () => {
    const body = () => new Blob(["x"], { type: "text/csv" });
    const { path } = await announce(ours.operator);
    for (const other of [theirs.owner, ours.owner, ours.viewer]) {
      expect((await bucketOf(other).upload(path, body())).error, other.role).not.toBeNull();
      expect((await bucketOf(other).createSignedUploadUrl(path)).error, other.role).not.toBeNull();
    }
    const invented = `${ours.id}/${crypto.randomUUID()}/x.csv`;
    expect((await bucketOf(ours.operator).upload(invented, body())).error).not.toBeNull();
    expect((await bucketOf(ours.operator).upload(path, body())).error).toBeNull();
  });

  test("never lets a file be replaced", async () => {
    const path = await uploaded(ours.operator);
    const again = await bucketOf(ours.operator).upload(path, new Blob(["other"]), { upsert: true });
    expect(again.error).not.toBeNull();
    const { data } = await bucketOf(ours.operator).download(path);
    expect(await data?.text()).toBe("a,b\n1,2\n");
  });

  test("lets who uploaded a file and admins remove it, and no operator beside them", async () => {
    for (const role of roles) {
      const path = await uploaded(ours.operator);
      await bucketOf(ours[role]).remove([path]);
      const gone = (await bucketOf(ours.viewer).download(path)).data === null;
      expect(gone, role).toBe(role === "operator" || roleAtLeast(role, "admin"));
    }
  });

  test("keeps a file that a run was started with from being exchanged", async () => {
    const { id, path } = await announce(ours.operator);
    await bucketOf(ours.operator).upload(path, new Blob(["a,b\n1,2\n"], { type: "text/csv" }));
    await asCaller(api, asMember(ours.operator), (tx) =>
      runs.start(tx, newRun(ours.id, { artifactIds: [id] })),
    );
    await bucketOf(ours.operator).remove([path]);
    expect((await bucketOf(ours.operator).upload(path, new Blob(["other"]))).error).not.toBeNull();
    expect(await (await bucketOf(ours.operator).download(path)).data?.text()).toBe("a,b\n1,2\n");
  });

  test("keeps it from being exchanged by links that were signed before, too", async () => {
    const { id, path } = await announce(ours.admin);
    const bucket = bucketOf(ours.admin);
    const [plain, replacing] = [
      (await bucket.createSignedUploadUrl(path)).data!.token,
      (await bucket.createSignedUploadUrl(path, { upsert: true })).data!.token,
    ];
    const put = async (token: string, text: string) =>
      (await bucket.uploadToSignedUrl(path, token, new Blob([text], { type: "text/csv" }))).error;
    expect(await put(replacing, "a,b\n1,2\n")).toBeNull();
    expect(await put(replacing, "other")).not.toBeNull();
    await asCaller(api, asMember(ours.admin), (tx) => runs.start(tx, newRun(ours.id, { artifactIds: [id] })));
    for (const token of [plain, replacing]) expect(await put(token, "other")).not.toBeNull();
    expect(await (await bucket.download(path)).data?.text()).toBe("a,b\n1,2\n");
    await bucket.remove([path]);
    for (const token of [plain, replacing]) expect(await put(token, "other")).not.toBeNull();
    expect((await bucket.download(path)).data).toBeNull();
  });

  test("refuses a file over 50 MB", async () => {
    const { path } = await announce(ours.operator, "large.csv");
    const { error } = await bucketOf(ours.operator).upload(path, new Blob([new Uint8Array(52_428_801)]));
    expect(error).not.toBeNull();
    expect((await bucketOf(ours.operator).download(path)).data).toBeNull();
  });
});
