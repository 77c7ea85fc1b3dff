const decoder = new TextDecoder();

/** Keeps short texts in one growing byte array. A text is cut to `maxBytes`, with an ellipsis to say so. */
export class TextArena {
  private bytes = new Uint8Array(1024);
  private used = 1;
  private readonly maxBytes: number;

  /** @param maxBytes of each text, at most 254. */
  constructor(maxBytes = 80) {
    this.maxBytes = maxBytes;
  }

  /** The text's reference: never 0. */
  store(bytes: Uint8Array, start: number, end: number): number {
    const cut = end - start > this.maxBytes;
    const length = cut ? this.maxBytes : end - start;
    const ref = this.reserve(length + 1);
    this.bytes[ref] = cut ? 255 : length;
    if (length < 16) for (let i = 0; i < length; i++) this.bytes[ref + 1 + i] = bytes[start + i] as number;
    else this.bytes.set(bytes.subarray(start, start + length), ref + 1);
    return ref;
  }

  /** Takes over a text of another arena of the same width. */
  copy(from: TextArena, ref: number): number {
    const length = from.bytes[ref] as number;
    const to = this.reserve((length === 255 ? this.maxBytes : length) + 1);
    this.bytes.set(from.bytes.subarray(ref, ref + this.used - to), to);
    return to;
  }

  read(ref: number): string {
    const length = this.bytes[ref] as number;
    if (length < 255) return decoder.decode(this.bytes.subarray(ref + 1, ref + 1 + length));
    // A decoder that expects more leaves out a character that the cut went through.
    const cut = this.bytes.subarray(ref + 1, ref + 1 + this.maxBytes);
    return `${new TextDecoder().decode(cut, { stream: true })}…`;
  }

  private reserve(length: number): number {
    const ref = this.used;
    this.used += length;
    if (this.used > this.bytes.length) {
      const wider = new Uint8Array(Math.max(this.used, this.bytes.length * 2));
      wider.set(this.bytes);
      this.bytes = wider;
    }
    return ref;
  }
}
