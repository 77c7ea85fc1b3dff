import { createHash } from "node:crypto";
import { type OpenArtifact, RetryableError } from "@longhaul/kit/step";
import type { Encoding } from "../result.js";
import { blocks } from "./bytes/blocks.js";
import { Decoder } from "./bytes/decode.js";
import { gunzip, isGzip } from "./bytes/gunzip.js";
import { chunksOf } from "./bytes/web-stream.js";
import { size } from "./problems.js";

const blockBytes = 64 * 1024;

/** An opened file on its way from uploaded bytes to UTF-8 text; what is known of it grows as it is read. */
export class Source {
  /** As uploaded. */
  bytes = 0;
  inflatedBytes = 0;
  compression: "none" | "gzip" = "none";
  private readonly hash = createHash("sha256");
  private readonly decoder = new Decoder();
  private readonly file: OpenArtifact;
  private readonly signal: AbortSignal;
  private readonly maxInflatedBytes: number;

  constructor(file: OpenArtifact, signal: AbortSignal, maxInflatedBytes: number) {
    this.file = file;
    this.signal = signal;
    this.maxInflatedBytes = maxInflatedBytes;
  }

  get encoding(): Encoding {
    return this.decoder.encoding;
  }

  /** Of the uploaded bytes; ask once, when all is read. */
  sha256(): string {
    return this.hash.digest("hex");
  }

  /** UTF-8 without a byte order mark, in blocks of even size. */
  async *text(): AsyncGenerator<Buffer> {
    for await (const block of this.plain()) {
      this.inflatedBytes += block.length;
      yield this.decoder.push(block);
    }
    yield this.decoder.end();
  }

  private async *plain(): AsyncGenerator<Buffer> {
    const uploaded = blocks(this.uploaded(), blockBytes);
    const first = await uploaded.next();
    if (first.done) return;
    const all = prepend(first.value, uploaded);
    if (isGzip(first.value)) {
      this.compression = "gzip";
      yield* blocks(gunzip(all, this.maxInflatedBytes), blockBytes);
    } else yield* all;
  }

  private async *uploaded(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunksOf(this.file.stream, this.signal)) {
      this.hash.update(chunk);
      this.bytes += chunk.length;
      yield chunk;
    }
    if (this.bytes < this.file.size) {
      throw new RetryableError(
        `Reading the file stopped after ${size(this.bytes)} of ${size(this.file.size)}.`,
        { code: "FILE_CHANGED" },
      );
    }
  }
}

async function* prepend<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}
