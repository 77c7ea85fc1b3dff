import type { RunStep } from "@longhaul/kit";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { Select } from "../../components/ui/input.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { StepCard, stepFaces } from "./step-card.js";
import { parseStepSearch, statesOf } from "./step-search.js";
import { useRunDetails } from "./use-run.js";

const route = getRouteApi("/app/runs/$runId/steps");
/** So many are found by eye. */
const fewSteps = 10;

/** Each step with what went in, what came out, and how often it was tried. */
export function StepsTab() {
  const { runId } = route.useParams();
  const { status } = route.useSearch();
  const { data, error, refetch } = useRunDetails(runId);
  if (!data) {
    if (error) return <ProblemView what="The steps" error={error} retry={() => void refetch()} />;
    return <SkeletonLines label="Reading the steps" />;
  }
  const { steps } = data;
  if (steps.length === 0) {
    return (
      <EmptyState title="No step has started yet">Steps appear here as the run reaches them.</EmptyState>
    );
  }
  const shown = status ? steps.filter((step) => step.status === status) : steps;
  return (
    <ErrorBoundary what="The steps">
      {(steps.length > fewSteps || status) && <StateChoice steps={steps} status={status} />}
      {shown.length === 0 ? (
        <EmptyState
          title="No step is in this state"
          action={
            <Button asChild>
              <Link to="/runs/$runId/steps" params={{ runId }} replace resetScroll={false}>
                See all steps
              </Link>
            </Button>
          }
        />
      ) : (
        <ol className="grid gap-2">
          {shown.map((step) => (
            <StepCard key={`${step.step} ${step.itemPath} ${step.visit}`} step={step} />
          ))}
        </ol>
      )}
    </ErrorBoundary>
  );
}

interface StateChoiceProps {
  steps: readonly RunStep[];
  status: RunStep["status"] | undefined;
}

/** Which of many steps are shown; the URL is its state. */
function StateChoice({ steps, status }: StateChoiceProps) {
  const navigate = route.useNavigate();
  const states = statesOf(steps);
  return (
    <Select
      aria-label="State of the steps"
      className="mb-3 w-auto"
      value={status ?? ""}
      onChange={(event) =>
        void navigate({
          search: parseStepSearch({ status: event.target.value }),
          replace: true,
          resetScroll: false,
        })
      }
    >
      <option value="">All {steps.length} steps</option>
      {states.map(([one, count]) => (
        <option key={one} value={one}>
          {stepFaces[one].word} ({count})
        </option>
      ))}
      {status && !states.some(([one]) => one === status) && (
        <option value={status}>{stepFaces[status].word} (0)</option>
      )}
    </Select>
  );
}
