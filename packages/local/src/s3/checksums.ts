import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** The checksums of S3 by the names in which its headers end: x-amz-checksum-crc32. */
export type Algorithm = "crc32" | "crc32c" | "crc64nvme" | "sha1" | "sha256";

export const algorithms: readonly Algorithm[] = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];

/** As the API spells it: CRC32C. */
export function algorithmNamed(given: string | undefined): Algorithm | undefined {
  return algorithms.find((algorithm) => algorithm === given?.toLowerCase());
}

/** How an algorithm is called in XML: ChecksumCRC32C. */
export function elementOf(algorithm: Algorithm): string {
  return `Checksum${algorithm.toUpperCase()}`;
}

export interface Checksum {
  update(bytes: Uint8Array): void;
  /** In base64, as headers carry it. */
  digest(): string;
}

export function createChecksum(algorithm: Algorithm): Checksum {
  switch (algorithm) {
    case "sha1":
    case "sha256": {
      const hash = createHash(algorithm);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("base64") };
    }
    case "crc32": {
      let value = 0;
      return {
        update: (bytes) => void (value = crc32(bytes, value)),
        digest: () => uint32(value),
      };
    }
    case "crc32c":
      return crc32c();
    case "crc64nvme":
      return crc64nvme();
  }
}

/** The checksum of a multipart object whose parts have checksums: that of their bytes, and how many they are. */
export function compositeChecksum(algorithm: Algorithm, parts: readonly string[]): string {
  const checksum = createChecksum(algorithm);
  for (const part of parts) checksum.update(Buffer.from(part, "base64"));
  return `${checksum.digest()}-${parts.length}`;
}

function uint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString("base64");
}

/** Castagnoli's polynomial, reflected. */
const castagnoli = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  return value >>> 0;
});

function crc32c(): Checksum {
  let value = 0xffffffff;
  return {
    update(bytes) {
      for (const byte of bytes) value = (value >>> 8) ^ (castagnoli[(value ^ byte) & 0xff] ?? 0);
    },
    digest: () => uint32(~value),
  };
}

/** CRC-64/NVME, reflected, in halves: numbers of 64 bits would be BigInts, a hundred times as slow. */
const [nvmeHigh, nvmeLow] = nvmeTables();

function nvmeTables(): readonly [Uint32Array, Uint32Array] {
  const highs = new Uint32Array(256);
  const lows = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd === 1) {
        high ^= 0x9a6c9329;
        low ^= 0xac4bc9b5;
      }
    }
    highs[byte] = high;
    lows[byte] = low;
  }
  return [highs, lows];
}

function crc64nvme(): Checksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(bytes) {
      for (const byte of bytes) {
        const at = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (nvmeLow[at] ?? 0);
        high = (high >>> 8) ^ (nvmeHigh[at] ?? 0);
      }
    },
    digest() {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(~high >>> 0, 0);
      bytes.writeUInt32BE(~low >>> 0, 4);
      return bytes.toString("base64");
    },
  };
}
