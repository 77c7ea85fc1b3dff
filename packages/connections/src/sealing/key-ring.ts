import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import { ConnectionError } from "../errors.js";

/** 256-bit keys by their ids: all of them open, `current` seals. */
export interface KeyRing {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
  /** The secret of the client that is registered with the third party, where it has one. */
  readonly clientSecret: string | undefined;
}

export interface KeyRings {
  /** The keys as they were read within the last minutes. */
  get(): Promise<KeyRing>;
  /** The keys with this one, which may have been added since: read again for it, though not again and again. */
  having(keyId: string): Promise<KeyRing>;
}

const key = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}=?$/, "must be 32 bytes in base64url")
  .transform((text) => new Uint8Array(Buffer.from(text, "base64url")));

const documentSchema = z
  .object({
    current: z.string().min(1).max(100),
    keys: z.record(z.string().min(1).max(100), key),
    clientSecret: z.string().min(1).optional(),
  })
  .refine(({ current, keys }) => Object.hasOwn(keys, current), {
    path: ["current"],
    message: "must name one of the keys",
  });

/** Reads the secret's text, `{"current":"<id>","keys":{"<id>":"<32 bytes, base64url>"}}`. @throws Error without any key. */
export function parseKeyRing(text: string): KeyRing {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Error("The secret of the connections' keys is not JSON.");
  }
  const parsed = documentSchema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
    throw new Error(`The secret of the connections' keys is not as it should be: ${lines.join("; ")}.`);
  }
  const { current, keys, clientSecret } = parsed.data;
  return { current, keys: new Map(Object.entries(keys)), clientSecret };
}

const cacheMs = 300_000;
/** How often an unknown key id may make the secret be read again. */
const lookAgainMs = 10_000;

/**
 * The keys of a secret in Secrets Manager, read at first use and again every five minutes. While it cannot be
 * read, the keys known before are used on.
 */
export function secretKeyRings(
  client: Pick<SecretsManagerClient, "send">,
  secretId: string,
  now: () => number = Date.now,
): KeyRings {
  let known: { readonly ring: KeyRing; readonly at: number } | undefined;
  let reading: Promise<KeyRing> | undefined;
  /** The key that was looked for in vain last. */
  let missed: { readonly keyId: string; readonly at: number } | undefined;

  async function read(): Promise<KeyRing> {
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
      const ring = parseKeyRing(SecretString ?? "");
      known = { ring, at: now() };
      return ring;
    } catch (cause) {
      if (known) return known.ring;
      const sentence = "The keys of the connections cannot be read at the moment.";
      throw new ConnectionError("CONNECTION_UNAVAILABLE", sentence, { cause });
    }
  }

  function readOnce(): Promise<KeyRing> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function get(): Promise<KeyRing> {
    return known && now() - known.at < cacheMs ? known.ring : readOnce();
  }

  return {
    get,
    async having(keyId) {
      const ring = await get();
      if (ring.keys.has(keyId) || (missed?.keyId === keyId && now() - missed.at < lookAgainMs)) return ring;
      // However lately the keys were read: this one may have been added since, and what it sealed is no less good.
      const anew = await readOnce();
      if (!anew.keys.has(keyId)) missed = { keyId, at: now() };
      return anew;
    },
  };
}
