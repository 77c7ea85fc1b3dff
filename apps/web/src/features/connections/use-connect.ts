import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";

/** Leads to the page on which a person consents, and from there back to the dashboard. */
export function useConnect() {
  const start = trpc.connections.start.useMutation({
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return {
    connect: (what: { name: string } | { connectionId: string }) =>
      start.mutate({ ...what, redirectUri: `${window.location.origin}/connections/callback` }),
    pending: start.isPending || start.isSuccess,
    problem: start.isError ? toProblem(start.error).message : null,
  };
}
