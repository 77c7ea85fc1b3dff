import { FatalError } from "@longhaul/kit/step";

const lineFeed = 0x0a;
const quote = 0x22;
/** A header that is longer is none. */
const mostHeaderBytes = 1024 * 1024;

/** Joins the parts of a table, each with the same header line, into one file with one header. */
export async function* joined(
  parts: AsyncIterable<{ part: number; bytes: Uint8Array }>,
): AsyncGenerator<Uint8Array> {
  let first: Buffer | null = null;
  let current = -1;
  let header: Header | null = null;
  let last = lineFeed;
  for await (const { part, bytes } of parts) {
    if (part !== current) {
      current = part;
      header = new Header();
      // A part whose last line has no end of its own must not run into the next one.
      if (last !== lineFeed) yield Buffer.from("\n");
    }
    let rest = bytes;
    if (header) {
      const after = header.take(bytes);
      if (after === null) continue;
      if (first === null) {
        first = header.bytes();
        yield first;
      } else if (!first.equals(header.bytes())) {
        throw new FatalError("The parts of the result do not belong together.", { code: "RESULT_MIXED" });
      }
      header = null;
      last = lineFeed;
      rest = bytes.subarray(after);
    }
    if (rest.length === 0) continue;
    last = rest[rest.length - 1] as number;
    yield rest;
  }
  // A result of no rows may be a header without an end.
  if (first === null && header) yield header.bytes();
}

/** Collects a record that ends with a line feed outside of quotation marks. */
class Header {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  #quoted = false;

  /** @returns where the table goes on in the chunk; null when the header does. */
  take(chunk: Uint8Array): number | null {
    let at = 0;
    for (; at < chunk.length; at++) {
      if (chunk[at] === quote) this.#quoted = !this.#quoted;
      if (chunk[at] === lineFeed && !this.#quoted) break;
    }
    const taken = chunk.subarray(0, Math.min(at + 1, chunk.length));
    this.#chunks.push(taken);
    this.#size += taken.length;
    if (this.#size > mostHeaderBytes) {
      throw new FatalError("The result is no table: its first line does not end.", {
        code: "RESULT_NO_TABLE",
      });
    }
    return at < chunk.length ? at + 1 : null;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
