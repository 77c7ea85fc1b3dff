import { invalidArgument } from "./errors.js";
import { ownerElements } from "./buckets.js";
import { bucketOf, type Exchange } from "./exchange.js";
import type { ObjectRecord } from "./records.js";
import { sendXml } from "./reply.js";
import type { S3Store } from "./store.js";
import type { Content } from "./xml.js";

const maxKeys = 1_000;

interface Page {
  readonly objects: readonly { key: string; record: ObjectRecord }[];
  readonly prefixes: readonly string[];
  /** What the next page comes after: the last key or common prefix of this one. Null at the end. */
  readonly next: string | null;
}

interface Listing {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  /** Keys come after this one, and after all that begin with it where it is a common prefix. */
  readonly after: string;
  readonly limit: number;
}

/** A page of a bucket's objects in S3's order; keys that have the delimiter after the prefix count once, as their common prefix. */
export function listPage({ index }: S3Store, listing: Listing): Page {
  const { bucket, prefix, delimiter, after, limit } = listing;
  const objects: { key: string; record: ObjectRecord }[] = [];
  const prefixes: string[] = [];
  let last = "";
  let from: Buffer | null = startOf(prefix, delimiter, after);
  // Every common prefix is left by a jump behind it, so that what is below it costs nothing.
  while (from !== null) {
    let jump: Buffer | null = null;
    for (const { key: bytes, record } of index.objects(bucket, from)) {
      const key = bytes.toString("utf8");
      if (!key.startsWith(prefix)) return { objects, prefixes, next: null };
      if (objects.length + prefixes.length >= limit)
        return { objects, prefixes, next: limit === 0 ? null : last };
      const common = commonPrefix(key, prefix, delimiter);
      last = common ?? key;
      if (common === null) objects.push({ key, record });
      else {
        prefixes.push(common);
        jump = behind(common);
        break;
      }
    }
    from = jump;
  }
  return { objects, prefixes, next: null };
}

function startOf(prefix: string, delimiter: string, after: string): Buffer {
  const first = Buffer.from(prefix);
  if (after === "") return first;
  const common = after.startsWith(prefix) ? commonPrefix(after, prefix, delimiter) : null;
  const start = common === after ? behind(after) : Buffer.concat([Buffer.from(after), Buffer.from([0])]);
  return Buffer.compare(start, first) > 0 ? start : first;
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | null {
  if (delimiter === "") return null;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? null : key.slice(0, end + delimiter.length);
}

/** Comes after all keys that begin with `prefix`: no UTF-8 has the byte 0xff. */
function behind(prefix: string): Buffer {
  return Buffer.concat([Buffer.from(prefix), Buffer.from([0xff])]);
}

export async function listObjectsV2(exchange: Exchange): Promise<void> {
  const { query } = exchange.request;
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after") ?? "";
  const listing = listingOf(exchange, token === null ? startAfter : readToken(token));
  const page = listPage(exchange.store, listing);
  const encode = encoder(query);
  const withOwner = query.get("fetch-owner") === "true";
  sendXml(exchange.response, "ListBucketResult", [
    ...head(exchange, listing, encode),
    ["KeyCount", page.objects.length + page.prefixes.length],
    ["ContinuationToken", token ?? undefined],
    ["NextContinuationToken", page.next === null ? undefined : writeToken(page.next)],
    ["StartAfter", startAfter === "" ? undefined : encode(startAfter)],
    ["IsTruncated", page.next !== null],
    ...contents(page, encode, withOwner),
  ]);
}

/** The first version of ListObjectsV2, which old tools still use. */
export async function listObjects(exchange: Exchange): Promise<void> {
  const { query } = exchange.request;
  const marker = query.get("marker") ?? "";
  const listing = listingOf(exchange, marker);
  const page = listPage(exchange.store, listing);
  const encode = encoder(query);
  sendXml(exchange.response, "ListBucketResult", [
    ...head(exchange, listing, encode),
    ["Marker", encode(marker)],
    ["NextMarker", page.next === null || listing.delimiter === "" ? undefined : encode(page.next)],
    ["IsTruncated", page.next !== null],
    ...contents(page, encode, true),
  ]);
}

function listingOf(exchange: Exchange, after: string): Listing {
  const { query } = exchange.request;
  const bucket = bucketOf(exchange);
  exchange.store.index.bucket(bucket);
  return {
    bucket,
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    after,
    limit: readLimit(query.get("max-keys"), "max-keys"),
  };
}

export function readLimit(given: string | null, name: string): number {
  if (given === null || given === "") return maxKeys;
  if (!/^\d{1,10}$/.test(given) || Number(given) > 2_147_483_647)
    throw invalidArgument(name, given, `Provided ${name} not an integer or within integer range`);
  return Math.min(Number(given), maxKeys);
}

function head(
  { request }: Exchange,
  listing: Listing,
  encode: (text: string) => string,
): [string, Content][] {
  return [
    ["Name", listing.bucket],
    ["Prefix", encode(listing.prefix)],
    ["Delimiter", listing.delimiter === "" ? undefined : encode(listing.delimiter)],
    ["MaxKeys", listing.limit],
    ["EncodingType", request.query.get("encoding-type") ?? undefined],
  ];
}

function contents(page: Page, encode: (text: string) => string, withOwner: boolean): [string, Content][] {
  return [
    ...page.objects.map(({ key, record }): [string, Content] => [
      "Contents",
      [
        ["Key", encode(key)],
        ["LastModified", new Date(record.modified).toISOString()],
        ["ETag", `"${record.etag}"`],
        ["ChecksumAlgorithm", record.checksum?.algorithm.toUpperCase()],
        ["ChecksumType", record.checksum?.type],
        ["Size", record.size],
        ["StorageClass", record.storageClass],
        ["Owner", withOwner ? ownerElements : undefined],
      ],
    ]),
    ...page.prefixes.map((prefix): [string, Content] => ["CommonPrefixes", [["Prefix", encode(prefix)]]]),
  ];
}

/** With encoding-type=url keys are percent-encoded but for slashes, as they may hold what XML cannot. */
export function encoder(query: URLSearchParams): (text: string) => string {
  const type = query.get("encoding-type");
  if (type === null) return (text) => text;
  if (type !== "url")
    throw invalidArgument("encoding-type", type, "Invalid Encoding Method specified in Request");
  return (text) => encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%20", "+");
}

function writeToken(last: string): string {
  return Buffer.from(`after:${last}`).toString("base64url");
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (!text.startsWith("after:"))
    throw invalidArgument("continuation-token", token, "The continuation token provided is incorrect");
  return text.slice("after:".length);
}
