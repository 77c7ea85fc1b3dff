import { getRouteApi } from "@tanstack/react-router";
import { EmptyState } from "../../components/ui/empty-state.js";
import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { StepCard } from "./step-card.js";
import { useRunDetails } from "./use-run.js";

const route = getRouteApi("/app/runs/$runId");

/** Each step with what went in, what came out, and how often it was tried. */
export function StepsTab() {
  const { runId } = route.useParams();
  const { data, error, refetch } = useRunDetails(runId);
  if (!data) {
    if (error) return <ProblemView what="The steps" error={error} retry={() => void refetch()} />;
    return <SkeletonLines label="Reading the steps" />;
  }
  if (data.steps.length === 0) {
    return (
      <EmptyState title="No step has started yet">Steps appear here as the run reaches them.</EmptyState>
    );
  }
  return (
    <ErrorBoundary what="The steps">
      <ol className="grid gap-2">
        {data.steps.map((step) => (
          <StepCard key={`${step.step} ${step.itemPath} ${step.visit}`} step={step} />
        ))}
      </ol>
    </ErrorBoundary>
  );
}
