import type { Run } from "@longhaul/kit";
import { getRouteApi } from "@tanstack/react-router";
import { Suspense } from "react";
import { EmptyState } from "../../components/ui/empty-state.js";
import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { Panel } from "../../components/ui/panel.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { Failure } from "../run/failure.js";
import { type RunDetails, useRun, useRunDetails } from "../run/use-run.js";
import { stageNow } from "../runs/stage-now.js";
import { useMay } from "../settings/use-me.js";
import { Deliveries } from "./deliveries.js";
import { Files } from "./files.js";
import { hasLiveView, LiveView, ResultView } from "./registry.js";

const route = getRouteApi("/app/runs/$runId");

/** What came out, or why nothing did; files and messages of the run below it. */
export function ResultTab() {
  const { runId } = route.useParams();
  const run = useRun(runId);
  const { data } = useRunDetails(runId);
  if (!run) return null;
  return (
    <div className="grid gap-4">
      <ErrorBoundary what="The result">
        <Outcome run={run} />
        {hasLiveView(run.workflow) && (
          <Suspense fallback={<SkeletonLines label="Drawing what there is" count={4} />}>
            {data && <LiveView run={run} steps={data.steps} />}
          </Suspense>
        )}
      </ErrorBoundary>
      {data && <Belongings details={data} />}
    </div>
  );
}

function Outcome({ run }: { run: Run }) {
  const mayStart = useMay("operator");
  const live = hasLiveView(run.workflow);
  switch (run.status) {
    case "succeeded":
      return live ? null : (
        <Suspense fallback={<SkeletonLines label="Drawing the result" count={4} />}>
          <ResultView workflow={run.workflow} output={run.output} />
        </Suspense>
      );
    case "failed":
    case "timed_out":
      return <Failure run={run} mayStart={mayStart} />;
    case "cancelled":
      return (
        <EmptyState title="This run was cancelled">
          What had been finished by then is under Steps and in the files below.
        </EmptyState>
      );
    default:
      return live ? null : (
        <EmptyState title={stageNow(run)?.label ?? "Waiting for its turn"}>
          The result appears here when the run has ended. You can close this page: the run goes on.
        </EmptyState>
      );
  }
}

function Belongings({ details }: { details: RunDetails }) {
  const files = details.artifacts.filter(({ kind }) => kind === "output");
  return (
    <>
      {details.notifications.length > 0 && (
        <Panel title="Notifications" flush>
          <Deliveries notifications={details.notifications} />
        </Panel>
      )}
      {files.length > 0 && (
        <Panel title="Files" flush>
          <Files artifacts={files} />
        </Panel>
      )}
    </>
  );
}
