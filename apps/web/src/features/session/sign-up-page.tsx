import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { Input } from "../../components/ui/input.js";
import { Notice } from "../../components/ui/notice.js";
import { AuthCard } from "./auth-card.js";
import { useSessionStore } from "./session.js";
import { signUp } from "./sign-up.js";
import { textOf, useAuthForm } from "./use-auth-form.js";

const route = getRouteApi("/sign-up");

export function SignUpPage() {
  const store = useSessionStore();
  const search = route.useSearch();
  const [confirming, setConfirming] = useState<string | null>(null);
  const { error, sending, onSubmit } = useAuthForm(async (fields) => {
    const email = textOf(fields, "email").trim();
    const outcome = await signUp(store, {
      email,
      password: textOf(fields, "password"),
      name: textOf(fields, "name").trim(),
      organisation: textOf(fields, "organisation").trim(),
    });
    if (outcome === "confirm-email") setConfirming(email);
    return outcome === "signed-in";
  }, search.to);
  return (
    <AuthCard
      title="Create an account"
      lead="You get an organisation of your own; its runs are seen by its members only."
      footer={
        <>
          Already have an account?{" "}
          <Link to="/sign-in" search={search} className="link">
            Sign in
          </Link>
        </>
      }
    >
      {confirming ? (
        <Notice role="status" look="info" title="One more step">
          Open the link that was sent to {confirming}, then sign in.
        </Notice>
      ) : (
        <form onSubmit={onSubmit} className="grid gap-4">
          {error && (
            <Notice role="alert" look="bad">
              {error}
            </Notice>
          )}
          <Field label="Your name" required>
            {(control) => <Input {...control} name="name" autoComplete="name" maxLength={100} required />}
          </Field>
          <Field label="Organisation" help="Left empty, it is named after you.">
            {(control) => (
              <Input {...control} name="organisation" autoComplete="organization" maxLength={100} />
            )}
          </Field>
          <Field label="Email" required>
            {(control) => <Input {...control} name="email" type="email" autoComplete="username" required />}
          </Field>
          <Field label="Password" required help="At least 8 characters.">
            {(control) => (
              <Input
                {...control}
                name="password"
                type="password"
                autoComplete="new-password"
                minLength={8}
                required
              />
            )}
          </Field>
          <Button type="submit" look="primary" disabled={sending}>
            {sending ? "Creating the account..." : "Create account"}
          </Button>
        </form>
      )}
    </AuthCard>
  );
}
