import { z } from "zod";
import type { TokenSource } from "../connection.js";

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
 * @throws Error with a sentence for the person at the terminal
 */
export function signedIn(url: string, email: string, password: string): TokenSource {
  let session: { token: string; refresh: string; endsAt: number } | null = null;

  async function ask(grant: "password" | "refresh_token", body: object): Promise<string> {
    const config = configSchema.parse(await json(await fetch(new URL("/config.json", url))));
    const answer = await fetch(new URL(`/auth/v1/token?grant_type=${grant}`, config.supabaseUrl), {
      method: "POST",
      headers: { apikey: config.supabaseAnonKey, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error("Signing in was refused: check the e-mail address and the password.");
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

async function json(answer: Response): Promise<unknown> {
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}.`);
  return answer.json();
}
