import { createHash } from "node:crypto";
import { readdirSync, readlinkSync } from "node:fs";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestS3, type TestS3 } from "./s3-client.js";

let test: TestS3;
let s3: S3Client;
const Bucket = "first-bucket";

beforeAll(async () => {
  test = await startTestS3();
  s3 = test.s3;
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => test[Symbol.asyncDispose]());

const put = (Key: string, Body: PutObjectCommandInput["Body"], more: Partial<PutObjectCommandInput> = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: Partial<GetObjectCommandInput> = {}) => {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...answer, text: await answer.Body!.transformToString() };
};
/** The files of objects that this process has open, as Linux tells. */
const openObjects = () =>
  readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.startsWith(test.local.dataDir) && path.includes("/objects/") ? [path] : [];
    } catch {
      // Closed meanwhile.
      return [];
    }
  });
const fails = (name: string, status: number) =>
  expect.objectContaining({ name, $metadata: expect.objectContaining({ httpStatusCode: status }) });

describe("buckets", () => {
  it("are made, found, listed and deleted", async () => {
    const made = await s3.send(new CreateBucketCommand({ Bucket: "second-bucket" }));
    expect(made.Location).toBe("/second-bucket");
    expect((await s3.send(new HeadBucketCommand({ Bucket: "second-bucket" }))).BucketRegion).toBe(
      "us-east-1",
    );
    const located = await s3.send(new GetBucketLocationCommand({ Bucket }));
    expect(located.LocationConstraint).toBeFalsy();
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets).toEqual([
      { Name: Bucket, CreationDate: expect.any(Date), BucketRegion: "us-east-1" },
      { Name: "second-bucket", CreationDate: expect.any(Date), BucketRegion: "us-east-1" },
    ]);
    await s3.send(new DeleteBucketCommand({ Bucket: "second-bucket" }));
    await expect(s3.send(new HeadBucketCommand({ Bucket: "second-bucket" }))).rejects.toEqual(
      fails("NotFound", 404),
    );
    await expect(s3.send(new DeleteBucketCommand({ Bucket: "second-bucket" }))).rejects.toEqual(
      fails("NoSuchBucket", 404),
    );
  });

  it("are refused where S3 refuses them", async () => {
    await expect(s3.send(new CreateBucketCommand({ Bucket }))).rejects.toEqual(
      fails("BucketAlreadyOwnedByYou", 409),
    );
    for (const name of ["ab", "Upper", "under_score", "192.168.0.1", "a..b", "-a-"]) {
      await expect(s3.send(new CreateBucketCommand({ Bucket: name }))).rejects.toEqual(
        fails("InvalidBucketName", 400),
      );
    }
    await put("kept", "x");
    await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toEqual(fails("BucketNotEmpty", 409));
    await expect(s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
      name: "NotImplemented",
      message: expect.stringContaining("GetBucketPolicy"),
    });
  });
});

describe("objects", () => {
  it("come back as they were put, with what was said about them", async () => {
    const answer = await put("folder/ž lu.txt", "žluťoučký", {
      ContentType: "text/plain; charset=utf-8",
      CacheControl: "max-age=5",
      ContentDisposition: "attachment",
      ContentEncoding: "identity",
      ContentLanguage: "cs",
      Metadata: { flavour: "vanilla", "two-words": "a b" },
    });
    expect(answer.ETag).toBe(`"${createHash("md5").update("žluťoučký").digest("hex")}"`);
    const got = await get("folder/ž lu.txt");
    expect(got).toMatchObject({
      text: "žluťoučký",
      ContentType: "text/plain; charset=utf-8",
      ContentLength: 13,
      CacheControl: "max-age=5",
      ContentDisposition: "attachment",
      ContentEncoding: "identity",
      ContentLanguage: "cs",
      Metadata: { flavour: "vanilla", "two-words": "a b" },
      ETag: answer.ETag,
      AcceptRanges: "bytes",
    });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "folder/ž lu.txt" }));
    expect(head).toMatchObject({ ContentLength: 13, ETag: answer.ETag, LastModified: got.LastModified });
    expect((await get("kept")).ContentType).toBe("application/octet-stream");
  });

  it("are replaced, emptied and deleted, whether they were there or not", async () => {
    await put("again", "one");
    await put("again", "");
    expect((await get("again")).text).toBe("");
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "again" }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "again" }));
    await expect(get("again")).rejects.toEqual(fails("NoSuchKey", 404));
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: "again" }))).rejects.toEqual(
      fails("NotFound", 404),
    );
    const elsewhere = { Bucket: "no-such-bucket", Key: "x" };
    await expect(s3.send(new GetObjectCommand(elsewhere))).rejects.toEqual(fails("NoSuchBucket", 404));
    await expect(s3.send(new PutObjectCommand({ ...elsewhere, Body: "x" }))).rejects.toEqual(
      fails("NoSuchBucket", 404),
    );
  });

  it("are given in part", async () => {
    await put("digits", "0123456789");
    expect(await get("digits", { Range: "bytes=2-4" })).toMatchObject({
      text: "234",
      ContentRange: "bytes 2-4/10",
    });
    expect((await get("digits", { Range: "bytes=-3" })).text).toBe("789");
    expect((await get("digits", { Range: "bytes=8-99" })).text).toBe("89");
    await expect(get("digits", { Range: "bytes=10-" })).rejects.toEqual(fails("InvalidRange", 416));
  });

  it("are given on conditions", async () => {
    const { ETag } = await put("conditional", "x");
    expect((await get("conditional", { IfMatch: ETag! })).text).toBe("x");
    await expect(get("conditional", { IfMatch: '"other"' })).rejects.toEqual(
      fails("PreconditionFailed", 412),
    );
    await expect(get("conditional", { IfNoneMatch: ETag! })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    const later = new Date(Date.now() + 60_000);
    const earlier = new Date(Date.now() - 60_000);
    await expect(get("conditional", { IfModifiedSince: later })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    expect((await get("conditional", { IfModifiedSince: earlier })).text).toBe("x");
    await expect(get("conditional", { IfUnmodifiedSince: earlier })).rejects.toEqual(
      fails("PreconditionFailed", 412),
    );
  });

  it("are put on conditions, of which one of many writers meets the first", async () => {
    await expect(put("kept", "y", { IfNoneMatch: "*" })).rejects.toEqual(fails("PreconditionFailed", 412));
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, at) => put("once", `${at}`, { IfNoneMatch: "*" })),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const { ETag } = await put("swapped", "1");
    await put("swapped", "2", { IfMatch: ETag! });
    await expect(put("swapped", "3", { IfMatch: ETag! })).rejects.toEqual(fails("PreconditionFailed", 412));
    await expect(put("not-there", "3", { IfMatch: ETag! })).rejects.toEqual(fails("NoSuchKey", 404));
  });

  it("are copied, with their description or another", async () => {
    await put("copies/source +é", "copied", { Metadata: { a: "1" }, ContentType: "text/plain" });
    const CopySource = `/${Bucket}/${encodeURIComponent("copies/source +é")}`;
    const answer = await s3.send(new CopyObjectCommand({ Bucket, Key: "copies/to", CopySource }));
    expect(answer.CopyObjectResult).toMatchObject({
      ETag: expect.any(String),
      LastModified: expect.any(Date),
    });
    expect(await get("copies/to")).toMatchObject({
      text: "copied",
      Metadata: { a: "1" },
      ContentType: "text/plain",
    });
    const replaced = {
      ...{ Bucket, Key: "copies/source +é", CopySource, Metadata: { b: "2" } },
      MetadataDirective: "REPLACE" as const,
    };
    await s3.send(new CopyObjectCommand(replaced));
    expect((await get("copies/source +é")).Metadata).toEqual({ b: "2" });
    const itself = new CopyObjectCommand({ Bucket, Key: "copies/source +é", CopySource });
    await expect(s3.send(itself)).rejects.toEqual(fails("InvalidRequest", 400));
    const nothing = new CopyObjectCommand({ Bucket, Key: "x", CopySource: `${Bucket}/none` });
    await expect(s3.send(nothing)).rejects.toEqual(fails("NoSuchKey", 404));
  });

  // One that nobody reads is closed by nobody either, and newer versions of Node end the process for it.
  it.runIf(process.platform === "linux")("are not opened for a copy that is refused", async () => {
    const { ETag } = await put("copies/refused", "content");
    const refused = { Bucket, Key: "copies/there", CopySource: `${Bucket}/copies/refused` };
    await expect(s3.send(new CopyObjectCommand({ ...refused, IfNoneMatch: ETag! }))).rejects.toEqual(
      fails("NotImplemented", 501),
    );
    expect(openObjects()).toEqual([]);
  });

  it("are deleted by the list", async () => {
    await put("list/a & <b>", "1");
    await put("list/ c\r\n", "2");
    const Objects = [{ Key: "list/a & <b>" }, { Key: "list/ c\r\n" }, { Key: "list/never" }];
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toEqual(Objects);
    expect(Errors).toBeUndefined();
    expect((await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "list/" }))).KeyCount).toBe(0);
    const quiet = new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } });
    expect((await s3.send(quiet)).Deleted).toBeUndefined();
  });

  it("have nothing that the local cloud would have to make up", async () => {
    const tags = new PutObjectTaggingCommand({ Bucket, Key: "kept", Tagging: { TagSet: [] } });
    await expect(s3.send(tags)).rejects.toMatchObject({
      name: "NotImplemented",
      message: expect.stringContaining("PutObjectTagging"),
    });
    await expect(put("tagged", "x", { Tagging: "a=b" })).rejects.toEqual(fails("NotImplemented", 501));
    await expect(get("kept", { VersionId: "3" })).rejects.toEqual(fails("NoSuchVersion", 404));
  });
});

describe("listings", () => {
  const keys = ["a/1", "a/2", "a/b/3", "a/ž/4", "b", "ß/5", "𝄞"];
  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: "listed" }));
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: "listed", Key, Body: Key }));
  });

  it("are in the order of the keys' bytes, page by page", async () => {
    for (const pageSize of [1, 2, 3, 1000]) {
      const seen: (string | undefined)[] = [];
      for await (const page of paginateListObjectsV2({ client: s3, pageSize }, { Bucket: "listed" })) {
        expect(page.KeyCount).toBeLessThanOrEqual(pageSize);
        seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
      }
      expect(seen).toEqual(keys);
    }
  });

  it("join keys to common prefixes, page by page", async () => {
    for (const pageSize of [1, 2, 1000]) {
      const seen: (string | undefined)[] = [];
      const wanted = { Bucket: "listed", Delimiter: "/" };
      for await (const page of paginateListObjectsV2({ client: s3, pageSize }, wanted)) {
        seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
        seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
      }
      expect(seen.sort()).toEqual(["a/", "b", "ß/", "𝄞"].sort());
    }
    const inner = await s3.send(new ListObjectsV2Command({ Bucket: "listed", Prefix: "a/", Delimiter: "/" }));
    expect(inner.Contents?.map(({ Key }) => Key)).toEqual(["a/1", "a/2"]);
    expect(inner.CommonPrefixes).toEqual([{ Prefix: "a/b/" }, { Prefix: "a/ž/" }]);
    expect(inner).toMatchObject({ KeyCount: 4, IsTruncated: false, Prefix: "a/", Delimiter: "/" });
  });

  it("start after a key, end at a number, and encode what XML cannot hold", async () => {
    const later = await s3.send(
      new ListObjectsV2Command({ Bucket: "listed", StartAfter: "a/2", MaxKeys: 2 }),
    );
    expect(later.Contents?.map(({ Key }) => Key)).toEqual(["a/b/3", "a/ž/4"]);
    expect(later).toMatchObject({ IsTruncated: true, StartAfter: "a/2", MaxKeys: 2 });
    const none = await s3.send(new ListObjectsV2Command({ Bucket: "listed", MaxKeys: 0 }));
    expect(none).toMatchObject({ KeyCount: 0, IsTruncated: false });
    const encoded = await s3.send(
      new ListObjectsV2Command({ Bucket: "listed", Prefix: "a/ž", EncodingType: "url" }),
    );
    expect(encoded.Contents?.[0]).toMatchObject({ Key: "a/%C5%BE/4", Size: 6, StorageClass: "STANDARD" });
    const wrong = new ListObjectsV2Command({ Bucket: "listed", ContinuationToken: "made up" });
    await expect(s3.send(wrong)).rejects.toEqual(fails("InvalidArgument", 400));
  });

  it("come in the first version too", async () => {
    const first = await s3.send(new ListObjectsCommand({ Bucket: "listed", Delimiter: "/", MaxKeys: 1 }));
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: "a/", CommonPrefixes: [{ Prefix: "a/" }] });
    const next = await s3.send(
      new ListObjectsCommand({ Bucket: "listed", Delimiter: "/", Marker: first.NextMarker! }),
    );
    expect(next.Contents?.map(({ Key }) => Key)).toEqual(["b", "𝄞"]);
  });
});

it("serves a client that puts the bucket into the host name", async () => {
  const { port } = new URL(test.local.aws.url);
  const client = test.client({ endpoint: `http://s3.localhost:${port}` });
  // Not every resolver knows that names under localhost are this machine.
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { hostname: string; headers: Record<string, string> };
      request.headers["host"] = `${request.hostname}:${port}`;
      request.hostname = "127.0.0.1";
      return next(args);
    },
    { step: "finalizeRequest", priority: "low", name: "resolveLocalhost" },
  );
  await put("hosted", "by name");
  const answer = await client.send(new GetObjectCommand({ Bucket, Key: "hosted" }));
  expect(await answer.Body!.transformToString()).toBe("by name");
});

it("keeps what streams bring, of any length", async () => {
  const size = 20 * 1024 * 1024;
  const piece = Buffer.alloc(65_536, "abcdefgh");
  const pieces = function* () {
    for (let sent = 0; sent < size; sent += piece.length) yield piece;
  };
  await put("long", Readable.from(pieces()), { ContentLength: size });
  const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket, Key: "long" }));
  expect(ContentLength).toBe(size);
  let got = 0;
  for await (const chunk of Body as Readable) got += (chunk as Buffer).length;
  expect(got).toBe(size);
  expect(test.local.errors).toEqual([]);
});
