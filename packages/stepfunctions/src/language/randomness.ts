import { createHash } from "node:crypto";

/** Random numbers and UUIDs that are a function of a seed, so that a turn can be made again exactly. */
export interface Randomness {
  /** A number from 0 up to, not including, 1. */
  number(): number;
  /** A version 4 UUID. */
  uuid(): string;
}

/** Randomness from a seed: SHA-256 in counter mode. The seed comes with each event and should hold 128 random bits. */
export function randomnessFrom(seed: string): Randomness {
  let counter = 0;
  const block = (): Buffer => createHash("sha256").update(`${seed}:${counter++}`).digest();
  return {
    number: () => (block().readUIntBE(0, 6) % 2 ** 48) / 2 ** 48,
    uuid: () => uuidFrom(block()),
  };
}

function uuidFrom(bytes: Buffer): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
