import { incompleteBody, invalidRequest } from "./errors.js";

const maxLineBytes = 4_096;
const maxTrailers = 20;

/**
 * Takes the frames of aws-chunked off a body: "size[;chunk-signature=...]\r\n bytes \r\n", a last one of size 0, then trailers.
 * Source: "Signature calculations: transferring payload in multiple chunks" in the S3 API reference.
 * @param trailers gets the trailers by lower-case name when the body has been read
 * @throws S3Error for frames that are malformed or cut off
 */
export async function* decodeChunked(
  body: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const reader = new Reader(body);
  for (;;) {
    const [size = ""] = (await reader.line()).split(";");
    if (!/^[0-9a-f]{1,10}$/i.test(size))
      throw invalidRequest("A chunk of the body does not begin with its size.");
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    yield* reader.bytes(length);
    if ((await reader.line()) !== "")
      throw invalidRequest("A chunk of the body is longer than its size says.");
  }
  let count = 0;
  for (let line = await reader.line(true); line !== ""; line = await reader.line(true)) {
    const colon = line.indexOf(":");
    count += 1;
    if (colon < 1 || count > maxTrailers) throw invalidRequest("The trailers of the body are malformed.");
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  await reader.drain();
}

/** Lines and numbers of bytes out of pieces that are cut anywhere. */
class Reader {
  readonly #pieces: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(body: AsyncIterable<Buffer>) {
    this.#pieces = body[Symbol.asyncIterator]();
  }

  async #next(): Promise<boolean> {
    const next = await this.#pieces.next();
    this.#ended = next.done === true;
    if (next.done !== true)
      this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value]);
    return !this.#ended;
  }

  /** The text up to the next line end. The body's end counts as one where `last` says so. */
  async line(last = false): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#held.toString("latin1", 0, end);
        this.#held = this.#held.subarray(end + 2);
        return line;
      }
      if (this.#held.length > maxLineBytes)
        throw invalidRequest("A line between the chunks of the body is too long.");
      if (await this.#next()) continue;
      if (!last) throw incompleteBody();
      const line = this.#held.toString("latin1");
      this.#held = Buffer.alloc(0);
      return line;
    }
  }

  async *bytes(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      if (this.#held.length === 0 && !(await this.#next())) throw incompleteBody();
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  /** Reads on to the end, so that the connection can be used again. */
  async drain(): Promise<void> {
    while (!this.#ended) {
      this.#held = Buffer.alloc(0);
      await this.#next();
    }
  }
}
