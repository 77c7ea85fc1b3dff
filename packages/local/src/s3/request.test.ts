import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { operationOf } from "./operation.js";
import { hostedBucket, readCopySource, readRequest } from "./request.js";

it.each([
  ["localhost:4566", null],
  ["127.0.0.1:4566", null],
  ["s3.localhost", null],
  ["s3.us-east-1.localhost:4566", null],
  ["my-bucket.localhost:4566", "my-bucket"],
  ["my-bucket.s3.localhost:4566", "my-bucket"],
  ["my.dotted.bucket.s3.us-east-1.localhost", "my.dotted.bucket"],
  ["my-bucket.example.org", null],
])("the host %s names the bucket %s", (host, bucket) => expect(hostedBucket(host)).toBe(bucket));

const request = (method: string, url: string, headers = {}) =>
  readRequest({ method, url, headers } as IncomingMessage);

it.each([
  ["/", null, null],
  ["/bucket", "bucket", null],
  ["/bucket/", "bucket", null],
  ["/bucket/a/../b//c", "bucket", "a/../b//c"],
  ["/bucket/a%2Fb+c%20d?x=1", "bucket", "a/b+c d"],
  ["http://elsewhere/bucket/key", "bucket", "key"],
])("the path %s names bucket %s and key %j", (url, bucket, key) => {
  expect(request("GET", url)).toMatchObject({ bucket, key });
});

it.each([
  ["GET", "/", {}, "ListBuckets"],
  ["GET", "/bucket?list-type=2&prefix=acl", {}, "ListObjectsV2"],
  ["PUT", "/bucket?versioning", {}, "PutBucketVersioning"],
  ["DELETE", "/bucket?policy", {}, "DeleteBucketPolicy"],
  ["GET", "/bucket/key?attributes", {}, "GetObjectAttributes"],
  ["POST", "/bucket/key?select&select-type=2", {}, "SelectObjectContent"],
  ["PUT", "/bucket/key?x-id=CopyObject", { "x-amz-copy-source": "a/b" }, "CopyObject"],
  ["PUT", "/bucket/key?partNumber=1&uploadId=u", { "x-amz-copy-source": "a/b" }, "UploadPartCopy"],
])("%s %s with %o is %s", (method, url, headers, operation) => {
  expect(operationOf(request(method, url, headers))).toBe(operation);
});

it("reads a copy's source, encoded or not, with a slash before it or not", () => {
  expect(readCopySource("/bucket/a%2Fb%20c")).toEqual({ bucket: "bucket", key: "a/b c" });
  expect(readCopySource("bucket/a/b")).toEqual({ bucket: "bucket", key: "a/b" });
  expect(() => readCopySource("bucket")).toThrow("Copy Source must mention");
  expect(() => readCopySource("bucket/key?versionId=3")).toThrow("version does not exist");
});
