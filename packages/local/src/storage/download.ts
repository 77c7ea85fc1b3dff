import { pipeline } from "node:stream/promises";
import { type Exchange, sendJson } from "../supabase/http.js";
import type { ObjectRow, StorageContext } from "./context.js";
import { noSuchObject } from "./errors.js";

/** Sends a file: whole, the part that a Range header asks for, or (HEAD, If-None-Match) only what is said about it. */
export async function sendFile(
  context: StorageContext,
  { req, res, method, query }: Exchange,
  row: ObjectRow,
): Promise<void> {
  const { size, mimetype, eTag, cacheControl } = row.metadata;
  res.setHeader("content-type", mimetype);
  res.setHeader("etag", eTag);
  res.setHeader("last-modified", row.updated_at.toUTCString());
  res.setHeader("cache-control", cacheControl);
  res.setHeader("accept-ranges", "bytes");
  // What users uploaded is data to the browser, never a page of this origin.
  res.setHeader("x-content-type-options", "nosniff");
  res.setHeader("content-security-policy", "default-src 'none'; sandbox");
  if (query.has("download")) {
    const name = query.get("download") || row.name.slice(row.name.lastIndexOf("/") + 1);
    res.setHeader("content-disposition", `attachment; filename*=UTF-8''${encodeFileName(name)}`);
  }
  if (req.headers["if-none-match"] === eTag) {
    res.writeHead(304).end();
    return;
  }
  const range = parseRange(req.headers.range, size);
  if (range === "unsatisfiable") {
    res.setHeader("content-range", `bytes */${size}`);
    sendJson(res, 416, {
      statusCode: "416",
      error: "InvalidRange",
      message: "The requested range is not satisfiable",
    });
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  res.setHeader("content-length", size === 0 ? 0 : end - start + 1);
  if (range) res.setHeader("content-range", `bytes ${start}-${end}/${size}`);
  const status = range ? 206 : 200;
  if (method === "HEAD" || size === 0) {
    res.writeHead(status).end();
    return;
  }
  const stream = await context.files
    .read(row.version, { start, end })
    .catch((error: NodeJS.ErrnoException) => {
      for (const name of res.getHeaderNames()) if (!name.startsWith("access-control")) res.removeHeader(name);
      throw error.code === "ENOENT" ? noSuchObject() : error;
    });
  res.writeHead(status);
  try {
    await pipeline(stream, res);
  } catch (error) {
    // A reader who leaves in the middle is nothing to report.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}

/**
 * The bytes that a Range header asks for (RFC 9110, section 14): both ends included; null where there is no header or
 * one that a server may pass over (other units, several ranges).
 */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | "unsatisfiable" | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match) return null;
  const [, from = "", to = ""] = match;
  if (from === "" && to === "") return null;
  if (from === "") {
    const last = Math.min(Number(to), size);
    return last === 0 ? "unsatisfiable" : { start: size - last, end: size - 1 };
  }
  const start = Number(from);
  const end = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < start) return null;
  return start >= size ? "unsatisfiable" : { start, end };
}

function encodeFileName(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The row as /object/info answers it. */
export function infoView(row: ObjectRow): Record<string, unknown> {
  const { size, mimetype, eTag, cacheControl, lastModified } = row.metadata;
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    bucket_id: row.bucket_id,
    size,
    content_type: mimetype,
    cache_control: cacheControl,
    etag: eTag,
    metadata: row.user_metadata ?? {},
    last_modified: lastModified,
    created_at: row.created_at,
  };
}
