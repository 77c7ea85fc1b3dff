import { createHash, type Hash } from "node:crypto";
import { type Algorithm, algorithmNamed, algorithms, type Checksum, createChecksum } from "./checksums.js";
import { decodeChunked } from "./chunked.js";
import { badDigest, entityTooLarge, incompleteBody, invalidRequest, S3Error } from "./errors.js";
import type { StoredChecksum } from "./records.js";
import type { S3Request } from "./request.js";

/** Largest object of one PutObject, and largest part. */
export const maxPutBytes = 5 * 1024 * 1024 * 1024;

/** A request's body as it shall be stored: frames taken off, held to its length and its checksums. */
export interface Upload {
  readonly bytes: AsyncIterable<Buffer>;
  /** The checksum that the client gave, once `bytes` has been read; null when it gave none. */
  checksum(): StoredChecksum | null;
}

/**
 * Opens the body of PutObject and UploadPart. Reading `bytes` rejects at its end when the length or a checksum
 * (Content-MD5, x-amz-content-sha256, x-amz-checksum-*, in a header or a trailer) is not what the client said.
 * @throws S3Error for headers that cannot be right
 */
export function openUpload(request: S3Request): Upload {
  const { raw, header } = request;
  const contentHash = header("x-amz-content-sha256") ?? "";
  const chunked =
    contentHash.startsWith("STREAMING-") || /\baws-chunked\b/.test(header("content-encoding") ?? "");
  const length = readLength(header(chunked ? "x-amz-decoded-content-length" : "content-length"));
  if (length !== null && length > maxPutBytes) throw entityTooLarge(maxPutBytes);
  const trailers = new Map<string, string>();
  // Not to be destroyed by who stops reading: with the request goes the answer.
  const arriving = raw.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  const source = chunked ? decodeChunked(arriving, trailers) : arriving;
  const expected = expectedChecksum(request);
  const md5 = contentMd5(header("content-md5"));
  const sha256 = /^[0-9a-f]{64}$/.test(contentHash) ? contentHash : undefined;
  const sums = new Sums({ md5, sha256, algorithm: expected?.algorithm });

  async function* bytes(): AsyncGenerator<Buffer> {
    let size = 0;
    for await (const piece of source) {
      size += piece.length;
      if (size > maxPutBytes) throw entityTooLarge(maxPutBytes);
      if (length !== null && size > length) throw incompleteBody();
      sums.update(piece);
      yield piece;
    }
    if (length !== null && size !== length) throw incompleteBody();
    sums.check(expected?.value ?? trailers.get(expected?.trailer ?? ""));
  }
  return { bytes: bytes(), checksum: () => sums.stored };
}

function readLength(given: string | undefined): number | null {
  if (given === undefined) return null;
  if (!/^\d{1,15}$/.test(given)) throw invalidRequest("The length of the body is no number.");
  return Number(given);
}

function contentMd5(given: string | undefined): string | undefined {
  if (given !== undefined && Buffer.from(given, "base64").length !== 16)
    throw new S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.", 400);
  return given;
}

interface Expected {
  algorithm: Algorithm;
  value: string | undefined;
  /** The trailer that will hold the value, where no header does. */
  trailer: string | undefined;
}

function expectedChecksum({ header }: S3Request): Expected | null {
  const given = algorithms.filter((algorithm) => header(`x-amz-checksum-${algorithm}`) !== undefined);
  if (given.length > 1)
    throw invalidRequest(
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  const [algorithm] = given;
  if (algorithm !== undefined) {
    return { algorithm, value: header(`x-amz-checksum-${algorithm}`), trailer: undefined };
  }
  const trailer = header("x-amz-trailer")?.trim().toLowerCase();
  if (trailer !== undefined) {
    const trailed = algorithmNamed(trailer.replace(/^x-amz-checksum-/, ""));
    if (trailed === undefined)
      throw invalidRequest("The value specified in the x-amz-trailer header is not supported");
    return { algorithm: trailed, value: undefined, trailer };
  }
  return null;
}

interface Said {
  readonly md5: string | undefined;
  readonly sha256: string | undefined;
  readonly algorithm: Algorithm | undefined;
}

/** The sums that are taken of a body while it passes: those that the client speaks of. */
class Sums {
  readonly #md5: Hash | null;
  readonly #sha256: Hash | null;
  readonly #checksum: Checksum | null;
  stored: StoredChecksum | null = null;

  constructor(private readonly said: Said) {
    this.#md5 = said.md5 === undefined ? null : createHash("md5");
    this.#sha256 = said.sha256 === undefined ? null : createHash("sha256");
    this.#checksum = said.algorithm === undefined ? null : createChecksum(said.algorithm);
  }

  update(piece: Buffer): void {
    this.#md5?.update(piece);
    this.#sha256?.update(piece);
    this.#checksum?.update(piece);
  }

  check(checksum: string | undefined): void {
    const { md5, sha256, algorithm } = this.said;
    if (this.#md5 !== null && md5 !== this.#md5.digest("base64")) throw badDigest("Content-MD5");
    if (this.#sha256 !== null && sha256 !== this.#sha256.digest("hex")) {
      const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
      throw new S3Error("XAmzContentSHA256Mismatch", message, 400);
    }
    if (this.#checksum === null || algorithm === undefined) return;
    const value = this.#checksum.digest();
    if (checksum === undefined) {
      const message = "The request contained trailing data that was not well-formed.";
      throw new S3Error("MalformedTrailerError", message, 400);
    }
    if (checksum !== value) throw badDigest(algorithm.toUpperCase());
    this.stored = { algorithm, value, type: "FULL_OBJECT" };
  }
}

/** Reads the XML of a request whole. @throws S3Error */
export async function readText(request: S3Request): Promise<string> {
  const limit = 4 * 1024 * 1024;
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of openUpload(request).bytes) {
    size += piece.length;
    if (size > limit) throw entityTooLarge(limit);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
