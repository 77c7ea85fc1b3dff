import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError, type ObjectStore } from "@longhaul/stepfunctions";
import type { Logger } from "../log.js";
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from "./buckets.js";
import { deleteObject, deleteObjects } from "./delete.js";
import { notImplemented } from "./errors.js";
import type { Exchange } from "./exchange.js";
import { listObjects, listObjectsV2 } from "./list.js";
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from "./multipart.js";
import { operationOf } from "./operation.js";
import { objectStore } from "./port.js";
import { getObject } from "./read.js";
import { sendError } from "./reply.js";
import { readRequest } from "./request.js";
import { S3Store } from "./store.js";
import { copyObject, putObject } from "./write.js";

/** S3 on disk. */
export interface S3 {
  /** Answers a request in S3's REST protocol. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Makes a bucket, where it is not there. */
  ensureBucket(name: string): Promise<void>;
  /** The same objects for the state machine engine. */
  readonly objects: ObjectStore;
  close(): Promise<void>;
}

const operations = new Map<string, (exchange: Exchange) => Promise<void>>(
  Object.entries({
    ListBuckets: listBuckets,
    CreateBucket: createBucket,
    HeadBucket: headBucket,
    DeleteBucket: deleteBucket,
    GetBucketLocation: getBucketLocation,
    ListObjects: listObjects,
    ListObjectsV2: listObjectsV2,
    DeleteObjects: deleteObjects,
    GetObject: getObject,
    HeadObject: getObject,
    PutObject: putObject,
    CopyObject: copyObject,
    DeleteObject: deleteObject,
    CreateMultipartUpload: createMultipartUpload,
    UploadPart: uploadPart,
    UploadPartCopy: uploadPartCopy,
    CompleteMultipartUpload: completeMultipartUpload,
    AbortMultipartUpload: abortMultipartUpload,
    ListParts: listParts,
    ListMultipartUploads: listMultipartUploads,
  }),
);

/** How much of a body that was refused is still read, so that the client gets its answer and no reset. */
const drainBytes = 64 * 1024 * 1024;

/** Opens the buckets in a folder, which is made if it is missing. */
export async function openS3(options: { folder: string; region: string; logger: Logger }): Promise<S3> {
  const { folder, region, logger } = options;
  const store = await S3Store.open(folder);
  return {
    async handle(raw, response) {
      const { method = "GET", url = "/" } = raw;
      const resource = url.split("?", 1)[0] ?? "/";
      try {
        const request = readRequest(raw);
        const operation = operationOf(request);
        const work = operations.get(operation);
        if (work === undefined) throw notImplemented(operation);
        await work({ request, response, store, region });
      } catch (error) {
        if (!(error instanceof AwsError) && !raw.destroyed)
          logger.error("S3 failed on a request.", { url, error });
        if (response.headersSent) response.destroy();
        else sendError(response, method, resource, shown(error));
      }
      drain(raw);
    },
    async ensureBucket(name) {
      if (!store.index.buckets().some((bucket) => bucket.name === name)) await store.index.createBucket(name);
    },
    objects: objectStore(store),
    close: () => store.close(),
  };
}

function shown(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  return new AwsError("InternalError", "We encountered an internal error. Please try again.", 500);
}

function drain(request: IncomingMessage): void {
  if (request.readableEnded || request.destroyed) return;
  let left = drainBytes;
  request.on("data", (piece: Buffer) => {
    left -= piece.length;
    if (left < 0) request.destroy();
  });
  request.resume();
}
