import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { type Claims, claimsSchema } from "./claims.js";

/** Why a token was refused. */
export type TokenErrorCode = "TOKEN_EXPIRED" | "TOKEN_INVALID" | "KEYS_UNAVAILABLE";

const sentences: Record<TokenErrorCode, string> = {
  TOKEN_EXPIRED: "The session has expired.",
  TOKEN_INVALID: "The session is not valid.",
  KEYS_UNAVAILABLE: "The keys that check sessions could not be fetched.",
};

/** A token was refused, or could not be checked (KEYS_UNAVAILABLE). The message is for the user. */
export class TokenError extends Error {
  override readonly name = "TokenError";

  constructor(
    readonly code: TokenErrorCode,
    cause?: unknown,
  ) {
    super(sentences[code], { cause });
  }
}

export interface VerifierOptions {
  /** Where the issuer publishes its public keys, e.g. `${SUPABASE_URL}/auth/v1/.well-known/jwks.json`. */
  jwksUrl: string | URL;
  /** The only issuer accepted, e.g. `${SUPABASE_URL}/auth/v1`. */
  issuer: string;
  /** The only audience accepted. */
  audience?: string;
  /** The only signatures accepted. Never a shared secret: whoever checks could sign. */
  algorithms?: readonly ("ES256" | "RS256")[];
  /** Keys are fetched again for an unknown key id, but not more often than this. Milliseconds. */
  cooldownMs?: number;
}

export interface Verifier {
  /** @returns the claims of a token that is genuine and valid now. @throws TokenError */
  verify(token: string): Promise<Claims>;
  /** Fetches the keys when none are there yet. @throws TokenError KEYS_UNAVAILABLE */
  ready(): Promise<void>;
}

/** Longer than any token that Supabase issues; keeps hostile headers away from the parser. */
const maxTokenLength = 16_384;

/** Verifies Supabase access tokens against the issuer's published keys, which are cached. */
export function createVerifier(options: VerifierOptions): Verifier {
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), {
    cooldownDuration: options.cooldownMs ?? 30_000,
    cacheMaxAge: 600_000,
    timeoutDuration: 5_000,
  });
  const rules = {
    issuer: options.issuer,
    audience: options.audience ?? "authenticated",
    algorithms: [...(options.algorithms ?? ["ES256", "RS256"])],
    requiredClaims: ["exp", "sub"],
  };

  return {
    async verify(token) {
      if (token.length > maxTokenLength) throw new TokenError("TOKEN_INVALID");
      try {
        const { payload } = await jwtVerify(token, keys, rules);
        return claimsSchema.parse(payload);
      } catch (cause) {
        throw new TokenError(codeOf(cause), cause);
      }
    },
    async ready() {
      if (keys.fresh) return;
      try {
        await keys.reload();
      } catch (cause) {
        throw new TokenError("KEYS_UNAVAILABLE", cause);
      }
    },
  };
}

function codeOf(cause: unknown): TokenErrorCode {
  if (cause instanceof errors.JWTExpired) return "TOKEN_EXPIRED";
  if (cause instanceof errors.JWKSTimeout || isFetchFailure(cause)) return "KEYS_UNAVAILABLE";
  return "TOKEN_INVALID";
}

/** The key server was not there (fetch throws TypeError) or answered with something that is no key set. */
function isFetchFailure(cause: unknown): boolean {
  if (cause instanceof errors.JWKSInvalid) return true;
  if (cause instanceof errors.JOSEError) return cause.code === "ERR_JOSE_GENERIC";
  return cause instanceof TypeError;
}
