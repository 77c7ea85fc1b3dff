import { Readable } from "node:stream";
import { type ContractTarget, contractTarget } from "@longhaul/local/testing";
import type { SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientOf, type SignedIn, serviceClientOf, signUp } from "../auth/clients.js";

const bucket = `contract-${crypto.randomUUID()}`;
const limit = 200_000;
let target: ContractTarget;
let sql: postgres.Sql;
let service: SupabaseClient;
let owner: SignedIn;
let stranger: SignedIn;

beforeAll(async () => {
  target = await contractTarget();
  sql = postgres(target.databaseUrl, { max: 1 });
  service = serviceClientOf(target);
  const { error } = await service.storage.createBucket(bucket, {
    public: false,
    fileSizeLimit: limit,
    allowedMimeTypes: ["text/*", "application/json"],
  });
  if (error) throw error;
  for (const command of ["select", "insert", "update", "delete"]) {
    const condition = `bucket_id = '${bucket}' and (storage.foldername(name))[1] = auth.uid()::text`;
    const check = command === "insert" ? `with check (${condition})` : `using (${condition})`;
    await sql.unsafe(
      `create policy "${bucket} ${command}" on storage.objects for ${command} to authenticated ${check}`,
    );
  }
  [owner, stranger] = [await signUp(target), await signUp(target)];
});

afterAll(async () => {
  for (const { id } of [owner, stranger]) {
    const { data } = await service.storage.from(bucket).list(id, { limit: 1000 });
    const names = (data ?? []).map((file) => `${id}/${file.name}`);
    if (names.length > 0) await service.storage.from(bucket).remove(names);
  }
  for (const command of ["select", "insert", "update", "delete"]) {
    await sql.unsafe(`drop policy "${bucket} ${command}" on storage.objects`);
  }
  await service.storage.deleteBucket(bucket);
  await sql.end();
  await target.close();
});

let path: string;
beforeEach(() => {
  path = `${owner.id}/${crypto.randomUUID()}.txt`;
});
const files = (user: { client: SupabaseClient } = owner) => user.client.storage.from(bucket);
const text = async (name: string, user = owner) => (await files(user).download(name)).data?.text();

describe("upload and download", () => {
  it("takes a Blob, a Buffer and a stream", async () => {
    const bodies = {
      blob: new Blob(["as a form"], { type: "text/csv" }),
      buffer: Buffer.from("as raw bytes"),
      stream: Readable.toWeb(
        Readable.from([Buffer.from("piece "), Buffer.from("by piece")]),
      ) as ReadableStream<Uint8Array>,
    };
    for (const [kind, body] of Object.entries(bodies)) {
      const name = `${path}.${kind}`;
      const { data, error } = await files().upload(name, body, { contentType: "text/csv", duplex: "half" });
      expect(error).toBeNull();
      expect(data).toMatchObject({ path: name, fullPath: `${bucket}/${name}` });
      expect(data?.id).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(await text(`${path}.blob`)).toBe("as a form");
    expect(await text(`${path}.buffer`)).toBe("as raw bytes");
    expect(await text(`${path}.stream`)).toBe("piece by piece");
    expect((await files().download(`${path}.blob`)).data?.type).toBe("text/csv");
  });

  it("keeps bytes as they are and tells what it knows of them", async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256);
    await files().upload(path, new Blob([bytes], { type: "text/plain" }), {
      contentType: "text/plain",
      cacheControl: "60",
      metadata: { source: "test" },
    });
    const back = await (await files().download(path)).data?.arrayBuffer();
    expect(Buffer.compare(Buffer.from(back ?? new ArrayBuffer(0)), Buffer.from(bytes))).toBe(0);
    const { data } = await files().info(path);
    expect(data).toMatchObject({
      name: path,
      bucketId: bucket,
      size: 70_000,
      cacheControl: "max-age=60",
      metadata: { source: "test" },
    });
    expect((await files().exists(path)).data).toBe(true);
    expect((await files().exists(`${path}.not`)).data).toBe(false);
  });

  it("keeps names with spaces, and an empty file", async () => {
    const name = `${owner.id}/a name (with) signs & spaces ${crypto.randomUUID()}.txt`;
    await files().upload(name, new Blob([], { type: "text/plain" }), { contentType: "text/plain" });
    expect(await text(name)).toBe("");
    expect(
      (await files().list(owner.id, { search: "a name" })).data?.map((file) => `${owner.id}/${file.name}`),
    ).toContain(name);
  });

  it("refuses to write over a file unless told to, and then replaces it", async () => {
    const first = await files().upload(path, "one", { contentType: "text/plain" });
    expect((await files().upload(path, "two", { contentType: "text/plain" })).error).toMatchObject({
      statusCode: "409",
      message: "The resource already exists",
    });
    expect(await text(path)).toBe("one");
    const second = await files().upload(path, "two", { contentType: "text/plain", upsert: true });
    expect(second.data?.id).toBe(first.data?.id);
    expect(await text(path)).toBe("two");
    expect((await files().update(path, "three", { contentType: "text/plain" })).error).toBeNull();
    expect(await text(path)).toBe("three");
  });

  it("sends the part that a Range asks for", async () => {
    await files().upload(path, "0123456789", { contentType: "text/plain" });
    const url = `${target.url}/storage/v1/object/authenticated/${bucket}/${path}`;
    const get = (range: string) =>
      fetch(url, { headers: { authorization: `Bearer ${owner.accessToken}`, range } });
    const middle = await get("bytes=2-4");
    expect([middle.status, middle.headers.get("content-range"), await middle.text()]).toEqual([
      206,
      "bytes 2-4/10",
      "234",
    ]);
    expect(await (await get("bytes=7-")).text()).toBe("789");
    expect(await (await get("bytes=-2")).text()).toBe("89");
    expect((await get("bytes=10-")).status).toBe(416);
  });
});

describe("limits of the bucket", () => {
  it("refuse a file that is too large, however it comes, and leave nothing of it", async () => {
    const tooLarge = { statusCode: "413", message: "The object exceeded the maximum allowed size" };
    const bytes = Buffer.alloc(limit + 1, "x");
    const stream = Readable.toWeb(Readable.from([bytes])) as ReadableStream<Uint8Array>;
    for (const body of [new Blob([bytes], { type: "text/plain" }), bytes, stream]) {
      const { error } = await files().upload(path, body, { contentType: "text/plain", duplex: "half" });
      expect(error).toMatchObject(tooLarge);
    }
    expect((await files().exists(path)).data).toBe(false);
    expect((await files().upload(path, bytes.subarray(1), { contentType: "text/plain" })).error).toBeNull();
  });

  it("refuse a content type that is not allowed", async () => {
    const { error } = await files().upload(path, new Blob(["<svg/>"], { type: "image/svg+xml" }), {
      contentType: "image/svg+xml",
    });
    expect(error).toMatchObject({ statusCode: "415", message: "mime type image/svg+xml is not supported" });
    expect((await files().upload(path, "{}", { contentType: "application/json" })).error).toBeNull();
  });
});

describe("policies", () => {
  it("hide a stranger's files from reading, listing, signing and removing", async () => {
    await files().upload(path, "private", { contentType: "text/plain" });
    const notFound = { statusCode: "404", message: "Object not found" };
    expect((await files(stranger).info(path)).error).toMatchObject(notFound);
    expect((await files(stranger).download(path)).error).not.toBeNull();
    expect((await files(stranger).createSignedUrl(path, 60)).error).toMatchObject(notFound);
    expect((await files(stranger).list(owner.id)).data).toEqual([]);
    expect((await files(stranger).remove([path])).data).toEqual([]);
    expect(await text(path)).toBe("private");
  });

  it("refuse writing into a stranger's folder, in every way", async () => {
    await files().upload(path, "mine", { contentType: "text/plain" });
    const refused = { statusCode: "403", message: "new row violates row-level security policy" };
    const options = { contentType: "text/plain" };
    expect((await files(stranger).upload(`${path}.new`, "x", options)).error).toMatchObject(refused);
    expect((await files(stranger).upload(path, "x", { ...options, upsert: true })).error).not.toBeNull();
    expect((await files(stranger).update(path, "x", options)).error).not.toBeNull();
    expect((await files(stranger).createSignedUploadUrl(`${path}.new`)).error).toMatchObject(refused);
    expect(
      (await clientOf(target).storage.from(bucket).upload(`${path}.new`, "x", options)).error,
    ).not.toBeNull();
    expect(await text(path)).toBe("mine");
  });

  it("do not bind the service role", async () => {
    await files().upload(path, "mine", { contentType: "text/plain" });
    expect(await (await service.storage.from(bucket).download(path)).data?.text()).toBe("mine");
    const { data } = await service.storage.from(bucket).remove([path]);
    expect(data).toHaveLength(1);
    expect((await files().exists(path)).data).toBe(false);
  });

  it("refuse a token that was not made here", async () => {
    const response = await fetch(`${target.url}/storage/v1/object/${bucket}/${path}`, {
      headers: { authorization: `Bearer ${owner.accessToken.slice(0, -5)}AAAAA` },
    });
    expect(await response.json()).toMatchObject({ statusCode: "403", error: "Unauthorized" });
  });
});

describe("names", () => {
  it("never lead out of the bucket", async () => {
    for (const name of [
      `${owner.id}/../../../etc/passwd`,
      `${owner.id}/%2e%2e%2f%2e%2e%2fpasswd`,
      `${owner.id}/..%5c..%5cx`,
    ]) {
      const response = await fetch(`${target.url}/storage/v1/object/${bucket}/${name}`, {
        method: "POST",
        headers: { authorization: `Bearer ${owner.accessToken}`, "content-type": "text/plain" },
        body: "x",
      });
      await response.text();
    }
    const stray =
      await sql`select name from storage.objects where bucket_id = ${bucket} and name like '%passwd'
      and (storage.foldername(name))[1] <> ${owner.id}`;
    expect(stray).toHaveLength(0);
  });

  it("with other than safe characters are refused", async () => {
    const { error } = await files().upload(`${owner.id}/köder\u0000.txt`, "x", { contentType: "text/plain" });
    expect(error).toMatchObject({ statusCode: "400" });
    expect(error?.message).toContain("Invalid key");
  });
});

describe("lists", () => {
  it("show the files of a folder and its folders, in order and in pages", async () => {
    const folder = `${owner.id}/${crypto.randomUUID()}`;
    for (const name of ["b.txt", "a.txt", "deep/c.txt", "deep/d.txt"]) {
      await files().upload(`${folder}/${name}`, name, { contentType: "text/plain" });
    }
    const { data } = await files().list(folder);
    expect(data?.map(({ name, id }) => [name, id === null])).toEqual([
      ["deep", true],
      ["a.txt", false],
      ["b.txt", false],
    ]);
    expect(data?.[1]?.metadata).toMatchObject({ size: 5, mimetype: "text/plain" });
    expect(
      (await files().list(`${folder}/deep`, { sortBy: { column: "name", order: "desc" } })).data?.map(
        ({ name }) => name,
      ),
    ).toEqual(["d.txt", "c.txt"]);
    expect((await files().list(folder, { limit: 1, offset: 1 })).data?.map(({ name }) => name)).toEqual([
      "a.txt",
    ]);
  });
});

describe("buckets", () => {
  it("are the service role's to list, and not to lose while they hold files", async () => {
    await files().upload(path, "x", { contentType: "text/plain" });
    expect((await service.storage.getBucket(bucket)).data).toMatchObject({
      id: bucket,
      public: false,
      file_size_limit: limit,
    });
    expect((await service.storage.listBuckets()).data?.map(({ id }) => id)).toContain(bucket);
    expect((await owner.client.storage.listBuckets()).data).toEqual([]);
    expect((await owner.client.storage.createBucket("mine-too")).error).not.toBeNull();
    expect((await service.storage.deleteBucket(bucket)).error).not.toBeNull();
    expect((await service.storage.from("no-such-bucket").upload("a.txt", "x")).error).toMatchObject({
      message: "Bucket not found",
    });
  });
});
