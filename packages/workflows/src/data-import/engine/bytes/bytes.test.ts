import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { blocks } from "./blocks.js";
import { Decoder } from "./decode.js";
import { gunzip } from "./gunzip.js";
import { chunksOf } from "./web-stream.js";

async function* from(...chunks: (Uint8Array | string)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for await (const chunk of source) found.push(Buffer.from(chunk));
  return found;
}

describe("blocks", () => {
  it("joins small chunks and cuts large ones", async () => {
    const found = await all(blocks(from("ab", "", "c", "defghijkl", "m"), 3));
    expect(found.map(String)).toEqual(["abc", "def", "ghi", "jkl", "m"]);
    expect(await all(blocks(from(), 3))).toEqual([]);
  });
});

describe("a web stream", () => {
  it("ends at once when the signal fires in the middle of a read, and is cancelled", async () => {
    let cancelled: unknown;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from("a")),
      cancel: (reason) => void (cancelled = reason),
    });
    const abort = new AbortController();
    const chunks = chunksOf(stream, abort.signal);
    expect((await chunks.next()).done).toBe(false);
    const waiting = chunks.next();
    await setImmediate();
    abort.abort(new Error("cancelled by a person"));
    await expect(waiting).rejects.toThrow("cancelled by a person");
    expect(cancelled).toEqual(new Error("cancelled by a person"));
  });

  it("is cancelled when its reader stops early", async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.from("a")),
      cancel: () => void (cancelled = true),
    });
    for await (const _ of chunksOf(stream, new AbortController().signal)) break;
    expect(cancelled).toBe(true);
  });
});

function decode(bytes: Uint8Array, ...cuts: number[]) {
  const decoder = new Decoder();
  const ends = [...cuts, bytes.length];
  const parts = ends.map((end, i) => Buffer.from(decoder.push(bytes.subarray(ends[i - 1] ?? 0, end))));
  return { text: Buffer.concat([...parts, decoder.end()]).toString("utf8"), encoding: decoder.encoding };
}

const bigEndian = (text: string) => Buffer.from(text, "utf16le").swap16();

describe("decoding", () => {
  const sample = "Straße,Ærø,日本,😀\n1,2,3,4\n";
  it.each([
    ["utf-8", Buffer.from(sample)],
    ["utf-8", Buffer.from(`\ufeff${sample}`)],
    ["utf-16le", Buffer.from(`\ufeff${sample}`, "utf16le")],
    ["utf-16be", bigEndian(`\ufeff${sample}`)],
  ])("reads %s, cut anywhere", (encoding, bytes) => {
    for (let cut = 16; cut <= bytes.length; cut++) {
      expect(decode(bytes, cut), `cut at ${cut}`).toEqual({ encoding, text: sample });
    }
  });

  it("knows UTF-16 without a byte order mark by its zero bytes", () => {
    expect(decode(Buffer.from("name,town\nx,y\n", "utf16le")).encoding).toBe("utf-16le");
    expect(decode(bigEndian("name,town\nx,y\n"))).toEqual({ encoding: "utf-16be", text: "name,town\nx,y\n" });
  });

  it("falls back to windows-1252 from the first byte that is not UTF-8, even far into the file", () => {
    const plain = "a,b\n".repeat(10_000);
    const bytes = Buffer.concat([Buffer.from(plain), Buffer.from([0x80, 0xe9, 0x93, 0x41, 0x0a])]);
    expect(decode(bytes, 20_000)).toEqual({ encoding: "windows-1252", text: `${plain}€é“A\n` });
    expect(decode(bytes, plain.length + 1).text).toBe(`${plain}€é“A\n`);
  });

  it.each([
    ["text that is UTF-8 in parts only", Buffer.from([0x61, 0xc3, 0xa9, 0x0a, 0xe9, 0x0a])],
    ["UTF-8 that is cut off", Buffer.from("é日本").subarray(0, -1)],
    ["bytes that windows-1252 does not have", Buffer.from([0x61, 0x81, 0x0a])],
    [
      "text of another alphabet",
      Buffer.from("абвгд,ежзик\n".repeat(20), "utf16le")
        .filter((_, i) => i % 2 === 0)
        .map((byte) => byte | 0xc0),
    ],
    ["UTF-16 with half a pair", Buffer.from("\ufeffab\ud800c", "utf16le")],
    ["UTF-16 with an odd byte", Buffer.concat([Buffer.from("\ufeffab", "utf16le"), Buffer.from([0x61])])],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])],
  ])("refuses %s", (_what, bytes) => {
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ code: "WRONG_ENCODING" }));
  });

  it.each([
    ["PK\x03\x04 rest", /Excel workbook or a ZIP/],
    ["%PDF-1.7", /PDF/],
    ["a,b\n1,\0\n", /binary/],
    ["\x01\x02\x03\x04\x05", /binary/],
  ])("refuses %j", (text, message) => {
    expect(() => decode(Buffer.from(text, "latin1"))).toThrow(message);
  });
});

describe("gunzip", () => {
  const text = "a,b\n1,2\n".repeat(5_000);
  const inflated = async (bytes: Uint8Array, max = 1e9) => Buffer.concat(await all(gunzip(from(bytes), max)));

  it("inflates one member or several", async () => {
    expect((await inflated(gzipSync(text))).toString()).toBe(text);
    expect((await inflated(Buffer.concat([gzipSync("a,"), gzipSync("b")]))).toString()).toBe("a,b");
  });

  it("says that a file is cut off, wherever it is cut", async () => {
    const bytes = gzipSync("a,b\n1,2\n");
    for (let cut = 3; cut < bytes.length; cut++) {
      await expect(inflated(bytes.subarray(0, cut)), `cut at ${cut}`).rejects.toThrow(
        /cut off before its end/,
      );
    }
  });

  it("says that a file is damaged", async () => {
    const bytes = gzipSync(text);
    bytes.fill(0xff, 20, 40);
    await expect(inflated(bytes)).rejects.toMatchObject({ name: "FatalError", code: "BROKEN_GZIP" });
  });

  it("stops a bomb at the limit", async () => {
    await expect(inflated(gzipSync(Buffer.alloc(3_000_000)), 1_000_000)).rejects.toMatchObject({
      code: "INFLATED_TOO_LARGE",
      message: expect.stringMatching(/unpacks to more than 976.6 kB \(1,000,000 bytes\)/),
    });
  });

  it("passes on a failure of the source", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield gzipSync(text).subarray(0, 30);
      throw new Error("the connection was lost");
    }
    await expect(all(gunzip(broken(), 1e9))).rejects.toThrow("the connection was lost");
  });
});
