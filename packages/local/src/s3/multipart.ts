import { randomUUID } from "node:crypto";
import { parseRange } from "../storage/download.js";
import { maxPutBytes, openUpload, readText } from "./body.js";
import { ownerElements } from "./buckets.js";
import { algorithmNamed } from "./checksums.js";
import { writeCheck } from "./conditions.js";
import { checksumElements, checksumHeaders, readDescription } from "./describe.js";
import { entityTooLarge, invalidArgument, malformedXml, noSuchUpload, S3Error } from "./errors.js";
import { bucketOf, type Exchange, locationOf } from "./exchange.js";
import { encoder, readLimit } from "./list.js";
import type { PartRecord, UploadRecord } from "./records.js";
import { sendEmpty, sendXml } from "./reply.js";
import { readCopySource } from "./request.js";
import { checkPath, copiedBytes } from "./write.js";
import { childText, type Content, type Element, parseXml } from "./xml.js";

const minPartBytes = 5 * 1024 * 1024;
const maxParts = 10_000;

export async function createMultipartUpload(exchange: Exchange): Promise<void> {
  const { request, response, store } = exchange;
  const { bucket, key } = locationOf(exchange);
  checkPath(key);
  const algorithm = algorithmNamed(request.header("x-amz-checksum-algorithm")) ?? null;
  const type =
    request.header("x-amz-checksum-type") ?? (algorithm === "crc64nvme" ? "FULL_OBJECT" : "COMPOSITE");
  if (type !== "FULL_OBJECT" && type !== "COMPOSITE")
    throw invalidArgument("x-amz-checksum-type", type, "The checksum type is not valid.");
  const id = randomUUID().replaceAll("-", "");
  const described = readDescription(request);
  const upload: UploadRecord = {
    ...described,
    ...{ id, bucket, key, started: Date.now(), algorithm, checksumType: type },
  };
  await store.index.createUpload(upload);
  const headers: Record<string, string> =
    algorithm === null
      ? {}
      : { "x-amz-checksum-algorithm": algorithm.toUpperCase(), "x-amz-checksum-type": type };
  const content: Content = [
    ["Bucket", bucket],
    ["Key", key],
    ["UploadId", id],
  ];
  sendXml(response, "InitiateMultipartUploadResult", content, headers);
}

export async function uploadPart(exchange: Exchange): Promise<void> {
  const upload = uploadOf(exchange);
  const part = await exchange.store.putPart(upload, partNumber(exchange), openUpload(exchange.request));
  const headers = { etag: `"${part.etag}"`, ...checksumHeaders(part), "content-length": "0" };
  sendEmpty(exchange.response, 200, headers);
}

export async function uploadPartCopy(exchange: Exchange): Promise<void> {
  const { request, response, store } = exchange;
  const upload = uploadOf(exchange);
  const number = partNumber(exchange);
  const source = readCopySource(request.header("x-amz-copy-source") ?? "");
  const original = store.object(source.bucket, source.key);
  const asked = request.header("x-amz-copy-source-range");
  const range = parseRange(asked, original.size);
  if (range === "unsatisfiable" || (asked !== undefined && range === null)) {
    const message =
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy";
    throw invalidArgument("x-amz-copy-source-range", asked ?? "", message);
  }
  const size = range === null ? original.size : range.end - range.start + 1;
  if (size > maxPutBytes) throw entityTooLarge(maxPutBytes);
  const incoming = copiedBytes(store, original, { algorithm: upload.algorithm, range });
  const part = await store.putPart(upload, number, incoming);
  sendXml(response, "CopyPartResult", [
    ["ETag", `"${part.etag}"`],
    ["LastModified", new Date(part.modified).toISOString()],
    ...checksumElements(part),
  ]);
}

export async function completeMultipartUpload(exchange: Exchange): Promise<void> {
  const { request, response, store } = exchange;
  const { bucket, key } = locationOf(exchange);
  const upload = uploadOf(exchange);
  const document = parseXml(await readText(request));
  const wanted = document.children.filter(({ name }) => name === "Part");
  if (document.name !== "CompleteMultipartUpload" || wanted.length === 0 || wanted.length > maxParts)
    throw malformedXml();
  const parts = chosenParts(store.index.parts(upload.id), wanted);
  const check = writeCheck(request, key);
  const record = await store.completeUpload(upload, parts, check).catch((error: NodeJS.ErrnoException) => {
    // The upload was ended by another request while its parts were being joined.
    throw error.code === "ENOENT" ? noSuchUpload(upload.id) : error;
  });
  sendXml(response, "CompleteMultipartUploadResult", [
    ["Location", `http://${request.header("host") ?? "localhost"}/${bucket}/${encodeURIComponent(key)}`],
    ["Bucket", bucket],
    ["Key", key],
    ["ETag", `"${record.etag}"`],
    ...checksumElements(record),
    ["ChecksumType", record.checksum?.type],
  ]);
}

/** The parts that a completion names, which must be there, in order, and large enough. */
function chosenParts(present: readonly PartRecord[], wanted: readonly Element[]): PartRecord[] {
  const byNumber = new Map(present.map((part) => [part.number, part]));
  let before = 0;
  const parts = wanted.map((element) => {
    const number = Number(childText(element, "PartNumber"));
    if (!Number.isInteger(number)) throw malformedXml();
    if (number <= before) {
      const message =
        "The list of parts was not in ascending order. The parts list must be specified in order by part number.";
      throw new S3Error("InvalidPartOrder", message, 400);
    }
    before = number;
    const part = byNumber.get(number);
    const etag = (childText(element, "ETag") ?? "").replaceAll('"', "").trim();
    if (part === undefined || part.etag !== etag || !sameChecksum(part, element)) throw invalidPart(number);
    return part;
  });
  const small = parts.slice(0, -1).find(({ size }) => size < minPartBytes);
  if (small !== undefined) {
    throw new S3Error(
      "EntityTooSmall",
      "Your proposed upload is smaller than the minimum allowed size",
      400,
      {
        ...{ ETag: small.etag, PartNumber: String(small.number) },
        ...{ ProposedSize: String(small.size), MinSizeAllowed: String(minPartBytes) },
      },
    );
  }
  return parts;
}

function sameChecksum({ checksum }: PartRecord, element: Element): boolean {
  if (checksum === null) return true;
  const given = childText(element, `Checksum${checksum.algorithm.toUpperCase()}`);
  return given === undefined || given === checksum.value;
}

function invalidPart(number: number): S3Error {
  const message =
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  return new S3Error("InvalidPart", message, 400, { PartNumber: String(number) });
}

export async function abortMultipartUpload(exchange: Exchange): Promise<void> {
  await exchange.store.abortUpload(uploadOf(exchange));
  sendEmpty(exchange.response, 204);
}

export async function listParts(exchange: Exchange): Promise<void> {
  const { request, response, store } = exchange;
  const upload = uploadOf(exchange);
  const limit = readLimit(request.query.get("max-parts"), "max-parts");
  const marker = Number(request.query.get("part-number-marker") ?? 0) || 0;
  const after = store.index.parts(upload.id).filter(({ number }) => number > marker);
  const parts = after.slice(0, limit);
  sendXml(response, "ListPartsResult", [
    ["Bucket", upload.bucket],
    ["Key", upload.key],
    ["UploadId", upload.id],
    ["Initiator", ownerElements],
    ["Owner", ownerElements],
    ["StorageClass", upload.storageClass],
    ["PartNumberMarker", marker],
    ["NextPartNumberMarker", parts.at(-1)?.number ?? 0],
    ["MaxParts", limit],
    ["IsTruncated", after.length > parts.length],
    ...parts.map((part): [string, Content] => [
      "Part",
      [
        ["PartNumber", part.number],
        ["LastModified", new Date(part.modified).toISOString()],
        ["ETag", `"${part.etag}"`],
        ["Size", part.size],
        ...checksumElements(part),
      ],
    ]),
  ]);
}

/** All uploads in progress on one page. */
export async function listMultipartUploads(exchange: Exchange): Promise<void> {
  const { request, response, store } = exchange;
  const bucket = bucketOf(exchange);
  store.index.bucket(bucket);
  const prefix = request.query.get("prefix") ?? "";
  const encode = encoder(request.query);
  const uploads = store.index.uploads(bucket).filter(({ key }) => key.startsWith(prefix));
  sendXml(response, "ListMultipartUploadsResult", [
    ["Bucket", bucket],
    ["Prefix", encode(prefix)],
    ["EncodingType", request.query.get("encoding-type") ?? undefined],
    ["MaxUploads", Math.max(1_000, uploads.length)],
    ["IsTruncated", false],
    ...uploads.map((upload): [string, Content] => [
      "Upload",
      [
        ["Key", encode(upload.key)],
        ["UploadId", upload.id],
        ["Initiator", ownerElements],
        ["Owner", ownerElements],
        ["StorageClass", upload.storageClass],
        ["Initiated", new Date(upload.started).toISOString()],
      ],
    ]),
  ]);
}

function uploadOf(exchange: Exchange): UploadRecord {
  const { bucket, key } = locationOf(exchange);
  exchange.store.index.bucket(bucket);
  return exchange.store.index.upload(exchange.request.query.get("uploadId") ?? "", bucket, key);
}

function partNumber({ request }: Exchange): number {
  const given = request.query.get("partNumber") ?? "";
  if (!/^\d{1,5}$/.test(given) || Number(given) < 1 || Number(given) > maxParts) {
    const message = `Part number must be an integer between 1 and ${maxParts}, inclusive`;
    throw invalidArgument("partNumber", given, message);
  }
  return Number(given);
}
