import { useNavigate } from "@tanstack/react-router";
import { useSessionStore } from "./session.js";

/** Signs this browser out. Who leaves on purpose is not brought back to this page, which may be another person's then. */
export function useSignOut(): () => void {
  const store = useSessionStore();
  const navigate = useNavigate();
  return () =>
    void store.auth
      .signOut({ scope: "local" })
      .then(() => navigate({ to: "/sign-in", search: {}, replace: true }));
}
