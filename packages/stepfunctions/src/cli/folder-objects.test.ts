import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { folderObjects } from "./folder-objects.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "objects-"));
  mkdirSync(join(folder, "bucket", "deep"), { recursive: true });
  writeFileSync(join(folder, "bucket", "deep", "b.csv"), "x,y\n1,2\n");
  writeFileSync(join(folder, "secret"), "no");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("objects of a folder", () => {
  test("are its files, written and read", async () => {
    const objects = folderObjects(folder);
    expect(await read(await objects.get({ bucket: "bucket", key: "deep/b.csv" }))).toBe("x,y\n1,2\n");
    await objects.put({ bucket: "results", key: "run/one.json" }, Buffer.from("[1]"));
    expect(await read(await objects.get({ bucket: "results", key: "run/one.json" }))).toBe("[1]");
  });

  test("are listed by prefix in S3's order", async () => {
    const objects = folderObjects(folder);
    for (const key of ["deep/Z", "deep/a", "other"])
      await objects.put({ bucket: "bucket", key }, Buffer.from("hello"));
    const listed = [];
    for await (const object of objects.list({ bucket: "bucket", prefix: "deep/" })) listed.push(object);
    expect(listed.map(({ key }) => key)).toEqual(["deep/Z", "deep/a", "deep/b.csv"]);
    expect(listed[0]).toMatchObject({ size: 5, etag: '"5d41402abc4b2a76b9719d911017c592"' });
  });

  test.each([
    "nope",
    "deep",
    "../secret",
    "deep/../../secret",
    "deep//b.csv",
    "deep/b.csv/x",
    "",
    "deep\\b.csv",
  ])("do not have %j", async (key) => {
    await expect(folderObjects(folder).get({ bucket: "bucket", key })).rejects.toMatchObject({
      code: "NoSuchKey",
    });
  });

  test.each([
    ["no-such", "NoSuchBucket"],
    ["..", "InvalidBucketName"],
    ["../x", "InvalidBucketName"],
    ["UPPER", "InvalidBucketName"],
    ["in", "InvalidBucketName"],
    ["", "InvalidBucketName"],
  ])("have no bucket %j", async (bucket, code) => {
    await expect(folderObjects(folder).get({ bucket, key: "secret" })).rejects.toMatchObject({ code });
    if (code === "InvalidBucketName")
      await expect(folderObjects(folder).put({ bucket, key: "k" }, Buffer.from(""))).rejects.toMatchObject({
        code,
      });
  });

  test.skipIf(process.platform === "win32")("are no pipes: nobody waits for one to be written", async () => {
    execFileSync("mkfifo", [join(folder, "bucket", "pipe")]);
    await expect(folderObjects(folder).get({ bucket: "bucket", key: "pipe" })).rejects.toMatchObject({
      code: "NoSuchKey",
    });
  });

  test("are never written outside", async () => {
    const body = Buffer.from("x");
    await expect(folderObjects(folder).put({ bucket: "bucket", key: "../../x" }, body)).rejects.toThrow(
      "key",
    );
    await expect(folderObjects(folder).put({ bucket: "..", key: "x" }, body)).rejects.toThrow("bucket");
  });
});
