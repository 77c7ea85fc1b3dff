import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "../log.js";

/** One request below a service's prefix. `path` is still percent-encoded and has no prefix ("/signup"). */
export interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  method: string;
  path: string;
  query: URLSearchParams;
}

export type Service = (exchange: Exchange) => Promise<void>;

export const silent: Logger = { info() {}, warn() {}, error() {} };

/** Whether Postgres refused a character that it cannot store: U+0000, or half of a surrogate pair in JSON. */
export function isUnstorable(error: unknown): boolean {
  return ["22021", "22P02", "22P05"].includes(String((error as { code?: unknown } | null)?.code));
}

export class BodyTooLarge extends Error {}
export class BodyNotJson extends Error {}

/** Reads a JSON body of at most `limit` bytes; an empty one is {}. */
export async function readJson(req: IncomingMessage, limit = 1024 * 1024): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new BodyTooLarge(`The body is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    throw new BodyNotJson((error as Error).message);
  }
}

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  res.end(text);
}

/** Decodes a part of a path; null where its percent signs make no sense. */
export function decodePart(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** The token of `Authorization: Bearer <token>`, or null. */
export function bearer(req: IncomingMessage): string | null {
  return /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? "")?.[1] ?? null;
}

/** The key of the `apikey` header or query parameter, or null. */
export function apiKeyOf(req: IncomingMessage, query: URLSearchParams): string | null {
  const header = req.headers.apikey;
  return (Array.isArray(header) ? header[0] : header) ?? query.get("apikey");
}
