import { crc32 } from "node:zlib";
import { ROOM } from "./changes.js";

/** Texts among the bytes of frames, by number. What V8 has to keep of each is that number. */
export class Texts {
  private readonly chunks: Buffer[] = [];
  private places = new Int32Array(3 * 256);
  private count = 0;

  /** Keeps a text that is at a place in a buffer. @returns its number */
  add(chunk: Buffer, at: number, length: number): number {
    if (this.chunks.at(-1) !== chunk) this.chunks.push(chunk);
    const place = this.count * 3;
    if (place === this.places.length) {
      const larger = new Int32Array(place * 2);
      larger.set(this.places);
      this.places = larger;
    }
    this.places[place] = this.chunks.length - 1;
    this.places[place + 1] = at;
    this.places[place + 2] = length;
    this.count += 1;
    return this.count - 1;
  }

  text(number: number): string {
    const at = this.at(number);
    return this.chunkOf(number).toString("utf8", at, at + this.length(number));
  }

  /** A text's bytes after their checksum, which begins with a seed, as codec.ts has them. */
  sealed(number: number, seed: number): Buffer {
    const chunk = this.chunkOf(number);
    const at = this.at(number);
    const end = at + this.length(number);
    // The frame is on disk already: what was kept free in it may be written to here.
    const start = at - ROOM.length;
    chunk.writeUInt32LE(crc32(chunk.subarray(at, end), seed), start);
    return chunk.subarray(start, end);
  }

  private chunkOf(number: number): Buffer {
    return this.chunks[this.places[number * 3] ?? -1] as Buffer;
  }

  private at(number: number): number {
    return this.places[number * 3 + 1] ?? 0;
  }

  private length(number: number): number {
    return this.places[number * 3 + 2] ?? 0;
  }
}
