import type { IncomingMessage } from "node:http";

/** How much of a body that is too large is still read, so that the client gets its answer and no reset. */
const drainBytes = 64 * 1024 * 1024;

/** Reads a request's body whole, or gives null when it is longer than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > drainBytes) return null;
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? null : Buffer.concat(chunks);
}

/** Parses a JSON object, or gives null for anything else. */
export function parseObject(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
