import { afterEach, expect, it, vi } from "vitest";
import { noObjects, storageObjects, storageRemover } from "./objects.js";

const objects = storageObjects({
  supabaseUrl: "http://supabase.test",
  serviceRoleKey: "key",
  bucket: "artifacts",
});
const { signal } = new AbortController();

/** Answers every request with `response`; returns the requests. */
function answering(response: () => Response): Request[] {
  const requests: Request[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    requests.push(new Request(url, init));
    return response();
  });
  return requests;
}
afterEach(() => vi.unstubAllGlobals());

async function text(stream: ReadableStream<Uint8Array> | null): Promise<string> {
  if (stream === null) throw new Error("There is no such object.");
  return new Response(stream).text();
}

it("reads an object from a byte on, with the key, its path encoded", async () => {
  const requests = answering(() => new Response("cd", { status: 206 }));
  expect(await text(await objects.get("org/id/a b#?.csv", { start: 2, signal }))).toBe("cd");
  expect(requests[0]?.url).toBe(
    "http://supabase.test/storage/v1/object/authenticated/artifacts/org/id/a%20b%23%3F.csv",
  );
  expect(Object.fromEntries(requests[0]?.headers ?? [])).toMatchObject({
    authorization: "Bearer key",
    apikey: "key",
    range: "bytes=2-",
  });
});

it("does not take a whole object for a part of it", async () => {
  answering(() => new Response("abcd", { status: 200 }));
  await expect(objects.get("a", { start: 2, signal })).rejects.toThrow("whole where bytes from 2");
  expect(await text(await objects.get("a", { signal }))).toBe("abcd");
});

it("reads nothing from the end on", async () => {
  answering(() => new Response("", { status: 416 }));
  expect(await text(await objects.get("a", { start: 4, signal }))).toBe("");
});

it("streams an object into place", async () => {
  const requests = answering(() => new Response("{}"));
  async function* body() {
    yield Buffer.from("one,");
    yield Buffer.from("two");
  }
  await objects.put("org/id/f.csv", "text/csv", body(), { signal });
  const [request] = requests;
  expect(request?.method).toBe("POST");
  expect(request?.headers.get("content-type")).toBe("text/csv");
  expect(request?.headers.get("x-upsert")).toBe("true");
  expect(await request?.text()).toBe("one,two");
});

it("finds nothing where Storage has nothing, in both ways that Storage says so", async () => {
  answering(() => new Response("Object not found", { status: 404 }));
  expect(await objects.get("a", { signal })).toBeNull();
  const body = { statusCode: "404", error: "not_found", message: "Object not found" };
  answering(() => Response.json(body, { status: 400 }));
  expect(await objects.get("a", { signal })).toBeNull();
});

it("says what Storage said when it refuses", async () => {
  answering(() => new Response("No room left", { status: 507 }));
  await expect(objects.get("a", { signal })).rejects.toThrow("could not read a: 507 No room left");
  await expect(objects.put("a", "text/csv", (async function* () {})(), { signal })).rejects.toThrow(
    "could not write a: 507",
  );
  answering(() => new Response("{}", { status: 400 }));
  await expect(objects.get("a", { signal })).rejects.toThrow("could not read a: 400");
});

it("tells a step without the permission how to get it", async () => {
  const refusal = {
    name: "FatalError",
    code: "STORAGE_NOT_PERMITTED",
    message: expect.stringContaining('permissions: ["storage"]'),
  };
  await expect(noObjects.get("a", { signal })).rejects.toMatchObject(refusal);
  await expect(noObjects.put("a", "text/plain", (async function* () {})(), { signal })).rejects.toMatchObject(
    refusal,
  );
});

it("removes objects by their names, and says when Storage did not", async () => {
  const remover = storageRemover({
    supabaseUrl: "http://supabase.test",
    serviceRoleKey: "key",
    bucket: "artifacts",
  });
  const requests = answering(() => new Response("[]", { status: 200 }));
  await remover.remove(["org/id/a.csv", "org/id/b.csv"]);
  expect(requests[0]).toMatchObject({
    method: "DELETE",
    url: "http://supabase.test/storage/v1/object/artifacts",
  });
  expect(await requests[0]?.json()).toEqual({ prefixes: ["org/id/a.csv", "org/id/b.csv"] });
  answering(() => new Response("down", { status: 503 }));
  await expect(remover.remove(["a"])).rejects.toThrow("503 down");
});
