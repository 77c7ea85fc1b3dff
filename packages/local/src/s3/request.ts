import type { IncomingMessage } from "node:http";
import { S3Error } from "./errors.js";

/** A request to S3, taken apart. */
export interface S3Request {
  readonly raw: IncomingMessage;
  readonly method: string;
  readonly bucket: string | null;
  readonly key: string | null;
  readonly query: URLSearchParams;
  header(name: string): string | undefined;
}

const maxKeyBytes = 1_024;

/**
 * Reads bucket and key from the path, or the bucket from a host name like bucket.s3.localhost. The path is taken as it
 * came: URL would resolve `..` in it.
 * @throws S3Error InvalidURI, KeyTooLongError, InvalidBucketName
 */
export function readRequest(raw: IncomingMessage): S3Request {
  const { method = "GET", url = "/", headers } = raw;
  const [target = "/", search = ""] = splitOnce(url.replace(/^https?:\/\/[^/?]*/i, ""), "?");
  const header = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const path = target.replace(/^\//, "");
  const hosted = hostedBucket(headers.host ?? "");
  const [first = "", rest = ""] = hosted === null ? splitOnce(path, "/") : [hosted, path];
  const bucket = first === "" ? null : decode(first);
  const key = rest === "" ? null : decode(rest);
  if (bucket !== null) checkBucketName(bucket);
  if (key !== null && Buffer.byteLength(key) > maxKeyBytes) {
    throw new S3Error("KeyTooLongError", "Your key is too long", 400, {
      Size: String(Buffer.byteLength(key)),
      MaxSizeAllowed: String(maxKeyBytes),
    });
  }
  return { raw, method, bucket, key, query: new URLSearchParams(search), header };
}

/** The bucket in a host name, or null: bucket.localhost, bucket.s3.localhost, bucket.s3.us-east-1.localhost. */
export function hostedBucket(host: string): string | null {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (!name.endsWith(".localhost")) return null;
  const bucket = name.slice(0, -".localhost".length).replace(/(^|\.)s3([.-][a-z0-9-]+)?$/, "");
  return bucket === "" ? null : bucket;
}

/** Source: "General purpose bucket naming rules" in the S3 user guide. */
function checkBucketName(name: string): void {
  const fits =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..") && !/^[\d.]+$/.test(name);
  if (!fits)
    throw new S3Error("InvalidBucketName", "The specified bucket is not valid.", 400, { BucketName: name });
}

/** Splits a copy source, "/bucket/key" or "bucket/key", percent-encoded. @throws S3Error */
export function readCopySource(source: string): { bucket: string; key: string } {
  const [path = "", search = ""] = splitOnce(source.replace(/^\//, ""), "?");
  const [bucket = "", key = ""] = splitOnce(decode(path), "/");
  if (bucket === "" || key === "") {
    const message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
    throw new S3Error("InvalidArgument", message, 400, {
      ArgumentName: "x-amz-copy-source",
      ArgumentValue: source,
    });
  }
  const version = new URLSearchParams(search).get("versionId");
  if (version !== null && version !== "null") throw noVersions(version);
  return { bucket, key };
}

export function noVersions(version: string): S3Error {
  return new S3Error("NoSuchVersion", "The specified version does not exist.", 404, { VersionId: version });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidURI", "Couldn't parse the specified URI.", 400);
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
