import { noSuchKey, notImplemented, preconditionFailed } from "./errors.js";
import type { ObjectRecord } from "./records.js";
import type { S3Request } from "./request.js";

/** What If-Match and its kin make of a read: go on, 304, or an error. Source: RFC 9110, section 13.2.2. */
export function checkRead(
  request: Pick<S3Request, "header">,
  record: ObjectRecord,
  prefix = "",
): "proceed" | "unchanged" {
  const header = (name: string) => request.header(`${prefix}${name}`);
  const match = header("if-match");
  const noneMatch = header("if-none-match");
  const changedSince = (moment: string | undefined) => wholeSeconds(record.modified) > parseDate(moment);
  if (match !== undefined) {
    if (!lists(match, record)) throw preconditionFailed("If-Match");
  } else if (changedSince(header("if-unmodified-since"))) throw preconditionFailed("If-Unmodified-Since");
  if (noneMatch !== undefined) return lists(noneMatch, record) ? "unchanged" : "proceed";
  const modifiedSince = parseDate(header("if-modified-since"));
  return wholeSeconds(record.modified) <= modifiedSince && !Number.isNaN(modifiedSince)
    ? "unchanged"
    : "proceed";
}

/** A check of what is there against If-Match and If-None-Match of a write. */
export function writeCheck({ header }: S3Request, key: string): (present: ObjectRecord | undefined) => void {
  const match = header("if-match");
  const noneMatch = header("if-none-match");
  if (noneMatch !== undefined && noneMatch !== "*")
    throw notImplemented("If-None-Match of a write with an ETag");
  return (present) => {
    if (noneMatch !== undefined && present !== undefined) throw preconditionFailed("If-None-Match");
    if (match === undefined) return;
    if (present === undefined) throw noSuchKey(key);
    if (!lists(match, present)) throw preconditionFailed("If-Match");
  };
}

function lists(header: string, { etag }: ObjectRecord): boolean {
  return header.split(",").some((given) => {
    const plain = given.trim().replace(/^W\//, "");
    return plain === "*" || plain === etag || plain === `"${etag}"`;
  });
}

/** Dates of HTTP have no parts of a second. */
function wholeSeconds(moment: number): number {
  return Math.floor(moment / 1000) * 1000;
}

/** NaN, with which no comparison holds, for what is absent or no date. */
function parseDate(given: string | undefined): number {
  return given === undefined ? Number.NaN : Date.parse(given);
}
