import { z } from "zod";
import type { Caller } from "../supabase/caller.js";
import { parseSize } from "../supabase/config.js";
import { decodePart, type Exchange, readJson, sendJson } from "../supabase/http.js";
import { asCaller, type BucketRow, type StorageContext } from "./context.js";
import { invalidRequest, noSuchBucket, notImplemented, StorageError } from "./errors.js";
import { parse } from "./signed.js";

const bucketBody = z.looseObject({
  id: z.string().optional(),
  name: z.string().min(1).max(100),
  public: z.boolean().default(false),
  file_size_limit: z.union([z.number().int().nonnegative(), z.string()]).nullish(),
  allowed_mime_types: z.array(z.string()).nullish(),
});

/** /bucket: list, get, create, and delete of an empty one, as far as policies on storage.buckets let the caller. */
export async function buckets(context: StorageContext, exchange: Exchange, caller: Caller): Promise<void> {
  const { res, method, path } = exchange;
  const id = path === "/bucket" ? null : decodePart(path.slice("/bucket/".length));
  if (method === "GET" && id === null) {
    const rows = await asCaller(
      context,
      caller,
      (tx) => tx<BucketRow[]>`select * from storage.buckets order by name`,
    );
    return sendJson(res, 200, rows.map(view));
  }
  if (method === "GET" && id !== null) {
    const [row] = await asCaller(
      context,
      caller,
      (tx) => tx<BucketRow[]>`select * from storage.buckets where id = ${id}`,
    );
    if (!row) throw noSuchBucket();
    return sendJson(res, 200, view(row));
  }
  if (method === "POST" && id === null) return create(context, exchange, caller);
  if (method === "DELETE" && id !== null) return remove(context, exchange, caller, id);
  throw notImplemented(`${method} ${id === null ? "/bucket" : "/bucket/:id"}`);
}

async function create(context: StorageContext, { req, res }: Exchange, caller: Caller): Promise<void> {
  const body = parse(bucketBody, await readJson(req));
  if (body.public) throw notImplemented("public buckets");
  if (!/^[\w!\-.*'() &$@=;:+,?]+$/.test(body.name)) throw invalidRequest("Bucket name invalid");
  const limit = body.file_size_limit ?? null;
  const size = typeof limit === "string" ? readSize(limit) : limit;
  await asCaller(
    context,
    caller,
    (tx) => tx`
    insert into storage.buckets (id, name, owner_id, public, file_size_limit, allowed_mime_types)
    values (${body.id ?? body.name}, ${body.name}, ${caller.claims.sub ?? null}, false, ${size}, ${body.allowed_mime_types ?? null})`,
  );
  sendJson(res, 200, { name: body.name });
}

function readSize(text: string): number {
  try {
    return parseSize(text);
  } catch {
    throw invalidRequest(`file_size_limit "${text}" is not a size`);
  }
}

async function remove(context: StorageContext, { res }: Exchange, caller: Caller, id: string): Promise<void> {
  const [used] = await context.sql`select from storage.objects where bucket_id = ${id} limit 1`;
  if (used) {
    throw new StorageError(
      409,
      "BucketNotEmpty",
      "InvalidRequest",
      "The bucket you tried to delete is not empty",
    );
  }
  const rows = await asCaller(
    context,
    caller,
    (tx) => tx`delete from storage.buckets where id = ${id} returning id`,
  );
  if (rows.length === 0) throw noSuchBucket();
  sendJson(res, 200, { message: "Successfully deleted" });
}

function view(row: BucketRow): Record<string, unknown> {
  const limit = row.file_size_limit === null ? null : Number(row.file_size_limit);
  return { ...row, file_size_limit: limit };
}
