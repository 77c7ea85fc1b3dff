import { crc32 } from "node:zlib";

/** Thrown by decode for bytes that are not what encode wrote. */
export class ChecksumError extends Error {}

/** A value as bytes: CRC-32 of the rest, then JSON. */
export function encode(value: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(value), "utf8");
  const bytes = Buffer.allocUnsafe(text.length + 4);
  bytes.writeUInt32LE(crc32(text), 0);
  text.copy(bytes, 4);
  return bytes;
}

/** The value that encode wrote. @throws ChecksumError when the bytes are no longer the same */
export function decode(bytes: Buffer): unknown {
  const text = bytes.subarray(4);
  if (bytes.length < 5 || bytes.readUInt32LE(0) !== crc32(text))
    throw new ChecksumError("a checksum does not match");
  return JSON.parse(text.toString("utf8"));
}
