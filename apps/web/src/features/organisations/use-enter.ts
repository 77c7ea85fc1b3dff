import { useNavigate } from "@tanstack/react-router";
import { trpc } from "../../lib/trpc.js";
import { useSessionStore } from "../session/session.js";

interface Enter {
  enter: (organisationId: string) => void;
  /** Accepts the organisation's invitation, and enters. */
  join: (organisationId: string) => void;
  pending: boolean;
  error: unknown;
}

/** Takes the person to one of their organisations: a new token names it, and everything is read anew. */
export function useEnter(): Enter {
  const utils = trpc.useUtils();
  const store = useSessionStore();
  const navigate = useNavigate();
  const onSuccess = async (): Promise<void> => {
    // What is open belongs to the organisation that is left.
    await navigate({ to: "/" });
    const { error } = await store.auth.refreshSession();
    if (error) void utils.me.get.invalidate();
  };
  const choose = trpc.me.choose.useMutation({ onSuccess });
  const accept = trpc.me.accept.useMutation({
    onSuccess,
    onError: () => void utils.me.get.invalidate(),
  });
  return {
    enter: (organisationId: string) => choose.mutate({ organisationId }),
    join: (organisationId: string) => accept.mutate({ organisationId }),
    pending: choose.isPending || accept.isPending,
    error: choose.error ?? accept.error,
  };
}
