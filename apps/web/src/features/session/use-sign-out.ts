import { useSessionStore } from "./session.js";

/** Signs this browser out; the page goes to the sign-in by itself. */
export function useSignOut(): () => void {
  const store = useSessionStore();
  return () => void store.auth.signOut({ scope: "local" });
}
