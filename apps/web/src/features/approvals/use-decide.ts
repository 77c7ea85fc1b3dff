import type { Approval } from "@longhaul/kit";
import { type Problem, toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";

interface Deciding {
  decide: (decision: unknown) => void;
  readonly pending: boolean;
  readonly problem: Problem | null;
}

interface Told {
  onDecided?: () => void;
  onRefused?: (problem: Problem) => void;
}

/** Sends a decision. It can be sent once; of two people the quicker one counts, and the other sees who it was. */
export function useDecide(approval: Approval, onChanged: () => void, told: Told = {}): Deciding {
  const utils = trpc.useUtils();
  const mutation = trpc.approvals.decide.useMutation({
    // Also after a refusal: somebody else may have been quicker, which is then shown.
    async onSettled() {
      await utils.approvals.get.invalidate({ approvalId: approval.id });
      await utils.runs.get.invalidate({ runId: approval.runId });
      onChanged();
    },
    onSuccess: () => told.onDecided?.(),
    onError: (error) => told.onRefused?.(toProblem(error)),
  });
  return {
    decide: (decision) => mutation.mutate({ approvalId: approval.id, decision }),
    pending: mutation.isPending,
    problem: mutation.error && toProblem(mutation.error),
  };
}
