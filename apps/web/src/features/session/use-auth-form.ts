import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { useSession } from "./session.js";

/**
 * State of a form that ends in a session: what is wrong, and whether it is being sent. Once there is a session, from here or from
 * another tab, the page goes on to where the person wanted to be.
 *
 * @param submit Resolves to whether the person is signed in now; throws an Error with a sentence.
 * @param to A path of this site; the runs unless given.
 */
export function useAuthForm(submit: (fields: FormData) => Promise<boolean>, to = "/") {
  const [error, setError] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const { history } = useRouter();
  const signedIn = useSession() !== null;
  useEffect(() => {
    if (signedIn) history.replace(to);
  }, [signedIn, to, history]);

  async function onSubmit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setSending(true);
    setError(null);
    try {
      setSending(await submit(new FormData(event.currentTarget)));
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : "Something went wrong. Try again.");
      setSending(false);
    }
  }

  return { error, sending, onSubmit: (event: FormEvent<HTMLFormElement>) => void onSubmit(event) };
}

/** A text field of a submitted form, as it was typed. */
export function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}
