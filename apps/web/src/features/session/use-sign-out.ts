import { useNavigate } from "@tanstack/react-router";
import { forgetDraftsEverywhere } from "../drafts/forget-drafts.js";
import { useSessionStore } from "./session.js";

/** Signs this browser out, and forgets what was half-written. Who leaves on purpose is not brought back to this page, which may be another person's then. */
export function useSignOut(): () => void {
  const store = useSessionStore();
  const navigate = useNavigate();
  return () => {
    forgetDraftsEverywhere();
    void store.auth
      .signOut({ scope: "local" })
      .then(() => navigate({ to: "/sign-in", search: {}, replace: true }));
  };
}
