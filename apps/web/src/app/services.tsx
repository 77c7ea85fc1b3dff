import { createLonghaul, isLasting } from "@longhaul/client";
import { LonghaulContext } from "@longhaul/client/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { getQueryKey } from "@trpc/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { listenToForget } from "../features/drafts/forget-drafts.js";
import { toProblem } from "../lib/errors.js";
import { trpc } from "../lib/trpc.js";
import { type SessionStore, useSessionStore } from "../features/session/session.js";

function createServices(session: SessionStore) {
  const longhaul = createLonghaul({ url: location.origin, token: session.token });
  const queries = new QueryClient({
    defaultOptions: {
      // "always": a laptop without a network reaches the server that runs on it, and where there is none an error is better than
      // a call that waits in silence and is made hours later.
      queries: {
        staleTime: 5000,
        networkMode: "always",
        retry: (count, error) => count < 2 && !isLasting(error),
      },
      mutations: { networkMode: "always" },
    },
  });
  // A session that the API does not accept any more cannot be mended by asking again.
  queries.getQueryCache().subscribe(({ type, query }) => {
    const refused = type === "updated" && query.state.status === "error";
    if (refused && toProblem(query.state.error).kind === "signed-out")
      void session.auth.signOut({ scope: "local" });
  });
  // Who is refused what the page offered has another role than the page knows.
  const learnRole = ({ status, error }: { status: string; error: unknown }) => {
    if (status === "error" && toProblem(error).kind === "forbidden")
      void queries.invalidateQueries({ queryKey: getQueryKey(trpc.me.get) });
  };
  queries.getMutationCache().subscribe(({ type, mutation }) => {
    if (type === "updated") learnRole(mutation.state);
  });
  return { longhaul, queries, client: trpc.createClient({ links: longhaul.connection.links }) };
}

/** The API, the cache and the live connection of one signed-in person in one organisation; give it both as key. */
export function Services({ children }: { children: ReactNode }) {
  const session = useSessionStore();
  const [{ longhaul, queries, client }] = useState(() => createServices(session));
  useEffect(() => longhaul.close, [longhaul]);
  useEffect(listenToForget, []);
  return (
    <trpc.Provider client={client} queryClient={queries}>
      <QueryClientProvider client={queries}>
        <LonghaulContext value={longhaul}>{children}</LonghaulContext>
      </QueryClientProvider>
    </trpc.Provider>
  );
}
