import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestS3, type TestS3 } from "./s3-client.js";

let test: TestS3;
let s3: S3Client;
const Bucket = "sums";
const megabytes = (count: number, letter: string) => Buffer.alloc(count * 1024 * 1024, letter);
const fails = (name: string, status: number) =>
  expect.objectContaining({ name, $metadata: expect.objectContaining({ httpStatusCode: status }) });

beforeAll(async () => {
  test = await startTestS3();
  s3 = test.s3;
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => test[Symbol.asyncDispose]());

async function read(Key: string) {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
  return { ...answer, bytes: Buffer.from(await answer.Body!.transformToByteArray()) };
}

describe("checksums", () => {
  // What each sum of the nine digits is known to be.
  const known: Record<string, string> = {
    CRC32: "cbf43926",
    CRC32C: "e3069283",
    CRC64NVME: "ae8b14860a799888",
    SHA1: createHash("sha1").update("123456789").digest("hex"),
    SHA256: createHash("sha256").update("123456789").digest("hex"),
  };

  it.each(Object.keys(known))("of %s are compared, kept and given back", async (name) => {
    const field = `Checksum${name}` as "ChecksumCRC32";
    const right = Buffer.from(known[name]!, "hex").toString("base64");
    const given = { Bucket, Key: name, Body: "123456789", [field]: right };
    const put = await s3.send(new PutObjectCommand(given));
    expect(put).toMatchObject({ [field]: right, ChecksumType: "FULL_OBJECT" });
    const wrong = `${right[0] === "A" ? "B" : "A"}${right.slice(1)}`;
    await expect(s3.send(new PutObjectCommand({ ...given, [field]: wrong }))).rejects.toEqual(
      fails("BadDigest", 400),
    );
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: name, ChecksumMode: "ENABLED" }));
    expect(head[field]).toBe(right);
  });

  it.each([ChecksumAlgorithm.CRC32, ChecksumAlgorithm.CRC32C, ChecksumAlgorithm.SHA256])(
    "of %s come in the trailer of a stream",
    async (algorithm) => {
      const body = Buffer.concat([megabytes(1, "a"), Buffer.from("end")]);
      const pieces = [body.subarray(0, 10), body.subarray(10, 700_000), body.subarray(700_000)];
      const put = await s3.send(
        new PutObjectCommand({
          ...{ Bucket, Key: "streamed", Body: Readable.from(pieces), ContentLength: body.length },
          ChecksumAlgorithm: algorithm,
        }),
      );
      const stored = await read("streamed");
      expect(stored.bytes.equals(body)).toBe(true);
      expect(stored.ContentEncoding).toBeFalsy();
      const field = `Checksum${algorithm}` as "ChecksumCRC32";
      expect(stored[field]).toBe(put[field]);
      expect(stored[field]).toBeTruthy();
    },
  );

  it("of MD5 are compared, and a body that differs leaves what was there", async () => {
    const md5 = (text: string) => createHash("md5").update(text).digest("base64");
    const put = (Body: string, ContentMD5: string) =>
      s3.send(new PutObjectCommand({ Bucket, Key: "md5", Body, ContentMD5 }));
    await put("one", md5("one"));
    await expect(put("two", md5("one"))).rejects.toEqual(fails("BadDigest", 400));
    await expect(put("two", "nonsense")).rejects.toEqual(fails("InvalidDigest", 400));
    expect((await read("md5")).bytes.toString()).toBe("one");
  });
});

describe("uploads in parts", () => {
  async function begin(Key: string, more: object = {}) {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
    const part = async (PartNumber: number, Body: Buffer): Promise<CompletedPart> => {
      const { ETag, ChecksumCRC32 } = await s3.send(
        new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
      );
      return ChecksumCRC32 === undefined ? { PartNumber, ETag } : { PartNumber, ETag, ChecksumCRC32 };
    };
    const complete = (Parts: CompletedPart[]) =>
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    return { UploadId, part, complete };
  }

  it("are joined in the order of their numbers", async () => {
    const { UploadId, part, complete } = await begin("joined", {
      ContentType: "text/plain",
      Metadata: { a: "b" },
    });
    const bodies = [megabytes(6, "a"), megabytes(5, "b"), Buffer.from("end")];
    const third = await part(7, bodies[2]!);
    const first = await part(1, bodies[0]!);
    await part(3, megabytes(5, "x"));
    const second = await part(3, bodies[1]!);
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key: "joined", UploadId, MaxParts: 2 }));
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 6 * 1024 * 1024],
      [3, 5 * 1024 * 1024],
    ]);
    expect(listed).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "3" });
    const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads).toMatchObject([{ Key: "joined", UploadId }]);
    const completed = await complete([first, second, third]);
    const sums = bodies.map((body) => createHash("md5").update(body).digest());
    const etag = `"${createHash("md5").update(Buffer.concat(sums)).digest("hex")}-3"`;
    expect(completed).toMatchObject({ Bucket, Key: "joined", ETag: etag });
    const stored = await read("joined");
    expect(stored.bytes.equals(Buffer.concat(bodies))).toBe(true);
    expect(stored).toMatchObject({ ETag: etag, ContentType: "text/plain", Metadata: { a: "b" } });
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
    await expect(complete([first])).rejects.toEqual(fails("NoSuchUpload", 404));
  });

  it("have a checksum of their checksums, or one of the whole", async () => {
    const composite = await begin("composite", { ChecksumAlgorithm: "CRC32" });
    const parts = [await composite.part(1, megabytes(5, "a")), await composite.part(2, Buffer.from("b"))];
    expect(parts[0]?.ChecksumCRC32).toBeTruthy();
    const wrong = [{ ...parts[0], ChecksumCRC32: "AAAAAA==" }, parts[1]!];
    await expect(composite.complete(wrong)).rejects.toEqual(fails("InvalidPart", 400));
    expect(await composite.complete(parts)).toMatchObject({
      ChecksumType: "COMPOSITE",
      ChecksumCRC32: expect.stringMatching(/-2$/),
    });
    const whole = await begin("whole", { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" });
    const both = [await whole.part(1, megabytes(5, "a")), await whole.part(2, Buffer.from("b"))];
    const completed = await whole.complete(both);
    const single = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: "single",
        Body: Buffer.concat([megabytes(5, "a"), Buffer.from("b")]),
      }),
    );
    expect(completed).toMatchObject({ ChecksumType: "FULL_OBJECT", ChecksumCRC32: single.ChecksumCRC32 });
    expect((await read("whole")).ChecksumCRC32).toBe(single.ChecksumCRC32);
  });

  it("are copied from objects", async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "source", Body: "0123456789" }));
    const { UploadId, complete } = await begin("from-source");
    const copy = (more: object) =>
      s3.send(
        new UploadPartCopyCommand({
          ...{ Bucket, Key: "from-source", UploadId, PartNumber: 1, CopySource: `${Bucket}/source` },
          ...more,
        }),
      );
    await expect(copy({ CopySourceRange: "bytes=5-" })).resolves.toBeTruthy();
    await expect(copy({ CopySourceRange: "all" })).rejects.toEqual(fails("InvalidArgument", 400));
    const { CopyPartResult } = await copy({ CopySourceRange: "bytes=2-4" });
    await complete([{ PartNumber: 1, ETag: CopyPartResult!.ETag! }]);
    expect((await read("from-source")).bytes.toString()).toBe("234");
  });

  it("are refused where S3 refuses them", async () => {
    const { UploadId, part, complete } = await begin("refused");
    const first = await part(1, Buffer.from("small"));
    const second = await part(2, Buffer.from("last"));
    await expect(complete([second, first])).rejects.toEqual(fails("InvalidPartOrder", 400));
    await expect(complete([first, second])).rejects.toEqual(fails("EntityTooSmall", 400));
    await expect(complete([{ ...first, ETag: '"0"' }])).rejects.toEqual(fails("InvalidPart", 400));
    await expect(complete([{ ...first, PartNumber: 3 }])).rejects.toEqual(fails("InvalidPart", 400));
    await expect(part(10_001, Buffer.from("x"))).rejects.toEqual(fails("InvalidArgument", 400));
    const upload = { Bucket, Key: "refused", UploadId };
    await s3.send(new AbortMultipartUploadCommand(upload));
    await expect(s3.send(new AbortMultipartUploadCommand(upload))).rejects.toEqual(
      fails("NoSuchUpload", 404),
    );
    await expect(part(1, Buffer.from("x"))).rejects.toEqual(fails("NoSuchUpload", 404));
    await expect(read("refused")).rejects.toEqual(fails("NoSuchKey", 404));
  });
});
