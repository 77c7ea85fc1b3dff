import { isAscii, isUtf8 } from "node:buffer";
import type { Encoding } from "../../result.js";
import { fileProblem } from "../problems.js";
import { refuseBinary, refuseOtherKinds, refuseZeroBytes } from "./binary.js";
import { windows1252ToUtf8 } from "./windows-1252.js";

const saveAsUtf8 = 'Save it as UTF-8 (in Excel: "CSV UTF-8") and upload it again.';

interface Detected {
  readonly encoding: Encoding;
  /** Bytes of the byte order mark. */
  readonly skip: number;
}

/** By the byte order mark, else by where the zero bytes are: in UTF-16 every second byte of plain text is one. */
function detect(start: Uint8Array): Detected {
  const [a, b, c, d] = start;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: "utf-8", skip: 3 };
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff)) {
    throw fileProblem("WRONG_ENCODING", `This file is in UTF-32, which imports do not read. ${saveAsUtf8}`);
  }
  if (a === 0xff && b === 0xfe) return { encoding: "utf-16le", skip: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: "utf-16be", skip: 2 };
  let even = 0;
  let odd = 0;
  for (let i = 0; i < start.length; i++) {
    if (start[i] !== 0) continue;
    if (i & 1) odd++;
    else even++;
  }
  const half = start.length / 2;
  if (odd > half * 0.4 && even < half * 0.05) return { encoding: "utf-16le", skip: 0 };
  if (even > half * 0.4 && odd < half * 0.05) return { encoding: "utf-16be", skip: 0 };
  return { encoding: "utf-8", skip: 0 };
}

/**
 * Turns the bytes of a file into UTF-8, chunk by chunk. The encoding is told from the first chunk; text that
 * was plain ASCII until a byte that is not UTF-8 comes is read as windows-1252 from there on, which agrees
 * with all that was read before.
 */
export class Decoder {
  encoding: Encoding = "utf-8";
  private started = false;
  private held: Buffer = Buffer.alloc(0);
  private plainSoFar = true;
  private letters = 0;
  private highBytes = 0;

  /** @throws FatalError WRONG_ENCODING or NOT_A_TABLE */
  push(chunk: Uint8Array): Buffer {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (!this.started) {
      this.started = true;
      refuseOtherKinds(bytes);
      const { encoding, skip } = detect(bytes);
      this.encoding = encoding;
      if (encoding === "utf-8") refuseBinary(bytes);
      bytes = bytes.subarray(skip);
    }
    if (this.held.length > 0) bytes = Buffer.concat([this.held, bytes]);
    return this.decode(bytes, false);
  }

  /** What is left at the end of the file. */
  end(): Buffer {
    return this.decode(this.held, true);
  }

  private decode(bytes: Buffer, last: boolean): Buffer {
    this.held = Buffer.alloc(0);
    if (this.encoding === "windows-1252") return this.fromWindows(bytes);
    return this.encoding === "utf-8" ? this.fromUtf8(bytes, last) : this.fromUtf16(bytes, last);
  }

  private fromUtf8(bytes: Buffer, last: boolean): Buffer {
    refuseZeroBytes(bytes);
    const whole = last ? bytes.length : wholeCharacters(bytes);
    const text = bytes.subarray(0, whole);
    if (!isUtf8(text)) {
      if (!this.plainSoFar || mostlyUtf8(bytes)) {
        const sentence = `Parts of this file are UTF-8 and parts are not. ${saveAsUtf8}`;
        throw fileProblem("WRONG_ENCODING", sentence);
      }
      this.encoding = "windows-1252";
      return this.fromWindows(bytes);
    }
    if (this.plainSoFar) this.plainSoFar = isAscii(text);
    this.held = Buffer.from(bytes.subarray(whole));
    return text;
  }

  private fromUtf16(bytes: Buffer, last: boolean): Buffer {
    let end = bytes.length & ~1;
    const order = this.encoding === "utf-16be" ? 0 : 1;
    // The first half of a surrogate pair waits for its second.
    if (!last && end >= 2 && ((bytes[end - 2 + order] as number) & 0xfc) === 0xd8) end -= 2;
    const units = Buffer.from(bytes.subarray(0, end));
    if (this.encoding === "utf-16be") units.swap16();
    const text = units.toString("utf16le");
    if (/\p{Surrogate}/u.test(text) || text.includes("\0") || (last && bytes.length !== end)) {
      throw fileProblem("WRONG_ENCODING", `This file starts as UTF-16 but is damaged. ${saveAsUtf8}`);
    }
    this.held = Buffer.from(bytes.subarray(end));
    return Buffer.from(text, "utf8");
  }

  private fromWindows(bytes: Buffer): Buffer {
    for (const byte of bytes) {
      if (byte >= 0x80) this.highBytes++;
      else if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) this.letters++;
    }
    const text = bytes.includes(0) ? null : windows1252ToUtf8(bytes);
    // In western European text few letters have accents; where many bytes are high it is another alphabet.
    const foreign = this.highBytes > 32 && this.highBytes > 0.4 * (this.highBytes + this.letters);
    if (!text || foreign) {
      throw fileProblem("WRONG_ENCODING", `The encoding of this file could not be recognised. ${saveAsUtf8}`);
    }
    return text;
  }
}

/** How many bytes there are before a character that the chunk cuts through. */
function wholeCharacters(bytes: Uint8Array): number {
  const end = bytes.length;
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back] as number;
    if (byte < 0x80) return end;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? end - back : end;
  }
  return end;
}

/** Whether at least as many characters of the bytes are UTF-8 sequences as there are strays between them. */
function mostlyUtf8(bytes: Buffer): boolean {
  let sequences = 0;
  let strays = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (byte >= 0xc2 && isUtf8(bytes.subarray(at, at + length))) {
      sequences++;
      at += length - 1;
    } else strays++;
  }
  return sequences > 0 && sequences >= strays;
}
