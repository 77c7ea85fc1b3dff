import { elementOf } from "./checksums.js";
import { notImplemented, S3Error } from "./errors.js";
import type { Description, ObjectRecord } from "./records.js";
import type { S3Request } from "./request.js";

const kept = ["cache-control", "content-disposition", "content-language", "expires"] as const;
const maxMetadataBytes = 2_048;

/** Headers that ask for something the local cloud does not do: to pass over them would be a lie. */
const refused = [
  ["x-amz-tagging", "object tags"],
  ["x-amz-object-lock-mode", "object locks"],
  ["x-amz-object-lock-legal-hold", "object locks"],
  ["x-amz-website-redirect-location", "redirects of websites"],
  ["x-amz-server-side-encryption-customer-algorithm", "encryption with keys of the customer"],
  ["x-amz-write-offset-bytes", "appending to objects"],
] as const;

/** What the headers of PutObject, CopyObject or CreateMultipartUpload say about the object. @throws S3Error */
export function readDescription(request: S3Request): Description {
  const { header } = request;
  for (const [name, what] of refused) if (header(name) !== undefined) throw notImplemented(what);
  const encoding = (header("content-encoding") ?? "")
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "aws-chunked")
    .join(",");
  const headers = Object.fromEntries(
    kept.flatMap((name) => {
      const value = header(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  return {
    contentType: header("content-type") || "binary/octet-stream",
    headers: encoding === "" ? headers : { ...headers, "content-encoding": encoding },
    metadata: readMetadata(request),
    storageClass: header("x-amz-storage-class") ?? "STANDARD",
  };
}

function readMetadata({ raw }: S3Request): Record<string, string> {
  const prefix = "x-amz-meta-";
  const entries = Object.entries(raw.headers).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), String(value)] as const] : [],
  );
  const size = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > maxMetadataBytes) {
    const message = "Your metadata headers exceed the maximum allowed metadata size";
    throw new S3Error("MetadataTooLarge", message, 400, { Size: String(size), MaxSizeAllowed: "2048" });
  }
  return Object.fromEntries(entries);
}

/** The headers in which GetObject and HeadObject say what is known of an object, but for its length. */
export function describeHeaders(record: ObjectRecord, withChecksum: boolean): Record<string, string> {
  const headers: Record<string, string> = {
    "accept-ranges": "bytes",
    "content-type": record.contentType,
    etag: `"${record.etag}"`,
    "last-modified": new Date(record.modified).toUTCString(),
    ...record.headers,
  };
  for (const [name, value] of Object.entries(record.metadata)) headers[`x-amz-meta-${name}`] = value;
  if (record.storageClass !== "STANDARD") headers["x-amz-storage-class"] = record.storageClass;
  return withChecksum ? { ...headers, ...checksumHeaders(record) } : headers;
}

export function checksumHeaders({ checksum }: Pick<ObjectRecord, "checksum">): Record<string, string> {
  if (checksum === null) return {};
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, "x-amz-checksum-type": checksum.type };
}

/** The same as elements of XML. */
export function checksumElements({
  checksum,
}: Pick<ObjectRecord, "checksum">): [string, string | undefined][] {
  return checksum === null ? [] : [[elementOf(checksum.algorithm), checksum.value]];
}
