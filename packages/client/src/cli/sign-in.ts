import { z } from "zod";
import type { TokenSource } from "../connection.js";
import { LonghaulError } from "../errors.js";

const configSchema = z.object({ supabaseUrl: z.url(), supabaseAnonKey: z.string().min(1) });
const sessionSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number(),
});

/** A token is renewed this long before it ends. */
const renewMs = 60_000;

/**
 * Signs in with a password at the Supabase project that the API names, and keeps the token fresh.
 *
 * @throws LonghaulError from the source, with a sentence for the person at the terminal
 */
export function signedIn(url: string, email: string, password: string): TokenSource {
  let session: { token: string; refresh: string; endsAt: number } | null = null;

  async function ask(grant: "password" | "refresh_token", body: object): Promise<string> {
    const config = configSchema.parse(await json(await reach(new URL("/config.json", url))));
    const address = new URL(`/auth/v1/token?grant_type=${grant}`, config.supabaseUrl);
    const answer = await reach(address, {
      method: "POST",
      headers: { apikey: config.supabaseAnonKey, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.status === 429 || answer.status >= 500) {
      const message = `Nobody is signed in there now (${address.origin} answered with status ${answer.status}): try again later.`;
      throw new LonghaulError(message, "UNKNOWN");
    }
    if (!answer.ok) {
      const message = "Signing in was refused: check the e-mail address and the password.";
      throw new LonghaulError(message, "SIGNED_OUT");
    }
    const { access_token, refresh_token, expires_in } = sessionSchema.parse(await json(answer));
    session = { token: access_token, refresh: refresh_token, endsAt: Date.now() + expires_in * 1000 };
    return access_token;
  }

  return async () => {
    if (!session) return ask("password", { email, password });
    if (Date.now() < session.endsAt - renewMs) return session.token;
    return ask("refresh_token", { refresh_token: session.refresh });
  };
}

async function reach(address: URL, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (cause) {
    throw new LonghaulError(`${address.origin} cannot be reached.`, "UNREACHABLE", [], null, cause);
  }
}

async function json(answer: Response): Promise<unknown> {
  if (answer.ok) return answer.json().catch(() => Promise.reject(strange(answer)));
  throw strange(answer);
}

function strange({ url, status }: Response): LonghaulError {
  return new LonghaulError(`${url} answered with status ${status} and is no API of Longhaul.`, "UNREACHABLE");
}
