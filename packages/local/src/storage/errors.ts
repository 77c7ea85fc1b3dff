import type { ServerResponse } from "node:http";
import { sendJson } from "../supabase/http.js";

/**
 * An error in the shape of hosted Storage: the real status stands in the body (`statusCode`), while the
 * HTTP status is 400 for everything that is the caller's doing.
 */
export class StorageError extends Error {
  override name = "StorageError";
  constructor(
    readonly status: number,
    readonly code: string,
    readonly error: string,
    message: string,
  ) {
    super(message);
  }
}

export const noSuchBucket = () =>
  new StorageError(404, "NoSuchBucket", "Bucket not found", "Bucket not found");
export const noSuchObject = () => new StorageError(404, "NoSuchKey", "not_found", "Object not found");
export const invalidKey = (key: string) =>
  new StorageError(400, "InvalidKey", "InvalidKey", `Invalid key: ${key}`);
export const invalidJwt = (message: string) => new StorageError(400, "InvalidJWT", "InvalidJWT", message);
export const accessDenied = (message: string) =>
  new StorageError(403, "AccessDenied", "Unauthorized", message);
const duplicate = () => new StorageError(409, "KeyAlreadyExists", "Duplicate", "The resource already exists");
export const tooLarge = () =>
  new StorageError(
    413,
    "EntityTooLarge",
    "Payload too large",
    "The object exceeded the maximum allowed size",
  );
export const badMimeType = (type: string) =>
  new StorageError(415, "InvalidMimeType", "invalid_mime_type", `mime type ${type} is not supported`);
export const invalidRequest = (message: string) =>
  new StorageError(400, "InvalidRequest", "Invalid Input", message);
export const notImplemented = (what: string) =>
  new StorageError(501, "NotImplemented", "not_implemented", `The local Storage does not implement ${what}`);

/** What Postgres refused, as Storage says it; other errors stay what they are. */
export function fromDatabase(error: unknown): unknown {
  switch ((error as { code?: unknown } | null)?.code) {
    case "42501":
      return accessDenied((error as Error).message.replace(/ for table .*$/, ""));
    case "23505":
      return duplicate();
    case "23503":
      return noSuchBucket();
    default:
      return error;
  }
}

export function sendStorageError(res: ServerResponse, error: StorageError): void {
  const { status, code, message } = error;
  sendJson(res, status >= 500 ? status : 400, {
    statusCode: String(status),
    code,
    error: error.error,
    message,
  });
}
