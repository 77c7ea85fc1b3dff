import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestS3, type TestS3 } from "./s3-client.js";

let folder: string;
let test: TestS3;
const Bucket = "guarded";
const scope =
  "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "longhaul-s3-"));
  test = await startTestS3({ dataDir: join(folder, "data") });
  await test.s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A request whose path goes out as it is written here. */
function send(method: string, path: string, body: string | Buffer = "", headers: object = {}) {
  return new Promise<{ status: number; text: string; headers: IncomingMessage["headers"] }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(test.local.aws.url);
      const given = { authorization: scope, ...headers };
      const sent = request({ method, hostname, port, path, headers: given }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode!,
            text: Buffer.concat(pieces).toString(),
            headers: answer.headers,
          }),
        );
      });
      sent.on("error", reject);
      sent.end(body);
    },
  );
}

const code = (text: string) => /<Code>(.*?)<\/Code>/.exec(text)?.[1];

async function allFiles(of: string): Promise<string[]> {
  return (await readdir(of, { recursive: true })).sort();
}

describe("keys", () => {
  const keys = [
    "/etc/passwd",
    "//",
    "a//b",
    "a/../b",
    "./c",
    "con",
    "nul\0nul",
    "line\nend\r",
    "tab\tand \\ back",
    "%2e%2e%2f",
    "<key>&amp;'\"",
    "\u0001\u001f\u007f",
    "😀/𝄞/é/e\u0301",
    "__proto__",
    "?query#hash+plus",
    "k".repeat(1024),
  ];

  it("of any kind are names and never paths", async () => {
    const before = await allFiles(folder);
    for (const Key of keys) await test.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    for (const Key of keys) {
      const { Body } = await test.s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(await Body!.transformToString()).toBe(Key);
    }
    const { Contents } = await test.s3.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
    const listed = Contents!.map(({ Key }) => decodeURIComponent(Key!.replaceAll("+", "%20")));
    expect(listed).toEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    const fresh = (await allFiles(folder)).filter((file) => !before.includes(file));
    expect(fresh.length).toBeGreaterThan(0);
    for (const file of fresh)
      expect(file).toMatch(/^data\/s3\/files\/objects\/[0-9a-f]{2}(\/[0-9a-f-]{36})?$/);
    for (const Key of keys) await test.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    const left = (await allFiles(folder)).filter((file) => /[0-9a-f-]{36}$/.test(file));
    expect(left).toEqual([]);
  });

  it.each([
    ["PUT", `/${Bucket}/../../outside`, 400, "BadRequest"],
    ["PUT", `/${Bucket}/a/../../b`, 400, "BadRequest"],
    ["PUT", `/${Bucket}/%2e%2e/outside`, 400, "BadRequest"],
    ["PUT", `/../${Bucket}/key`, 400, "InvalidBucketName"],
    ["PUT", "/..%2f..%2foutside/key", 400, "InvalidBucketName"],
    ["PUT", `/${Bucket}%00/key`, 400, "InvalidBucketName"],
    ["PUT", `/${Bucket}/%ff%fe`, 400, "InvalidURI"],
    ["GET", `/${Bucket}/none`, 404, "NoSuchKey"],
    ["PATCH", `/${Bucket}/none`, 501, "NotImplemented"],
    ["GET", `/${Bucket}?versions`, 501, "NotImplemented"],
    ["GET", `/${Bucket}?list-type=2&max-keys=-1`, 400, "InvalidArgument"],
    ["GET", `/${Bucket}?list-type=2&max-keys=9999999999`, 400, "InvalidArgument"],
    ["GET", `/${Bucket}?list-type=2&encoding-type=xml`, 400, "InvalidArgument"],
  ])("%s %s is answered with %i %s", async (method, path, status, expected) => {
    const answer = await send(method, path);
    expect([answer.status, code(answer.text)]).toEqual([status, expected]);
    expect(answer.headers["content-type"]).toBe("application/xml");
  });
});

it("refuses keys longer than S3's", async () => {
  const answer = await send("PUT", `/${Bucket}/${"ž".repeat(513)}`.replaceAll("ž", "%C5%BE"));
  expect(code(answer.text)).toBe("KeyTooLongError");
});

describe("bodies", () => {
  const put = (body: string | Buffer, headers: object) => send("PUT", `/${Bucket}/body`, body, headers);
  const chunked = {
    "content-encoding": "aws-chunked",
    "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "x-amz-decoded-content-length": "5",
    "x-amz-trailer": "x-amz-checksum-crc32",
  };

  it("in chunks are read with signatures and trailers", async () => {
    const signed = { ...chunked, "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" };
    const trailer = "x-amz-checksum-crc32:NhCmhg==\r\nx-amz-trailer-signature:00\r\n\r\n";
    const body = `2;chunk-signature=00\r\nhe\r\n3;chunk-signature=11\r\nllo\r\n0;chunk-signature=22\r\n${trailer}`;
    expect((await put(body, signed)).status).toBe(200);
    expect((await send("GET", `/${Bucket}/body`)).text).toBe("hello");
  });

  it.each([
    ["with a wrong checksum", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "BadDigest"],
    ["without the checksum", "5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError"],
    ["without the last chunk", "5\r\nhello\r\n", "IncompleteBody"],
    ["cut off in a chunk", "5\r\nhel", "IncompleteBody"],
    ["shorter than they said", "4\r\nhell\r\n0\r\n\r\n", "IncompleteBody"],
    ["longer than they said", "6\r\nhello!\r\n0\r\n\r\n", "IncompleteBody"],
    ["with a chunk longer than its size", "5\r\nhello there\r\n0\r\n\r\n", "InvalidRequest"],
    ["with a size that is no number", "five\r\nhello\r\n0\r\n\r\n", "InvalidRequest"],
    ["with a negative size", "-5\r\nhello\r\n", "InvalidRequest"],
    ["with an enormous size", "ffffffffffffffff\r\n", "InvalidRequest"],
    ["with a size that does not end", "0".repeat(10_000), "InvalidRequest"],
    ["with many trailers", `5\r\nhello\r\n0\r\n${"a:b\r\n".repeat(100)}\r\n`, "InvalidRequest"],
  ])("in chunks %s are refused, and nothing changes", async (_, body, expected) => {
    const answer = await put(body, chunked);
    expect([answer.status, code(answer.text)]).toEqual([400, expected]);
    expect((await send("GET", `/${Bucket}/body`)).text).toBe("hello");
  });

  it("are held to their SHA-256 and to S3's largest size", async () => {
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
    expect((await put("right", { "x-amz-content-sha256": sha256("right") })).status).toBe(200);
    const wrong = await put("wrong", { "x-amz-content-sha256": sha256("right") });
    expect(code(wrong.text)).toBe("XAmzContentSHA256Mismatch");
    const huge = { ...chunked, "x-amz-decoded-content-length": String(6 * 1024 ** 3) };
    expect(code((await put("5\r\nhello\r\n", huge)).text)).toBe("EntityTooLarge");
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [`x-amz-meta-${at}`, "x".repeat(100)]),
    );
    expect(code((await put("x", many)).text)).toBe("MetadataTooLarge");
    expect((await send("GET", `/${Bucket}/body`)).text).toBe("right");
  });

  it("that break off leave what was there", async () => {
    const { port } = new URL(test.local.aws.url);
    const socket = connect(Number(port), "127.0.0.1");
    const head = [
      `PUT /${Bucket}/body HTTP/1.1`,
      "host: localhost",
      `authorization: ${scope}`,
      "content-length: 100",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\nhalf`);
    const uploading = join(folder, "data", "s3", "files", "uploading");
    await expect.poll(() => readdir(uploading)).toHaveLength(1);
    socket.destroy();
    await expect.poll(() => readdir(uploading)).toEqual([]);
    expect((await send("GET", `/${Bucket}/body`)).text).toBe("right");
  });

  it.each([
    ["nothing", ""],
    ["text", "not xml"],
    ["an open element", "<Delete>"],
    ["elements that cross", "<Delete></Other>"],
    ["two documents", "<Delete/><Delete/>"],
    ["an object without a key", "<Delete><Object></Object></Delete>"],
    ["an empty key", "<Delete><Object><Key></Key></Object></Delete>"],
    [
      "an entity of its own",
      '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&x;</Key></Object></Delete>',
    ],
    ["an unknown entity", "<Delete><Object><Key>&lol;</Key></Object></Delete>"],
    ["no character", "<Delete><Object><Key>&#xffffff;</Key></Object></Delete>"],
    ["great depth", `<Delete>${"<a>".repeat(100_000)}`],
    ["a name that does not end", `<${"a".repeat(1_000_000)}`],
    ["too many objects", `<Delete>${"<Object><Key>k</Key></Object>".repeat(1_001)}</Delete>`],
  ])("of DeleteObjects that are %s are refused", async (_, body) => {
    const answer = await send("POST", `/${Bucket}?delete`, body);
    expect([answer.status, code(answer.text)]).toEqual([400, "MalformedXML"]);
  });

  it("of DeleteObjects have a largest size", async () => {
    const answer = await send("POST", `/${Bucket}?delete`, Buffer.alloc(5 * 1024 * 1024, " "));
    expect(code(answer.text)).toBe("EntityTooLarge");
  });
});

it("keeps what was stored from being a page of this origin", async () => {
  await send("PUT", `/${Bucket}/page.html`, "<script>1</script>", { "content-type": "text/html" });
  const { headers } = await send("GET", `/${Bucket}/page.html`);
  expect(headers["content-security-policy"]).toContain("sandbox");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  const foreign = await send("GET", `/${Bucket}/page.html`, "", { origin: "https://example.org" });
  expect(foreign.status).toBe(403);
  const split = await send("GET", `/${Bucket}/page.html?response-content-type=a%0d%0ax-injected:%201`);
  expect(split.headers["x-injected"]).toBeUndefined();
  expect(test.local.errors).toEqual([]);
});
