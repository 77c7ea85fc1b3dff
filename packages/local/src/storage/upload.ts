import type postgres from "postgres";
import { becomeCaller, type Caller } from "../supabase/caller.js";
import { type Exchange, sendJson } from "../supabase/http.js";
import { openUpload, type Upload } from "./body.js";
import {
  asCaller,
  type BucketRow,
  bucketById,
  type ObjectMetadata,
  splitPath,
  type StorageContext,
} from "./context.js";
import { badMimeType, fromDatabase, invalidRequest, noSuchObject, tooLarge } from "./errors.js";
import type { Received } from "./files.js";

/** Where an upload goes and what it may do there. */
export interface Target {
  bucket: string;
  name: string;
  caller: Caller;
  owner: string | null;
  /** create: must be new. upsert: new or not. update: must be there. */
  mode: "create" | "upsert" | "update";
}

/** POST (create or, with x-upsert, replace) and PUT (replace) of /object/<bucket>/<name>. */
export async function upload(
  context: StorageContext,
  exchange: Exchange,
  caller: Caller,
  path: string,
): Promise<void> {
  const { bucket, name } = splitPath(path);
  const upsert = exchange.req.headers["x-upsert"] === "true";
  const mode = exchange.method === "PUT" ? "update" : upsert ? "upsert" : "create";
  const target: Target = { bucket, name, caller, mode, owner: caller.claims.sub ?? null };
  await checkPermission(context, target);
  await receive(context, exchange, target);
}

/** Reads the body into the store and makes its row as the target's caller; answers with the key. */
export async function receive(context: StorageContext, exchange: Exchange, target: Target): Promise<void> {
  const { files } = context;
  const bucket = await bucketById(context, target.bucket);
  const limit = Math.min(context.fileSizeLimit, Number(bucket.file_size_limit ?? Number.POSITIVE_INFINITY));
  // A multipart body is larger than its file, by less than this.
  if (Number(exchange.req.headers["content-length"] ?? 0) > limit + 1024 * 1024) throw tooLarge();
  const body = await openUpload(exchange.req);
  let received: Received;
  try {
    checkMimeType(bucket, body.contentType);
    checkHeader(body.cacheControl);
    received = await files.receive(body.stream, limit);
  } catch (error) {
    body.drain();
    throw error;
  }
  let row: { id: string; replaced: string | null };
  try {
    await files.keep(received.version);
    row = await writeRow(context, target, received, body);
  } catch (error) {
    await files.discard(received.version);
    throw fromDatabase(error);
  }
  await files.settle(received.version);
  if (row.replaced !== null) await files.remove(row.replaced);
  sendJson(exchange.res, 200, { Key: `${target.bucket}/${target.name}`, Id: row.id });
}

async function writeRow(
  { sql }: StorageContext,
  target: Target,
  received: Received,
  body: Upload,
): Promise<{ id: string; replaced: string | null }> {
  const metadata: ObjectMetadata = {
    eTag: `"${received.md5}"`,
    size: received.size,
    mimetype: body.contentType,
    cacheControl: body.cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: received.size,
    httpStatusCode: 200,
  };
  return sql.begin(async (tx) => {
    // Two first uploads of one name: the second has to see the file that it replaces.
    await tx`select pg_advisory_xact_lock(hashtextextended(${`${target.bucket}/${target.name}`}, 0))`;
    const [old] = await tx<{ id: string; version: string | null }[]>`
      select id, version from storage.objects where bucket_id = ${target.bucket} and name = ${target.name} for update`;
    await becomeCaller(tx, target.caller);
    const id = await writeObject(tx, target, {
      id: old?.id,
      version: received.version,
      metadata,
      userMetadata: body.userMetadata,
    });
    return { id, replaced: old?.version ?? null };
  });
}

interface NewRow {
  id: string | undefined;
  version: string;
  metadata: ObjectMetadata | null;
  userMetadata: unknown;
}

/** Inserts or updates the row as whoever the transaction has become. The id is ours, for an insert may not be readable. */
async function writeObject(tx: postgres.TransactionSql, target: Target, row: NewRow): Promise<string> {
  const { bucket, name, owner } = target;
  const uuid = owner !== null && /^[0-9a-f-]{36}$/i.test(owner) ? owner : null;
  const metadata = tx.json(row.metadata as never);
  const userMetadata = tx.json((row.userMetadata ?? null) as never);
  if (target.mode === "update") {
    const [updated] = await tx<{ id: string }[]>`
      update storage.objects set version = ${row.version}, metadata = ${metadata}, user_metadata = ${userMetadata},
        owner = ${uuid}, owner_id = ${owner}, updated_at = now(), last_accessed_at = now()
      where bucket_id = ${bucket} and name = ${name} returning id`;
    if (!updated) throw noSuchObject();
    return updated.id;
  }
  const id = (target.mode === "upsert" ? row.id : undefined) ?? crypto.randomUUID();
  const onConflict =
    target.mode === "create"
      ? tx``
      : tx`on conflict (bucket_id, name) do update set version = excluded.version, metadata = excluded.metadata,
          user_metadata = excluded.user_metadata, owner = excluded.owner, owner_id = excluded.owner_id, updated_at = now()`;
  await tx`
    insert into storage.objects (id, bucket_id, name, owner, owner_id, version, metadata, user_metadata)
    values (${id}, ${bucket}, ${name}, ${uuid}, ${owner}, ${row.version}, ${metadata}, ${userMetadata})
    ${onConflict}`;
  return id;
}

/** Tries the row and rolls back, so that nobody has to send a file to learn that they may not. @throws StorageError */
export async function checkPermission(context: StorageContext, target: Target): Promise<void> {
  await bucketById(context, target.bucket);
  const rollback = new Error("rolled back on purpose");
  try {
    await asCaller(context, target.caller, async (tx) => {
      await writeObject(tx, target, {
        id: undefined,
        version: "permission check",
        metadata: null,
        userMetadata: null,
      });
      throw rollback;
    });
  } catch (error) {
    if (error !== rollback) throw error;
  }
}

/** A form's fields may hold line ends; what becomes a header of the download may not. @throws StorageError */
function checkHeader(value: string): void {
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    throw invalidRequest(`${JSON.stringify(value)} is not a header`);
}

function checkMimeType(bucket: BucketRow, contentType: string): void {
  checkHeader(contentType);
  const [type = ""] = contentType.toLowerCase().split(";");
  if (!/^[\w.+-]+\/[\w.+-]+$/.test(type.trim()))
    throw invalidRequest(`"${contentType}" is not a content type`);
  const allowed = bucket.allowed_mime_types;
  if (allowed === null || allowed.length === 0) return;
  const fits = allowed.some((pattern) =>
    pattern.endsWith("/*")
      ? type.startsWith(pattern.slice(0, -1).toLowerCase())
      : type.trim() === pattern.toLowerCase(),
  );
  if (!fits) throw badMimeType(type.trim());
}
