import { maxPutBytes, openUpload } from "./body.js";
import { type Algorithm, algorithmNamed, createChecksum } from "./checksums.js";
import { checkRead, writeCheck } from "./conditions.js";
import { checksumElements, checksumHeaders, readDescription } from "./describe.js";
import { entityTooLarge, invalidArgument, invalidRequest, preconditionFailed, S3Error } from "./errors.js";
import { type Exchange, locationOf } from "./exchange.js";
import type { Description, ObjectRecord } from "./records.js";
import { sendEmpty, sendXml } from "./reply.js";
import { readCopySource } from "./request.js";
import type { Incoming, S3Store } from "./store.js";

export async function putObject(exchange: Exchange): Promise<void> {
  const { request, response, store } = exchange;
  const location = locationOf(exchange);
  checkPath(location.key);
  store.index.bucket(location.bucket);
  const description = readDescription(request);
  const check = writeCheck(request, location.key);
  // Before the body is read too, so that nobody sends a file to learn that it is refused.
  check(store.index.object(location.bucket, location.key));
  const record = await store.putObject(location, description, openUpload(request), check);
  sendEmpty(response, 200, { etag: `"${record.etag}"`, ...checksumHeaders(record), "content-length": "0" });
}

export async function copyObject(exchange: Exchange): Promise<void> {
  const { request, response, store } = exchange;
  const location = locationOf(exchange);
  checkPath(location.key);
  store.index.bucket(location.bucket);
  const source = readCopySource(request.header("x-amz-copy-source") ?? "");
  const original = store.object(source.bucket, source.key);
  if (checkRead(request, original, "x-amz-copy-source-") === "unchanged")
    throw preconditionFailed("x-amz-copy-source");
  if (original.size > maxPutBytes) throw entityTooLarge(maxPutBytes);
  const directive = request.header("x-amz-metadata-directive") ?? "COPY";
  if (directive !== "COPY" && directive !== "REPLACE")
    throw invalidArgument("x-amz-metadata-directive", directive, "Unknown metadata directive.");
  const onItself = source.bucket === location.bucket && source.key === location.key;
  if (onItself && directive === "COPY" && request.header("x-amz-storage-class") === undefined) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const description = copied(exchange, original, directive);
  const algorithm =
    algorithmNamed(request.header("x-amz-checksum-algorithm")) ?? original.checksum?.algorithm ?? null;
  const incoming = copiedBytes(store, original, { algorithm, range: null });
  const record = await store.putObject(location, description, incoming, writeCheck(request, location.key));
  sendXml(response, "CopyObjectResult", [
    ["ETag", `"${record.etag}"`],
    ["LastModified", new Date(record.modified).toISOString()],
    ...checksumElements(record),
  ]);
}

function copied({ request }: Exchange, original: ObjectRecord, directive: string): Description {
  const given = readDescription(request);
  if (directive === "REPLACE") return given;
  const { contentType, headers, metadata } = original;
  return { contentType, headers, metadata, storageClass: given.storageClass };
}

/** An object's bytes, or a part of them, and a new checksum of them where there is to be one. Its file is opened when they are read. */
export function copiedBytes(
  store: S3Store,
  original: ObjectRecord,
  wanted: { algorithm: Algorithm | null; range: { start: number; end: number } | null },
): Incoming {
  const { algorithm, range } = wanted;
  const sum = algorithm === null ? null : createChecksum(algorithm);
  async function* bytes(): AsyncGenerator<Buffer> {
    const stream: AsyncIterable<Buffer> = await store.read(original, range ?? undefined);
    for await (const piece of stream) {
      sum?.update(piece);
      yield piece;
    }
  }
  return {
    bytes: bytes(),
    checksum: () =>
      sum === null || algorithm === null ? null : { algorithm, value: sum.digest(), type: "FULL_OBJECT" },
  };
}

/** S3 refuses keys that, taken for paths, climb out of their bucket. */
export function checkPath(key: string): void {
  let depth = 0;
  for (const part of key.split("/")) {
    if (part === "..") depth -= 1;
    else if (part !== ".") depth += 1;
    if (depth < 0) throw new S3Error("BadRequest", "Bad Request", 400);
  }
}
