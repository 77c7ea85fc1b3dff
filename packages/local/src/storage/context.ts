import type postgres from "postgres";
import type { Keys } from "../auth/keys.js";
import { becomeCaller, type Caller, callerOf } from "../supabase/caller.js";
import type { Logger } from "../log.js";
import { bearer, decodePart, type Exchange } from "../supabase/http.js";
import { accessDenied, fromDatabase, invalidKey, invalidRequest, noSuchBucket } from "./errors.js";
import type { FileStore } from "./files.js";

export interface StorageContext {
  sql: postgres.Sql;
  keys: Keys;
  files: FileStore;
  /** Largest upload where the bucket sets no limit, in bytes. */
  fileSizeLimit: number;
  logger: Logger;
}

/** A row of storage.objects. */
export interface ObjectRow {
  id: string;
  name: string;
  bucket_id: string;
  owner: string | null;
  owner_id: string | null;
  version: string;
  metadata: ObjectMetadata;
  user_metadata: unknown;
  created_at: Date;
  updated_at: Date;
  last_accessed_at: Date;
}

export interface ObjectMetadata {
  eTag: string;
  size: number;
  mimetype: string;
  cacheControl: string;
  lastModified: string;
  contentLength: number;
  httpStatusCode: number;
}

export interface BucketRow {
  id: string;
  name: string;
  owner: string | null;
  public: boolean;
  file_size_limit: string | null;
  allowed_mime_types: string[] | null;
  created_at: Date;
  updated_at: Date;
}

/** Who sent the request. @throws StorageError without a token that we signed */
export async function callerOfRequest({ keys }: StorageContext, { req }: Exchange): Promise<Caller> {
  const token = bearer(req);
  if (token === null) throw invalidRequest("headers must have required property 'authorization'");
  const claims = await keys.verify(token).catch((error: Error) => {
    throw accessDenied(error.message);
  });
  const caller = callerOf(claims);
  if (caller === null) throw accessDenied("The token names no role that may use Storage");
  return caller;
}

/** Runs `work` in a transaction as the caller: policies on storage.objects and storage.buckets decide. */
export async function asCaller<T>(
  { sql }: StorageContext,
  caller: Caller,
  work: (tx: postgres.TransactionSql) => Promise<T>,
): Promise<T> {
  try {
    return (await sql.begin(async (tx) => {
      await becomeCaller(tx, caller);
      return await work(tx);
    })) as T;
  } catch (error) {
    throw fromDatabase(error);
  }
}

/** The bucket, whoever asks: its limits hold for everyone. @throws StorageError */
export async function bucketById({ sql }: StorageContext, id: string): Promise<BucketRow> {
  const [row] = await sql<BucketRow[]>`select * from storage.buckets where id = ${id}`;
  if (!row) throw noSuchBucket();
  return row;
}

const allowedKey = /^(?:\w|[/!\-.*'() &$@=;:+,?])+$/;

/** @throws StorageError for names that hosted refuses (S3's safe characters, 1024 bytes at most) */
function checkKey(key: string): string {
  if (!allowedKey.test(key) || Buffer.byteLength(key) > 1024) throw invalidKey(key);
  return key;
}

/** Splits an encoded path "/bucket/folder/name" into bucket and name. @throws StorageError */
export function splitPath(path: string): { bucket: string; name: string } {
  const decoded = decodePart(path.replace(/^\//, ""));
  if (decoded === null) throw invalidKey(path);
  const slash = decoded.indexOf("/");
  if (slash <= 0 || slash === decoded.length - 1) throw invalidKey(decoded);
  return { bucket: decoded.slice(0, slash), name: checkKey(decoded.slice(slash + 1)) };
}
