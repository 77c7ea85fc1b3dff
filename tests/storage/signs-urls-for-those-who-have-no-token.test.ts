import { request } from "node:http";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  createTestDatabase,
  startTestSupabase,
  type TestDatabase,
  type TestSupabase,
} from "@longhaul/local/testing";
import { type ContractTarget, contractTarget, onRealProject } from "@longhaul/local/testing";
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serviceClientOf } from "../auth/clients.js";

const bucket = `contract-${crypto.randomUUID()}`;
let target: ContractTarget;
let service: SupabaseClient;
const used: string[] = [];
beforeAll(async () => {
  target = await contractTarget();
  service = serviceClientOf(target);
  const { error } = await service.storage.createBucket(bucket, { public: false });
  if (error) throw error;
});
afterAll(async () => {
  await service.storage.from(bucket).remove(used);
  await service.storage.deleteBucket(bucket);
  await target.close();
});

let path: string;
beforeEach(() => {
  path = `some folder/${crypto.randomUUID()}.csv`;
  used.push(path);
});
const files = () => service.storage.from(bucket);

describe("a download URL", () => {
  it("gives the file to whoever has it, until it ends", async () => {
    await files().upload(path, "a,b\n1,2\n", { contentType: "text/csv" });
    const { data, error } = await files().createSignedUrl(path, 60, { download: "my rows.csv" });
    expect(error).toBeNull();
    const response = await fetch(data?.signedUrl ?? "");
    expect([response.status, await response.text()]).toEqual([200, "a,b\n1,2\n"]);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment.*my%20rows\.csv/);
    const plain = await files().createSignedUrl(path, 60);
    expect((await fetch(plain.data?.signedUrl ?? "")).headers.get("content-disposition")).toBeNull();
  });

  it("is good for its own file only", async () => {
    await files().upload(path, "x", { contentType: "text/csv" });
    const other = `${path}.other`;
    used.push(other);
    await files().upload(other, "secret", { contentType: "text/csv" });
    const { data } = await files().createSignedUrl(path, 60);
    const url = new URL(data?.signedUrl ?? "");
    url.pathname = url.pathname.replace(/\.csv$/, ".csv.other");
    const response = await fetch(url);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain("secret");
    expect((await fetch(url.href.split("?")[0] ?? "")).status).toBe(400);
  });

  it("is made for many at once, each with its own error", async () => {
    await files().upload(path, "x", { contentType: "text/csv" });
    const { data } = await files().createSignedUrls([path, "nowhere.csv"], 60);
    expect(data?.map((one) => [one.path, one.error === null])).toEqual([
      [path, true],
      ["nowhere.csv", false],
    ]);
    expect((await fetch(data?.[0]?.signedUrl ?? "")).status).toBe(200);
  });
});

describe("an upload URL", () => {
  it("takes one file from whoever has it, by supabase-js or a plain PUT", async () => {
    const { data } = await files().createSignedUploadUrl(path);
    const uploaded = await files().uploadToSignedUrl(path, data?.token ?? "", new Blob(["by form"]), {
      contentType: "text/csv",
    });
    expect(uploaded.error).toBeNull();
    expect(await (await files().download(path)).data?.text()).toBe("by form");
    const again = await files().uploadToSignedUrl(path, data?.token ?? "", "second", {
      contentType: "text/csv",
    });
    expect(again.error).toMatchObject({ statusCode: "409" });

    const plain = `${path}.plain`;
    used.push(plain);
    const { data: signed } = await files().createSignedUploadUrl(plain);
    const response = await fetch(signed?.signedUrl ?? "", {
      method: "PUT",
      body: "by hand",
      headers: { "content-type": "text/csv" },
    });
    expect(response.status).toBe(200);
    expect(await (await files().download(plain)).data?.text()).toBe("by hand");
  });

  it("replaces a file when it was signed to", async () => {
    await files().upload(path, "one", { contentType: "text/csv" });
    expect((await files().createSignedUploadUrl(path)).error).not.toBeNull();
    const { data } = await files().createSignedUploadUrl(path, { upsert: true });
    await files().uploadToSignedUrl(path, data?.token ?? "", "two", {
      contentType: "text/csv",
      upsert: true,
    });
    expect(await (await files().download(path)).data?.text()).toBe("two");
  });

  it("may be used from a page of another origin", async () => {
    const { data } = await files().createSignedUploadUrl(path);
    const asked = await fetch(data?.signedUrl ?? "", {
      method: "OPTIONS",
      headers: {
        origin: "http://127.0.0.1:3000",
        "access-control-request-method": "PUT",
        "access-control-request-headers": "content-type,x-upsert",
      },
    });
    expect(asked.ok).toBe(true);
    expect(asked.headers.get("access-control-allow-origin")).toMatch(/^\*$|127\.0\.0\.1/);
    expect(asked.headers.get("access-control-allow-methods")).toContain("PUT");
    expect(asked.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("content-type");
  });

  it.skipIf(onRealProject)("is not a download URL, and the other way round", async () => {
    await files().upload(path, "x", { contentType: "text/csv" });
    const up = await files().createSignedUploadUrl(path, { upsert: true });
    const down = await files().createSignedUrl(path, 60);
    const token = new URL(down.data?.signedUrl ?? "").searchParams.get("token") ?? "";
    expect((await files().uploadToSignedUrl(path, token, "y")).error).toMatchObject({ statusCode: "400" });
    const url = new URL(down.data?.signedUrl ?? "");
    url.searchParams.set("token", up.data?.token ?? "");
    expect((await fetch(url)).status).toBe(400);
  });
});

// What only the stand-in can show: what is on its disk.
describe.skipIf(onRealProject)("the disk", () => {
  let database: TestDatabase;
  let supabase: TestSupabase;
  let local: SupabaseClient;
  beforeEach(async () => {
    database = await createTestDatabase();
    supabase = await startTestSupabase(database);
    local = serviceClientOf({ ...target, ...supabase, real: false });
    await local.storage.createBucket("disk", { public: false, fileSizeLimit: 1_000_000 });
  });
  afterEach(async () => {
    await supabase.close();
    await database.drop();
  });
  const onDisk = () =>
    readdirSync(join(supabase.dataDir, "storage"), { recursive: true })
      .map(String)
      .filter((name) => statSync(join(supabase.dataDir, "storage", name)).isFile());

  it("holds nothing of an upload that was broken off", async () => {
    const url = new URL(`${supabase.url}/storage/v1/object/disk/half.txt`);
    const headers = {
      authorization: `Bearer ${supabase.serviceRoleKey}`,
      "content-type": "text/plain",
      "content-length": "500000",
    };
    const req = request(url, { method: "POST", headers });
    req.on("error", () => {});
    req.write(Buffer.alloc(100_000));
    await expect.poll(() => onDisk().length).toBe(1);
    req.destroy();
    await expect.poll(() => onDisk().length).toBe(0);
    expect((await local.storage.from("disk").exists("half.txt")).data).toBe(false);
  });

  it("holds nothing of the slower of two uploads of one name", async () => {
    const url = new URL(`${supabase.url}/storage/v1/object/disk/race.txt`);
    const headers = {
      authorization: `Bearer ${supabase.serviceRoleKey}`,
      "content-type": "text/plain",
      "content-length": "2000",
    };
    const slow = request(url, { method: "POST", headers });
    const answer = new Promise<string>((resolve, reject) => {
      slow.on("error", reject);
      slow.on("response", (res) =>
        resolve(
          res
            .setEncoding("utf8")
            .toArray()
            .then((parts) => parts.join("")),
        ),
      );
    });
    slow.write("s".repeat(1000));
    await expect.poll(() => onDisk().length).toBe(1);
    expect(
      (await local.storage.from("disk").upload("race.txt", "quick", { contentType: "text/plain" })).error,
    ).toBeNull();
    slow.end("s".repeat(1000));
    expect(JSON.parse(await answer)).toMatchObject({ statusCode: "409", error: "Duplicate" });
    expect(onDisk()).toHaveLength(1);
    expect(await (await local.storage.from("disk").download("race.txt")).data?.text()).toBe("quick");
  });

  it("holds one file for a name, however often it is replaced, and none once it is removed", async () => {
    const options = { upsert: true, contentType: "text/plain" };
    await Promise.all([1, 2, 3, 4].map((n) => local.storage.from("disk").upload("a.txt", `${n}`, options)));
    expect(onDisk()).toHaveLength(1);
    await local.storage.from("disk").upload("b.txt", Buffer.alloc(1_000_001), options);
    expect(onDisk()).toHaveLength(1);
    await local.storage.from("disk").remove(["a.txt"]);
    expect(onDisk()).toHaveLength(0);
  });
});
