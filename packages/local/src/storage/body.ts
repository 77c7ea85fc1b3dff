import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import busboy from "busboy";
import { invalidRequest } from "./errors.js";

/** An upload as it arrives: what is said about the file, and the file itself, still to be read. */
export interface Upload {
  stream: Readable;
  contentType: string;
  cacheControl: string;
  userMetadata: unknown;
  /** Reads on and throws away what is left of the request, so that the client gets to the answer. */
  drain(): void;
}

/**
 * Opens the body of an upload: multipart (what supabase-js sends for a Blob or File: fields, then the file) or raw (buffers
 * and streams, with headers for the fields).
 */
export async function openUpload(req: IncomingMessage): Promise<Upload> {
  const type = req.headers["content-type"] ?? "";
  if (/^multipart\/form-data/i.test(type)) return openMultipart(req);
  // Not the request itself: a pipeline that fails destroys its source, and with the request goes the answer.
  const stream = new PassThrough();
  req.once("aborted", () => stream.destroy(brokenOff()));
  req.pipe(stream);
  return {
    stream,
    drain: drainer(req),
    contentType: type || "application/octet-stream",
    cacheControl: header(req, "cache-control") || "no-cache",
    userMetadata: parseMetadata(Buffer.from(header(req, "x-metadata"), "base64").toString("utf8")),
  };
}

function openMultipart(req: IncomingMessage): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>();
    let form: busboy.Busboy;
    try {
      form = busboy({
        headers: req.headers,
        limits: { files: 1, fields: 20, fieldSize: 256 * 1024 },
        defParamCharset: "utf8",
      });
    } catch (error) {
      reject(invalidRequest((error as Error).message));
      return;
    }
    let file: Readable | undefined;
    form.on("field", (name, value) => fields.set(name, value));
    form.on("file", (_name, stream, info) => {
      file = stream;
      try {
        resolve({
          stream,
          contentType: fields.get("contentType") ?? info.mimeType,
          cacheControl: fields.has("cacheControl") ? `max-age=${fields.get("cacheControl")}` : "no-cache",
          userMetadata: parseMetadata(fields.get("metadata") ?? ""),
          drain: drainer(req),
        });
      } catch (error) {
        stream.resume();
        reject(error instanceof Error ? error : invalidRequest(String(error)));
      }
    });
    // A body that is cut off must fail the file's stream, or half a file would look whole.
    const fail = (error: Error) => {
      file?.destroy(error);
      reject(error);
    };
    form.on("error", (error) => fail(invalidRequest((error as Error).message)));
    form.on("close", () => reject(invalidRequest("The form has no file")));
    req.on("aborted", () => fail(brokenOff()));
    req.pipe(form);
  });
}

function drainer(req: IncomingMessage): () => void {
  return () => {
    req.unpipe();
    req.resume();
  };
}

function brokenOff(): Error {
  return invalidRequest("The upload was broken off");
}

function header(req: IncomingMessage, name: string): string {
  const value = req.headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? "";
}

function parseMetadata(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest("metadata is not JSON");
  }
}
