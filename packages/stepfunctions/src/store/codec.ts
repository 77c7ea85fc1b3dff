import { crc32 } from "node:zlib";

/** Thrown by decode for bytes that are not what encode wrote. */
export class ChecksumError extends Error {}

/** JSON text as bytes: CRC-32 of the rest, then the text. */
export function encodeText(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(Buffer.byteLength(text, "utf8") + 4);
  bytes.write(text, 4, "utf8");
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

/** A value as bytes. */
export function encode(value: unknown): Buffer {
  return encodeText(JSON.stringify(value));
}

/** The text that encodeText wrote. @throws ChecksumError when the bytes are no longer the same */
export function decodeText(bytes: Buffer): string {
  const text = bytes.subarray(4);
  if (bytes.length < 5 || bytes.readUInt32LE(0) !== crc32(text))
    throw new ChecksumError("a checksum does not match");
  return text.toString("utf8");
}

/** The value that encode wrote. @throws ChecksumError when the bytes are no longer the same */
export function decode(bytes: Buffer): unknown {
  return JSON.parse(decodeText(bytes));
}
