import { AuthClient, type Session } from "@supabase/supabase-js";
import { createContext, use, useSyncExternalStore } from "react";
import type { AppConfig } from "../../lib/config.js";

/** Who is signed in, kept and refreshed by supabase-js. */
export class SessionStore {
  readonly auth: InstanceType<typeof AuthClient>;
  /** Resolves when it is known whether someone is signed in. */
  readonly ready: Promise<void>;
  #current: Session | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(config: AppConfig) {
    // The part of supabase-js that signs in: the page reads its data from the API alone.
    this.auth = new AuthClient({
      url: new URL("/auth/v1", config.supabaseUrl).href,
      headers: { apikey: config.supabaseAnonKey },
      storageKey: "longhaul.session",
      detectSessionInUrl: false,
    });
    this.ready = new Promise((resolve) => {
      this.auth.onAuthStateChange((_event, session) => {
        this.#current = session;
        for (const listener of this.#listeners) listener();
        resolve();
      });
    });
  }

  get = (): Session | null => this.#current;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** An access token that is good for now; null when signed out. */
  token = async (): Promise<string | null> => {
    const { data } = await this.auth.getSession();
    return data.session?.access_token ?? null;
  };
}

export const SessionContext = createContext<SessionStore | null>(null);

export function useSessionStore(): SessionStore {
  const store = use(SessionContext);
  if (!store) throw new Error("This part of the page needs to know who is signed in.");
  return store;
}

export function useSession(): Session | null {
  const store = useSessionStore();
  return useSyncExternalStore(store.subscribe, store.get);
}

/** The organisation that a session's token works for; null where there is none. The API checks it, this page only asks. */
export function organisationOf(session: Session): string | null {
  const [, payload = ""] = session.access_token.split(".");
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    const id = claims instanceof Object && "org_id" in claims ? claims.org_id : null;
    return typeof id === "string" ? id : null;
  } catch {
    return null;
  }
}
