import { z } from "zod";
import { ConnectionError } from "../errors.js";
import type { KeyRings } from "../sealing/key-ring.js";
import { jsonBody } from "./json-body.js";
import type { Tokens } from "./login.js";

const requestMs = 15_000;

/** Of an answer, which is two tokens or the name of an error. */
const mostBytes = 64 * 1024;
/** A token that is said to last longer is renewed after a day all the same. */
const longestSeconds = 86_400;

/** As RFC 6749 has tokens (appendix A.12), without the blank: what else one held would go into a header. */
const token = z.string().regex(/^[\x21-\x7e]{1,4096}$/);
const tokensSchema = z.object({
  access_token: token,
  refresh_token: token.optional(),
  expires_in: z
    .number()
    .positive()
    .transform((seconds) => Math.min(seconds, longestSeconds)),
});
const refusalSchema = z.object({ error: z.string() });

/** How tokens are asked for (RFC 6749, sections 5.1 and 5.2), as the client of that id. */
export function tokenEndpoint(clientId: string, rings: Pick<KeyRings, "get">) {
  return {
    /** Posts a form. @throws ConnectionError CONNECTION_UNAVAILABLE when nobody answers. */
    async post(url: string, form: Record<string, string>, signal?: AbortSignal): Promise<Response> {
      const { clientSecret } = await rings.get();
      const body = new URLSearchParams({ ...form, client_id: clientId });
      if (clientSecret !== undefined) body.set("client_secret", clientSecret);
      const timeout = AbortSignal.timeout(requestMs);
      try {
        return await fetch(url, {
          method: "POST",
          body,
          headers: { accept: "application/json" },
          redirect: "error",
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        });
      } catch (cause) {
        signal?.throwIfAborted();
        throw new ConnectionError("CONNECTION_UNAVAILABLE", "Amazon's sign-in cannot be reached.", { cause });
      }
    },

    /** The tokens of an answer; `earlier` is the refresh token that stays where none is given. @throws ConnectionError */
    async tokens(response: Response, earlier?: string): Promise<Tokens> {
      if (!response.ok) throw await refusal(response);
      const parsed = tokensSchema.safeParse(await jsonBody(response, mostBytes).catch(() => null));
      const refreshToken = parsed.data?.refresh_token ?? earlier;
      if (!parsed.success || refreshToken === undefined) {
        const sentence = "Amazon's sign-in gave an answer without tokens.";
        throw new ConnectionError("CONNECTION_UNAVAILABLE", sentence);
      }
      const { access_token: accessToken, expires_in: expiresInSeconds } = parsed.data;
      return { accessToken, refreshToken, expiresInSeconds };
    },
  };
}

/** The body is read for its code only: an answer might repeat what it was asked with. */
async function refusal(response: Response): Promise<ConnectionError> {
  const { status } = response;
  const said = refusalSchema.safeParse(await jsonBody(response, mostBytes).catch(() => null));
  const error = said.success ? said.data.error : "";
  if (status === 429 || status >= 500) {
    const retryAfterSeconds = Number(response.headers.get("retry-after")) || undefined;
    const sentence = `Amazon's sign-in is busy (it answered ${status}).`;
    return new ConnectionError("CONNECTION_UNAVAILABLE", sentence, { retryAfterSeconds });
  }
  if (error === "invalid_grant") {
    return new ConnectionError("CONNECTION_REVOKED", "Amazon does not accept this consent any more.");
  }
  const code = /^[a-z_]{1,40}$/.test(error) ? error : `status ${status}`;
  return new ConnectionError("CONNECTION_REFUSED", `Amazon's sign-in refused the request: ${code}.`);
}
