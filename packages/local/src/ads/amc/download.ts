import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Reply, send } from "../../aws/reply.js";
import type { Faults } from "../faults.js";
import type { Executions } from "./executions.js";
import type { Presigned } from "./presigned.js";

export const downloadPath = /^\/amc-results\/([a-z0-9]+)\/([0-9a-f-]{36})\/(part-\d{5}\.csv)$/;

interface Parts {
  readonly executions: Executions;
  readonly presigned: Presigned;
  readonly faults: Faults;
}

/** Serves a part of a result, or of a part, as S3 serves a presigned URL. */
export async function download(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { executions, presigned, faults }: Parts,
): Promise<void> {
  const [, instanceId = "", id = "", name = ""] = downloadPath.exec(url.pathname) ?? [];
  const signature = presigned.check(url.pathname, url.searchParams);
  if (signature === "forged")
    return send(response, xml(403, "SignatureDoesNotMatch", "The signature does not match."));
  if (signature === "expired") return send(response, xml(403, "AccessDenied", "Request has expired"));
  const execution = executions.get(instanceId, id);
  if (!execution?.parts.includes(name))
    return send(response, xml(404, "NoSuchKey", "The key does not exist."));
  const file = join(executions.folderOf(execution), name);
  const { size, mtimeMs } = await stat(file);
  const start = startOf(request.headers.range, size);
  if (start === null) return send(response, xml(416, "InvalidRange", "The range cannot be satisfied."));
  response.writeHead(start === 0 ? 200 : 206, {
    "content-type": "text/csv",
    "content-length": size - start,
    "accept-ranges": "bytes",
    etag: `"${size.toString(16)}-${Math.round(mtimeMs).toString(16)}"`,
    ...(start > 0 && { "content-range": `bytes ${start}-${size - 1}/${size}` }),
    "x-content-type-options": "nosniff",
  });
  if (faults.take("truncate")) {
    const half = createReadStream(file, {
      start,
      end: start + Math.max(0, Math.floor((size - start) / 2) - 1),
    });
    await pipeline(half, response, { end: false });
    // What was written reaches the client before the connection breaks off.
    setTimeout(() => response.destroy(), 20);
    return;
  }
  await pipeline(createReadStream(file, { start }), response);
}

/** Of "bytes=<start>-", which is all that is asked for here; null when there is nothing from there on. */
function startOf(range: string | undefined, size: number): number | null {
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  return start === 0 || start < size ? start : null;
}

function xml(status: number, code: string, message: string): Reply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { "content-type": "application/xml" }, body };
}
