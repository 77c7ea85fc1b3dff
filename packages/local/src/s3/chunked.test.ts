import { describe, expect, it } from "vitest";
import { decodeChunked } from "./chunked.js";

async function decode(text: string, pieceBytes: number) {
  const whole = Buffer.from(text);
  const trailers = new Map<string, string>();
  async function* pieces() {
    for (let at = 0; at < whole.length; at += pieceBytes) yield whole.subarray(at, at + pieceBytes);
  }
  const out: Buffer[] = [];
  for await (const piece of decodeChunked(pieces(), trailers)) out.push(piece);
  return { body: Buffer.concat(out).toString(), trailers: Object.fromEntries(trailers) };
}

describe.each([1, 2, 3, 7, 1000])("a body that comes in pieces of %i bytes", (pieceBytes) => {
  it("is put together from its chunks", async () => {
    const frames =
      "A;chunk-signature=ab\r\n0123\r\n6789\r\n1\r\n!\r\n0\r\nX-Amz-Checksum-Crc32: abc=\r\nb:c\r\n\r\n";
    expect(await decode(frames, pieceBytes)).toEqual({
      body: "0123\r\n6789!",
      trailers: { "x-amz-checksum-crc32": "abc=", b: "c" },
    });
  });

  it("may be empty, and may end without the last line end", async () => {
    expect(await decode("0\r\n\r\n", pieceBytes)).toEqual({ body: "", trailers: {} });
    expect(await decode("0\r\na:b", pieceBytes)).toEqual({ body: "", trailers: { a: "b" } });
  });

  it.each(["", "5", "5\r\nab", "5\r\nabcde", "5\r\nabcde\r\n"])("is refused when it is only %j", (text) =>
    expect(decode(text, pieceBytes)).rejects.toMatchObject({ code: "IncompleteBody" }),
  );
});
