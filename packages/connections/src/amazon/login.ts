import { createHash, randomBytes } from "node:crypto";
import { ConnectionError } from "../errors.js";
import type { KeyRings } from "../sealing/key-ring.js";
import type { ConnectionSettings } from "../settings.js";
import { tokenEndpoint } from "./token-endpoint.js";

/** What Login with Amazon gives. */
export interface Tokens {
  readonly accessToken: string;
  /** At a refresh the same one again, or one that takes its place. */
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
}

export interface LoginWithAmazon {
  /** The page on which a person consents; it sends them back to `redirectUri` with `code` and `state`. */
  authorisationUrl(request: { state: string; verifier: string; redirectUri: string }): string;
  /** @throws ConnectionError CONNECTION_REFUSED, CONNECTION_UNAVAILABLE */
  exchange(given: { code: string; verifier: string; redirectUri: string }): Promise<Tokens>;
  /** @throws ConnectionError CONNECTION_REVOKED when the token is not taken any more; CONNECTION_REFUSED, CONNECTION_UNAVAILABLE */
  refresh(refreshToken: string, signal?: AbortSignal): Promise<Tokens>;
  /** Gives a token up where the third party has a way to. It is gone from here in any case: failures are not thrown. */
  revoke(refreshToken: string): Promise<void>;
}

/** What the advertising API and AMC's reporting are reached with. */
const scope = "advertising::campaign_management";

/** A text that nobody can guess: for `state`, and as PKCE's code verifier (RFC 7636 asks for 43 characters at least). */
export function randomText(): string {
  return randomBytes(32).toString("base64url");
}

/** Source: the authorisation code grant and access tokens of Login with Amazon's guide; RFC 6749, RFC 7636, RFC 7009. */
export function loginWithAmazon(settings: ConnectionSettings, rings: KeyRings): LoginWithAmazon {
  const { clientId, loginUrl, tokenUrl, revokeUrl } = settings;

  const { post, tokens } = tokenEndpoint(clientId, rings);

  return {
    authorisationUrl({ state, verifier, redirectUri }) {
      const url = new URL(loginUrl);
      url.search = new URLSearchParams({
        client_id: clientId,
        scope,
        response_type: "code",
        redirect_uri: redirectUri,
        state,
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
      }).toString();
      return url.href;
    },
    async exchange({ code, verifier, redirectUri }) {
      const form = {
        grant_type: "authorization_code",
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      };
      try {
        return await tokens(await post(tokenUrl, form));
      } catch (error) {
        if (!(error instanceof ConnectionError) || error.code !== "CONNECTION_REVOKED") throw error;
        const sentence =
          "Amazon did not accept this sign-in: it has run out, or was used already. Begin again.";
        throw new ConnectionError("CONNECTION_REFUSED", sentence);
      }
    },
    async refresh(refreshToken, signal) {
      const form = { grant_type: "refresh_token", refresh_token: refreshToken };
      return tokens(await post(tokenUrl, form, signal), refreshToken);
    },
    async revoke(refreshToken) {
      if (revokeUrl === undefined) return;
      const response = await post(revokeUrl, { token: refreshToken, token_type_hint: "refresh_token" }).catch(
        () => null,
      );
      await response?.body?.cancel();
    },
  };
}
