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
    const { chunk, at, length } = this.placeOf(number);
    return chunk.toString("utf8", at, at + length);
  }

  /** A text's bytes after their checksum, as codec.ts has them. */
  sealed(number: number): Buffer {
    const { chunk, at, length } = this.placeOf(number);
    const bytes = chunk.subarray(at - ROOM.length, at + length);
    // The frame is on disk already: what was kept free in it may be written to here.
    bytes.writeUInt32LE(crc32(bytes.subarray(ROOM.length)), 0);
    return bytes;
  }

  private placeOf(number: number): { chunk: Buffer; at: number; length: number } {
    const [index = 0, at = 0, length = 0] = this.places.subarray(number * 3, number * 3 + 3);
    const chunk = this.chunks[index];
    if (chunk === undefined) throw new RangeError(`there is no text ${number}`);
    return { chunk, at, length };
  }
}
