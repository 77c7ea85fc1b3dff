import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";
import { ConnectionError } from "../errors.js";
import type { KeyRings } from "./key-ring.js";

export interface Sealing {
  /** Seals a text for one purpose: what was sealed for another is not opened, though the key is the same. */
  seal(text: string, purpose: string): Promise<string>;
  /** @throws ConnectionError CONNECTION_UNREADABLE when it was not sealed for this, or with a key that is gone. */
  open(sealed: string, purpose: string): Promise<string>;
}

const algorithms = { alg: "dir", enc: "A256GCM" } as const;

/**
 * Seals texts as compact JWE: AES-256-GCM by a key of the ring, whose id stands in the header, so that old keys open what
 * they have sealed while the current one seals. The purpose is a part of the authenticated header: a sealed token that is
 * moved to another row does not open there. Source: RFC 7516, RFC 7518 section 4.5 and 5.3.
 */
export function createSealing(rings: KeyRings): Sealing {
  return {
    async seal(text, purpose) {
      const { current, keys } = await rings.get();
      return new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ ...algorithms, kid: current, purpose })
        .encrypt(keys.get(current) as Uint8Array);
    },
    async open(sealed, purpose) {
      const unreadable = (cause?: unknown) =>
        new ConnectionError(
          "CONNECTION_UNREADABLE",
          "What the connection keeps cannot be opened any more. Connect it again.",
          { cause },
        );
      let header: ReturnType<typeof decodeProtectedHeader>;
      try {
        header = decodeProtectedHeader(sealed);
      } catch (cause) {
        throw unreadable(cause);
      }
      if (typeof header.kid !== "string" || header["purpose"] !== purpose) throw unreadable();
      const key = (await rings.having(header.kid)).keys.get(header.kid);
      if (!key) throw unreadable();
      try {
        const { plaintext } = await compactDecrypt(sealed, key, {
          keyManagementAlgorithms: [algorithms.alg],
          contentEncryptionAlgorithms: [algorithms.enc],
        });
        return new TextDecoder().decode(plaintext);
      } catch (cause) {
        throw unreadable(cause);
      }
    },
  };
}
