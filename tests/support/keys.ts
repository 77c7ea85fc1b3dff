import { randomBytes } from "node:crypto";
import { createSealing, type KeyRing, type KeyRings, parseKeyRing } from "@longhaul/connections";

/** Keys as a deployment has them, which a test changes as whoever deploys does. */
export function openKeys() {
  const key = () => randomBytes(32).toString("base64url");
  const keys: Record<string, string> = { first: key() };
  let current = "first";
  const ring = (): KeyRing => parseKeyRing(JSON.stringify({ current, keys }));
  const rings: KeyRings = { get: async () => ring(), having: async () => ring() };
  return {
    sealing: createSealing(rings),
    /** Adds a key that seals from now on. */
    add(id: string): void {
      keys[id] = key();
      current = id;
    },
    /** Takes a key away for good. */
    remove(id: string): void {
      delete keys[id];
    },
  };
}

/** Something that looks sealed, for tests in which nobody opens it. */
export const sealedSomehow = "e30..AAAA.AAAA.AAAA";
