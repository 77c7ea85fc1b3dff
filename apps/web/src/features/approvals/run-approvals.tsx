import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { trpc } from "../../lib/trpc.js";
import { useRunDetails } from "../run/use-run.js";
import { ApprovalCard } from "./approval-card.js";

/** What this run waits for a person to decide, on its own page. */
export function RunApprovals({ runId }: { runId: string }) {
  const { data } = useRunDetails(runId);
  const utils = trpc.useUtils();
  const open = data?.approvals.filter(({ status }) => status === "open") ?? [];
  if (open.length === 0) return null;
  return (
    <div className="mb-4 grid gap-4">
      {open.map((approval) => (
        <ErrorBoundary key={approval.id} what={approval.title}>
          <ApprovalCard approval={approval} onChanged={() => void utils.approvals.list.invalidate()} />
        </ErrorBoundary>
      ))}
    </div>
  );
}
