import type { ServerResponse } from "node:http";
import { invalidRequest } from "./errors.js";
import type { S3Request } from "./request.js";
import type { S3Store } from "./store.js";

/** What an operation works with. */
export interface Exchange {
  readonly request: S3Request;
  readonly response: ServerResponse;
  readonly store: S3Store;
  readonly region: string;
}

export function bucketOf({ request }: Exchange): string {
  if (request.bucket === null) throw invalidRequest("The request names no bucket.");
  return request.bucket;
}

export function locationOf(exchange: Exchange): { bucket: string; key: string } {
  const { key } = exchange.request;
  if (key === null) throw invalidRequest("The request names no key.");
  return { bucket: bucketOf(exchange), key };
}
