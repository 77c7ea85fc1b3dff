import { crc32 } from "node:zlib";
import type { ChangesText, Placed } from "./changes.js";

/**
 * A frame of the journal: a header of 32 bytes, and text that says what is written. It begins where a sector begins and is
 * filled up with zeros to the end of its last, in a file that was made of zeros. A disk writes a sector wholly or not at
 * all: so a frame that was being written when the power went has sectors of zeros where it should have text, and one that
 * has not, and does not match its checksum, was damaged later.
 *
 * Header: magic, bytes of text, sequence (a double), flags, checksum of the text, bytes of the file as it was made, checksum of
 * the header.
 */
export interface Frame {
  /** Counted from 1 over all segments. */
  sequence: number;
  /** Whether its segment ends with it, so that there must be another. */
  last: boolean;
  /** How many bytes its segment was made with: a file that has fewer has lost its end. 0 where that was not written yet. */
  size: number;
  /** Where its text is in its segment. */
  at: number;
  end: number;
}

/** A segment is not as it was written. */
export class SegmentError extends Error {}

const SECTOR = 512;
const HEADER = 32;
const MAGIC = 0x314a484c;
const LAST = 1;
const NOTHING = Buffer.alloc(SECTOR);

/** What the header of a frame says of it and its segment. */
type FrameHead = Pick<Frame, "sequence" | "last" | "size">;

/** A frame as bytes: whole sectors of a larger buffer, and where its changes are in that. */
export interface FrameBytes {
  bytes: Buffer;
  chunk: Buffer;
  placed: Placed[];
}

/** Makes the bytes of frames, many in one buffer, where they stay as long as somebody has need of what is in them. */
export class FrameWriter {
  private static readonly CHUNK = 1024 * 1024;
  private chunk = Buffer.alloc(0);
  private free = 0;

  frame(changes: ChangesText, head: FrameHead): FrameBytes {
    // What is not ASCII has more bytes than characters: that is counted anew, and seldom.
    const encoded = this.tryFrame(changes, head) ?? this.tryFrame(changes.inBytes(), head, true);
    if (encoded === null) throw new Error("a frame cannot be encoded");
    return encoded;
  }

  private tryFrame(
    { text, placed }: ChangesText,
    { sequence, last, size }: FrameHead,
    counted = false,
  ): FrameBytes | null {
    const start = this.room(HEADER + text.length * (counted ? 3 : 1) + SECTOR);
    const { chunk } = this;
    const from = start + HEADER;
    const length = counted ? chunk.write(text, from, "utf8") : asciiLength(chunk, text, from);
    if (length < 0) return null;
    const end = start + whole(HEADER + length);
    chunk.fill(0, from + length, end);
    const bytes = chunk.subarray(start, end);
    bytes.writeUInt32LE(MAGIC, 0);
    bytes.writeUInt32LE(length, 4);
    bytes.writeDoubleLE(sequence, 8);
    bytes.writeUInt32LE(last ? LAST : 0, 16);
    bytes.writeUInt32LE(crc32(bytes.subarray(HEADER, HEADER + length)), 20);
    bytes.writeUInt32LE(size, 24);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 28)), 28);
    this.free = end;
    for (const change of placed) if (change.at >= 0) change.at += from;
    return { bytes, chunk, placed };
  }

  /** Where in the chunk there is room for so much. */
  private room(bytes: number): number {
    if (this.chunk.length - this.free < bytes) {
      this.chunk = Buffer.allocUnsafeSlow(Math.max(FrameWriter.CHUNK, bytes));
      this.free = 0;
    }
    return this.free;
  }
}

/** Writes a text that is ASCII, and -1 when it turns out not to be. */
function asciiLength(chunk: Buffer, text: string, at: number): number {
  // With room for one character more than there are bytes if it is, so that it cannot end there by chance.
  const length = chunk.write(text, at, text.length + 4, "utf8");
  return length === text.length ? length : -1;
}

function whole(bytes: number): number {
  return Math.ceil(bytes / SECTOR) * SECTOR;
}

/** What is at a place in a segment. */
type Found =
  | { kind: "frame"; frame: Frame; next: number }
  | { kind: "none" }
  /** What was being written when the process or the power ended; `size` as in a frame. */
  | { kind: "torn"; size: number }
  | { kind: "damaged"; what: string };

/** Finds the frames of a segment, of which the first is to have a sequence. @throws SegmentError */
export function framesOf(bytes: Buffer, first: number): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; ; ) {
    const found = look(bytes, at);
    if (found.kind === "damaged") throw new SegmentError(found.what);
    if (found.kind !== "frame") {
      const size = frames[0]?.size ?? (found.kind === "torn" ? found.size : 0);
      if (bytes.length < size) throw new SegmentError("it has lost its end");
      if (hasFrameAfter(bytes, at)) throw new SegmentError("it has a hole before its end");
      return frames;
    }
    const { frame, next } = found;
    const expected = first + frames.length;
    if (frame.sequence !== expected)
      throw new SegmentError(`it has entry ${frame.sequence} where ${expected} should be`);
    frames.push(frame);
    if (frame.last) return frames;
    at = next;
  }
}

function look(bytes: Buffer, start: number): Found {
  const head = bytes.subarray(start, start + SECTOR);
  if (isZero(head)) return { kind: "none" };
  if (head.length < SECTOR) return { kind: "torn", size: 0 };
  const sound = head.readUInt32LE(0) === MAGIC && head.readUInt32LE(28) === crc32(head.subarray(0, 28));
  if (!sound) return { kind: "damaged", what: "the head of an entry has changed" };
  const at = start + HEADER;
  const end = at + head.readUInt32LE(4);
  const next = start + whole(end - start);
  const size = head.readUInt32LE(24);
  if (next > bytes.length) return { kind: "torn", size };
  if (head.readUInt32LE(20) !== crc32(bytes.subarray(at, end))) {
    for (let part = start; part < next; part += SECTOR)
      if (isZero(bytes.subarray(part, part + SECTOR))) return { kind: "torn", size };
    return { kind: "damaged", what: "an entry has changed" };
  }
  const last = head.readUInt32LE(16) === LAST;
  const frame = { sequence: head.readDoubleLE(8), last, size, at, end };
  return { kind: "frame", frame, next };
}

/** Whether a whole frame comes after a place: frames are written one after the other, so what is before it was whole. */
function hasFrameAfter(bytes: Buffer, at: number): boolean {
  for (let later = at + SECTOR; later + SECTOR <= bytes.length; later += SECTOR)
    if (bytes.readUInt32LE(later) === MAGIC && look(bytes, later).kind === "frame") return true;
  return false;
}

function isZero(sector: Buffer): boolean {
  return sector.equals(sector.length === SECTOR ? NOTHING : NOTHING.subarray(0, sector.length));
}
