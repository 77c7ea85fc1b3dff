import { trpc } from "../../lib/trpc.js";

/** Links work for five minutes; a new one is asked for before that when a file is shown again. */
const freshMs = 240_000;

/** A link to an artifact's bytes; `renew` after it has run out. It does not change under a player by itself. */
export function useFileUrl(artifactId: string | null): { url: string | undefined; renew: () => void } {
  const { data, refetch } = trpc.artifacts.signedUrl.useQuery(
    { artifactId: artifactId ?? "" },
    {
      enabled: artifactId !== null,
      staleTime: freshMs,
      gcTime: freshMs,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
  );
  return { url: data?.url, renew: () => void refetch() };
}
