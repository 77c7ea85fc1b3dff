import { EmptyState } from "../../components/ui/empty-state.js";
import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { trpc } from "../../lib/trpc.js";
import { ApprovalCard } from "./approval-card.js";
import { PastApprovals } from "./past-approvals.js";
import { useOpenApprovals } from "./use-approvals.js";
import { useSeen } from "./use-seen.js";

/** What runs wait for a person to decide, and what became of earlier requests. */
export function ApprovalsPage() {
  const { data, error, refetch } = useOpenApprovals();
  const utils = trpc.useUtils();
  const shown = useSeen(data?.approvals ?? []);
  const changed = () => void utils.approvals.list.invalidate();
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader title="Approvals" />
      {error && !data ? (
        <ProblemView what="The approvals" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the approvals" />
      ) : shown.length === 0 ? (
        <EmptyState title="Nothing waits for a decision">
          When a run needs a person to decide something, the question appears here with its form.
        </EmptyState>
      ) : (
        <ul className="grid gap-4">
          {shown.map((approval) => (
            <li key={approval.id}>
              <ErrorBoundary what={approval.title}>
                <ApprovalCard approval={approval} withRun onChanged={changed} />
              </ErrorBoundary>
            </li>
          ))}
        </ul>
      )}
      <PastApprovals />
    </div>
  );
}
