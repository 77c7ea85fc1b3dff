import { getRouteApi, Link } from "@tanstack/react-router";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { Input } from "../../components/ui/input.js";
import { Notice } from "../../components/ui/notice.js";
import { AuthCard } from "./auth-card.js";
import { useSessionStore } from "./session.js";
import { signIn } from "./sign-in.js";
import { textOf, useAuthForm } from "./use-auth-form.js";

const route = getRouteApi("/sign-in");

export function SignInPage() {
  const store = useSessionStore();
  const search = route.useSearch();
  const { error, sending, onSubmit } = useAuthForm(async (fields) => {
    await signIn(store, { email: textOf(fields, "email").trim(), password: textOf(fields, "password") });
    return true;
  }, search.to);
  return (
    <AuthCard
      title="Sign in"
      lead="See how far your jobs are and what came out."
      footer={
        <>
          No account yet?{" "}
          <Link to="/sign-up" search={search} className="link">
            Create one
          </Link>
        </>
      }
    >
      <form onSubmit={onSubmit} className="grid gap-4">
        {error && (
          <Notice role="alert" look="bad">
            {error}
          </Notice>
        )}
        <Field label="Email" required>
          {(control) => <Input {...control} name="email" type="email" autoComplete="username" required />}
        </Field>
        <Field label="Password" required>
          {(control) => (
            <Input {...control} name="password" type="password" autoComplete="current-password" required />
          )}
        </Field>
        <Button type="submit" look="primary" disabled={sending}>
          {sending ? "Signing in..." : "Sign in"}
        </Button>
      </form>
    </AuthCard>
  );
}
