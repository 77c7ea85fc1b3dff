import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sealed } from "./records.js";

const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** What a client gives and gets. */
export type Plain =
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "binary"; readonly base64: string };

/**
 * Seals values with AES-256-GCM, each bound to its secret and version. The key lies beside the data in a file that its
 * owner alone reads: it keeps values out of copies and searches of the data, not from the owner.
 */
export class Cipher {
  readonly #key: Buffer;

  /** @param folder where the key is, or is put; it is made if it is missing */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#key = readOrMakeKey(join(folder, "key"));
  }

  seal(plain: Plain, boundTo: string): Sealed {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(Buffer.from(boundTo));
    const bytes = plain.kind === "string" ? Buffer.from(plain.text) : Buffer.from(plain.base64, "base64");
    const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return {
      kind: plain.kind,
      sealed: Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64"),
    };
  }

  /** @throws Error where the value was changed, or belongs to another secret */
  open({ kind, sealed }: Sealed, boundTo: string): Plain {
    const bytes = Buffer.from(sealed, "base64");
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, nonceBytes))
      .setAAD(Buffer.from(boundTo))
      .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    const plain = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
    return kind === "string"
      ? { kind, text: plain.toString("utf8") }
      : { kind, base64: plain.toString("base64") };
  }
}

function readOrMakeKey(path: string): Buffer {
  try {
    writeFileSync(path, randomBytes(keyBytes), { flag: "wx", mode: 0o600, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const key = readFileSync(path);
  if (key.length !== keyBytes)
    throw new Error(
      `${path} is damaged: it holds ${key.length} bytes and not ${keyBytes}. The secrets cannot be read.`,
    );
  return key;
}
