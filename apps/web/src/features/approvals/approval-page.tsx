import { getRouteApi, Link } from "@tanstack/react-router";
import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { trpc } from "../../lib/trpc.js";
import { ApprovalCard } from "./approval-card.js";

const route = getRouteApi("/app/approvals/$approvalId");

/** One question, to be sent to whoever has to answer it: the form while it is open, and afterwards what became of it. */
export function ApprovalPage() {
  const { approvalId } = route.useParams();
  const { data, error, refetch } = trpc.approvals.get.useQuery({ approvalId });
  const utils = trpc.useUtils();
  if (error && !data)
    return <ProblemView page what="The approval" error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines label="Reading the approval" count={4} />;
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader title="Approval" />
      <ErrorBoundary what={data.title}>
        <ApprovalCard approval={data} withRun onChanged={() => void utils.approvals.list.invalidate()} />
      </ErrorBoundary>
      <p className="mt-4">
        <Link to="/approvals" className="link">
          All approvals
        </Link>
      </p>
    </div>
  );
}
