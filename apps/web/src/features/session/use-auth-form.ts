import { useNavigate, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";

/**
 * State of a form that ends in a session: what is wrong, and whether it is being sent.
 *
 * @param submit Resolves to whether the person is signed in now; throws an Error with a sentence.
 */
export function useAuthForm(submit: (fields: FormData) => Promise<boolean>, to: string | undefined) {
  const [error, setError] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const router = useRouter();
  const navigate = useNavigate();

  async function onSubmit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setSending(true);
    setError(null);
    try {
      if (!(await submit(new FormData(event.currentTarget)))) return;
      if (to) router.history.push(to);
      else await navigate({ to: "/" });
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : "Something went wrong. Try again.");
    } finally {
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
