import { getRouteApi, Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { ProblemView } from "../../components/ui/problem.js";
import { Skeleton } from "../../components/ui/skeleton.js";
import { RunApprovals } from "../approvals/run-approvals.js";
import { RunHeader } from "./run-header.js";
import { StageLine } from "./stage-line.js";
import { useFollowRun, useRun, useRunDetails } from "./use-run.js";

const route = getRouteApi("/app/runs/$runId");

const tabs = [
  ["/runs/$runId/result", "Result"],
  ["/runs/$runId/graph", "Graph"],
  ["/runs/$runId/timeline", "Timeline"],
  ["/runs/$runId/steps", "Steps"],
  ["/runs/$runId/events", "Events"],
  ["/runs/$runId/input", "Input"],
] as const;

export function RunPage() {
  const { runId } = route.useParams();
  return <FollowedRun key={runId} runId={runId} />;
}

function FollowedRun({ runId }: { runId: string }) {
  useFollowRun(runId);
  const { error, refetch } = useRunDetails(runId);
  const run = useRun(runId);
  if (!run) {
    if (error) return <ProblemView page what="The run" error={error} retry={() => void refetch()} />;
    return <RunSkeleton />;
  }
  return (
    <>
      <ErrorBoundary what="The run's heading">
        <RunHeader run={run} />
        <StageLine stages={run.stages} cancelled={run.status === "cancelled"} />
      </ErrorBoundary>
      <RunApprovals runId={runId} />
      <RunTabs runId={runId} />
      <Outlet />
    </>
  );
}

/** The parts of a run. In a narrow window the one that is open is moved into sight. */
function RunTabs({ runId }: { runId: string }) {
  const bar = useRef<HTMLElement>(null);
  const path = useLocation({ select: ({ pathname }) => pathname });
  useEffect(() => {
    const open = bar.current?.querySelector<HTMLElement>("[aria-current=page]");
    if (bar.current && open)
      bar.current.scrollLeft = open.offsetLeft + open.offsetWidth - bar.current.clientWidth;
  }, [path]);
  return (
    <nav ref={bar} aria-label="Parts of the run" className="relative mb-4 flex overflow-x-auto border-b">
      {tabs.map(([to, label]) => (
        <Link
          key={to}
          to={to}
          params={{ runId }}
          activeOptions={{ includeSearch: false }}
          resetScroll={false}
          className="-mb-px border-b-2 border-transparent px-3 py-2 font-medium whitespace-nowrap text-ink-soft -outline-offset-2 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

function RunSkeleton() {
  return (
    <div role="status" className="grid gap-4">
      <span className="sr-only">Reading the run</span>
      <Skeleton className="h-8 w-72 max-w-full" />
      <Skeleton className="h-4 w-96 max-w-full" />
      <Skeleton className="h-12" />
      <Skeleton className="h-40" />
    </div>
  );
}
