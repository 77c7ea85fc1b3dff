import { pipeline } from "node:stream/promises";
import { parseRange } from "../storage/download.js";
import { checkRead } from "./conditions.js";
import { describeHeaders } from "./describe.js";
import { notImplemented, S3Error } from "./errors.js";
import { type Exchange, locationOf } from "./exchange.js";
import { common, sendEmpty } from "./reply.js";
import { noVersions, type S3Request } from "./request.js";

/** GetObject and HeadObject. */
export async function getObject(exchange: Exchange): Promise<void> {
  const { request, response, store } = exchange;
  const { bucket, key } = locationOf(exchange);
  checkVersion(request);
  if (request.query.has("partNumber")) throw notImplemented("reads of a single part (partNumber)");
  const record = store.object(bucket, key);
  const range = parseRange(request.header("range"), record.size);
  // A checksum is of the whole object; clients compare it with what they got.
  const withChecksum = request.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED" && range === null;
  const headers = { ...describeHeaders(record, withChecksum), ...overrides(request) };
  if (checkRead(request, record) === "unchanged") return sendEmpty(response, 304, headers);
  if (range === "unsatisfiable") {
    throw new S3Error("InvalidRange", "The requested range is not satisfiable", 416, {
      RangeRequested: request.header("range") ?? "",
      ActualObjectSize: String(record.size),
    });
  }
  const { start, end } = range ?? { start: 0, end: record.size - 1 };
  headers["content-length"] = String(record.size === 0 ? 0 : end - start + 1);
  if (range !== null) headers["content-range"] = `bytes ${start}-${end}/${record.size}`;
  if (record.parts > 0) headers["x-amz-mp-parts-count"] = String(record.parts);
  const status = range === null ? 200 : 206;
  if (request.method === "HEAD") return sendEmpty(response, status, headers);
  const stream = await store.read(record, { start, end }).catch((error: NodeJS.ErrnoException) => {
    // Another write has replaced the object since it was looked up.
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (stream === null) return getObject(exchange);
  response.writeHead(status, { ...common(), ...headers });
  try {
    await pipeline(stream, response);
  } catch (error) {
    // A reader who leaves in the middle is nothing to report.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}

const overridable = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

/** What a query such as response-content-type asks the answer to say. */
function overrides({ query }: S3Request): Record<string, string> {
  return Object.fromEntries(
    overridable.flatMap((name) => {
      const value = query.get(`response-${name}`);
      return value === null || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value) ? [] : [[name, value]];
    }),
  );
}

/** Buckets have no versioning here: their objects have the version "null". @throws S3Error */
export function checkVersion({ query }: S3Request): void {
  const version = query.get("versionId");
  if (version !== null && version !== "null") throw noVersions(version);
}
