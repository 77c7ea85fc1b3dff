import { join } from "node:path";
import type postgres from "postgres";
import {
  BodyNotJson,
  BodyTooLarge,
  decodePart,
  type Exchange,
  isUnstorable,
  type Service,
} from "../supabase/http.js";
import { buckets } from "./buckets.js";
import { callerOfRequest, type StorageContext } from "./context.js";
import { invalidRequest, noSuchBucket, notImplemented, sendStorageError, StorageError } from "./errors.js";
import { FileStore } from "./files.js";
import { download, info, list, removeMany, removeOne } from "./objects.js";
import { downloadSigned, signMany, signOne, signUpload, uploadSigned } from "./signed.js";
import { upload } from "./upload.js";

/** Opens the folder `<dataDir>/storage`, settling what an earlier process had begun to receive. */
export function openFiles(dataDir: string, sql: postgres.Sql): Promise<FileStore> {
  return FileStore.open(join(dataDir, "storage"), async (versions) => {
    const rows = await sql<
      { version: string }[]
    >`select version from storage.objects where version = any(${versions})`;
    return new Set(rows.map((row) => row.version));
  });
}

/** The Storage service of /storage/v1: rows in schema storage, files on disk. */
export function storageService(context: StorageContext): Service {
  return async (exchange) => {
    try {
      await route(context, exchange);
    } catch (thrown) {
      const error = asStorageError(thrown);
      if (error.code === "InternalError") {
        context.logger.error("Storage failed", {
          method: exchange.method,
          path: exchange.path,
          error: String(thrown),
        });
      }
      if (exchange.res.headersSent) exchange.res.destroy();
      else sendStorageError(exchange.res, error);
    }
  };
}

function asStorageError(thrown: unknown): StorageError {
  if (thrown instanceof StorageError) return thrown;
  if (thrown instanceof BodyNotJson || thrown instanceof BodyTooLarge) return invalidRequest(thrown.message);
  if (isUnstorable(thrown)) return invalidRequest("The request has characters that cannot be stored");
  return new StorageError(500, "InternalError", "Internal", "Internal Server Error");
}

async function route(context: StorageContext, exchange: Exchange): Promise<void> {
  const { method, path } = exchange;
  if (/^\/bucket(\/[^/]+)?$/.test(path))
    return buckets(context, exchange, await callerOfRequest(context, exchange));
  const signed = under("/object/sign/", path);
  const signedUpload = under("/object/upload/sign/", path);
  if (signed && isRead(method)) return downloadSigned(context, exchange, signed);
  if (signedUpload && method === "PUT") return uploadSigned(context, exchange, signedUpload);
  // No bucket is public here, and hosted says of a private one that it is not there.
  if (path.startsWith("/object/public/") || path.startsWith("/object/info/public/")) throw noSuchBucket();

  const caller = await callerOfRequest(context, exchange);
  if (signedUpload && method === "POST") return signUpload(context, exchange, caller, signedUpload);
  if (signed && method === "POST") {
    return signed.includes("/")
      ? signOne(context, exchange, caller, signed)
      : signMany(context, exchange, caller, bucketOf(signed));
  }
  const listed = under("/object/list/", path);
  if (listed && method === "POST") return list(context, exchange, caller, bucketOf(listed));
  const asked = under("/object/info/authenticated/", path) ?? under("/object/info/", path);
  if (asked && method === "GET") return info(context, exchange, caller, asked);
  if (["/object/move", "/object/copy"].includes(path) || path.startsWith("/object/list-v2/")) {
    throw notImplemented(`${method} ${path}`);
  }
  return plainObject(context, exchange, caller);
}

async function plainObject(
  context: StorageContext,
  exchange: Exchange,
  caller: Awaited<ReturnType<typeof callerOfRequest>>,
): Promise<void> {
  const { method, path } = exchange;
  const authenticated = under("/object/authenticated/", path);
  if (authenticated && isRead(method)) return download(context, exchange, caller, authenticated);
  const object = under("/object/", path);
  if (!object) throw notImplemented(`${method} ${path}`);
  if (isRead(method)) return download(context, exchange, caller, object);
  if (method === "POST" || method === "PUT") return upload(context, exchange, caller, object);
  if (method === "DELETE") {
    return object.includes("/")
      ? removeOne(context, exchange, caller, object)
      : removeMany(context, exchange, caller, bucketOf(object));
  }
  throw notImplemented(`${method} ${path}`);
}

/** What follows `prefix` in the path, or null. */
function under(prefix: string, path: string): string | null {
  return path.startsWith(prefix) && path.length > prefix.length ? path.slice(prefix.length) : null;
}

function bucketOf(encoded: string): string {
  const id = decodePart(encoded);
  if (id === null) throw noSuchBucket();
  return id;
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}
