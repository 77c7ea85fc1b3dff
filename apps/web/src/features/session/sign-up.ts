import type { SessionStore } from "./session.js";
import { type Credentials, sentence } from "./sign-in.js";

export interface NewAccount extends Credentials {
  name: string;
  organisation: string;
}

/**
 * Makes an account, and with it an organisation that it owns.
 *
 * @returns whether the person is signed in already, or has to confirm their email address first.
 * @throws Error with a sentence for the person.
 */
export async function signUp(
  store: SessionStore,
  account: NewAccount,
): Promise<"signed-in" | "confirm-email"> {
  const { email, password, name, organisation } = account;
  const { data, error } = await store.auth.signUp({
    email,
    password,
    options: { data: { name, ...(organisation ? { organisation } : {}) } },
  });
  if (error) throw new Error(sentence(error));
  return data.session ? "signed-in" : "confirm-email";
}
