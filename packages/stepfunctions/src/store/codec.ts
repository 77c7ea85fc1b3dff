import { crc32 } from "node:zlib";

/** Thrown by decode for bytes that are not what encode wrote. */
export class ChecksumError extends Error {}

const SCRATCH = Buffer.allocUnsafe(16_384);

/** JSON text as bytes: CRC-32 of the rest, then the text. */
function encodeText(text: string): Buffer {
  let bytes: Buffer;
  if (text.length * 3 > SCRATCH.length) {
    bytes = Buffer.allocUnsafe(Buffer.byteLength(text, "utf8") + 4);
    bytes.write(text, 4, "utf8");
  } else {
    // Written once to learn its length, and copied: quicker for short texts than to count first.
    const length = SCRATCH.write(text, 0, "utf8");
    bytes = Buffer.allocUnsafe(length + 4);
    SCRATCH.copy(bytes, 4, 0, length);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

/** A value as bytes. */
export function encode(value: unknown): Buffer {
  return encodeText(JSON.stringify(value));
}

/**
 * The text that encodeText wrote.
 * @param seed what its checksum began with
 * @throws ChecksumError when the bytes are no longer the same
 */
export function decodeText(bytes: Buffer, seed = 0): string {
  const text = bytes.subarray(4);
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== crc32(text, seed))
    throw new ChecksumError("a checksum does not match");
  return text.toString("utf8");
}

/** The value that encode wrote. @throws ChecksumError when the bytes are no longer the same */
export function decode(bytes: Buffer): unknown {
  return JSON.parse(decodeText(bytes));
}
