import type { SessionStore } from "./session.js";

export interface Credentials {
  email: string;
  password: string;
}

/** @throws Error with a sentence for the person. */
export async function signIn(store: SessionStore, credentials: Credentials): Promise<void> {
  const { error } = await store.auth.signInWithPassword(credentials);
  if (error) throw new Error(sentence(error));
}

/** What Auth answers, in words that say what to do. */
export function sentence(error: {
  code?: string | undefined;
  status?: number | undefined;
  message: string;
}): string {
  if (error.code === "invalid_credentials") return "The email address or the password is not right.";
  if (error.code === "user_already_exists" || error.code === "email_exists") {
    return "There is already an account with this email address. Sign in instead.";
  }
  if (error.code === "over_request_rate_limit") return "Too many tries. Wait a minute, then try again.";
  if (!error.status) return "The sign-in service cannot be reached. Check your connection and try again.";
  return error.message;
}
