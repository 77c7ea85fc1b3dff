import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestS3 } from "./s3-client.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "longhaul-s3-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const Bucket = "lasting";
const UNFINISHED = "00000000-0000-4000-8000-000000000000";

it("keeps objects and uploads in progress, and nothing that no object names", async () => {
  const dataDir = join(folder, "data");
  let upload: { Bucket: string; Key: string; UploadId: string | undefined };
  let ETag: string | undefined;
  {
    await using first = await startTestS3({ dataDir });
    await first.s3.send(new CreateBucketCommand({ Bucket }));
    for (let at = 0; at < 5; at += 1) {
      await first.s3.send(
        new PutObjectCommand({ Bucket, Key: `k${at}`, Body: "old", Metadata: { at: `${at}` } }),
      );
    }
    await first.s3.send(new PutObjectCommand({ Bucket, Key: "k1", Body: "new" }));
    await first.s3.send(new DeleteObjectCommand({ Bucket, Key: "k2" }));
    const { UploadId } = await first.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "parts" }));
    upload = { Bucket, Key: "parts", UploadId };
    ({ ETag } = await first.s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: "part" })));
  }
  const files = join(dataDir, "s3", "files");
  // As a kill in the middle of an upload leaves it.
  await writeFile(join(files, "uploading", UNFINISHED), "half");
  await mkdir(join(files, "objects", "00"), { recursive: true });
  await writeFile(join(files, "objects", "00", UNFINISHED), "half");

  await using second = await startTestS3({ dataDir });
  const { Contents } = await second.s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(["k0", "k1", "k3", "k4"]);
  const got = await second.s3.send(new GetObjectCommand({ Bucket, Key: "k1" }));
  expect(await got.Body!.transformToString()).toBe("new");
  const kept = await second.s3.send(new GetObjectCommand({ Bucket, Key: "k4" }));
  expect(kept.Metadata).toEqual({ at: "4" });
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await second.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
  const whole = await second.s3.send(new GetObjectCommand({ Bucket, Key: "parts" }));
  expect(await whole.Body!.transformToString()).toBe("part");
  const held = (await readdir(files, { recursive: true })).filter((name) => /[0-9a-f-]{36}$/.test(name));
  expect(held).toHaveLength(5);
});

it("shows the engine the same objects", async () => {
  await using test = await startTestS3();
  const { objects } = test.local.aws;
  await test.s3.send(new CreateBucketCommand({ Bucket }));
  const names = Array.from({ length: 1_005 }, (_, at) => `in/${String(at).padStart(4, "0")}`);
  await Promise.all(names.map((key) => objects.put({ bucket: Bucket, key }, Buffer.from("x"))));
  await objects.put({ bucket: Bucket, key: "out.json", contentType: "application/json" }, Buffer.from("[1]"));
  const written = await test.s3.send(new GetObjectCommand({ Bucket, Key: "out.json" }));
  expect(written.ContentType).toBe("application/json");
  const keys: string[] = [];
  for await (const { key, size, etag } of objects.list({ bucket: Bucket, prefix: "in/" })) {
    expect([size, etag]).toEqual([1, '"9dd4e461268c8034f5c8564e155c67a6"']);
    keys.push(key);
  }
  expect(keys).toEqual(names);
  const pieces: Uint8Array[] = [];
  for await (const piece of await objects.get({ bucket: Bucket, key: "out.json" })) pieces.push(piece);
  expect(Buffer.concat(pieces).toString()).toBe("[1]");
  await expect(objects.get({ bucket: Bucket, key: "none" })).rejects.toMatchObject({ code: "NoSuchKey" });
  await expect(objects.get({ bucket: "none", key: "none" })).rejects.toMatchObject({ code: "NoSuchBucket" });
  await expect(objects.put({ bucket: "none", key: "x" }, Buffer.from(""))).rejects.toMatchObject({
    code: "NoSuchBucket",
  });
});
