import { createHash } from "node:crypto";

/** One of several, the same for the same seed. */
export function pick<T>(options: readonly [T, ...T[]], ...seed: readonly (string | number)[]): T {
  const digest = createHash("sha256").update(seed.join("\u0000")).digest();
  return options[digest.readUInt32BE(0) % options.length] as T;
}
