import { isFinal, type Run } from "@longhaul/kit";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { ProgressBar } from "../../components/ui/progress-bar.js";
import { Duration, TimeAgo } from "../../components/ui/time.js";
import { cn } from "../../lib/cn.js";
import { formatProgress } from "../../lib/format.js";
import { stageNow } from "./stage-now.js";
import { reasonOf, StatusBadge } from "./status.js";

/** The columns of a row when there is room for them; the heading line uses the same. */
export const columns =
  "@3xl:grid-cols-[minmax(0,1fr)_minmax(0,13rem)_minmax(0,11rem)_7rem_5.5rem_minmax(0,7rem)] @3xl:items-center @3xl:gap-4";

/** One run in a list: a line when wide, a card when narrow. The whole of it is the link. */
export const RunRow = memo(function RunRow({ run, workflowTitle }: { run: Run; workflowTitle: string }) {
  return (
    <li
      className={`relative grid grid-cols-[minmax(0,1fr)] gap-x-3 gap-y-1.5 border-b px-4 py-2.5 last:border-b-0 hover:bg-sunken/60 ${columns}`}
    >
      <div className="min-w-0">
        <Link
          to="/runs/$runId/result"
          params={{ runId: run.id }}
          data-row
          dir="auto"
          title={run.name}
          className="block truncate text-left font-medium after:absolute after:inset-0 after:rounded-md focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {run.name}
        </Link>
        <p className="truncate text-sm text-ink-soft">{workflowTitle}</p>
      </div>
      <StatusCell run={run} />
      <ProgressCell run={run} />
      <p className="flex flex-wrap gap-x-2 text-sm text-ink-soft @3xl:contents">
        <span>
          <span className="sr-only">Started </span>
          <TimeAgo at={run.createdAt} />
        </span>
        <span className="tabular-nums">
          {run.startedAt ? (
            <>
              <span className="@3xl:sr-only">{isFinal(run.status) ? "took " : "for "}</span>
              <Duration from={run.startedAt} to={run.finishedAt} />
            </>
          ) : (
            <span className="@max-3xl:hidden">-</span>
          )}
        </span>
        <span className="truncate">
          <span className="@3xl:sr-only">by </span>
          {run.createdBy?.name ?? "the system"}
        </span>
      </p>
    </li>
  );
});

function StatusCell({ run }: { run: Run }) {
  const reason = reasonOf(run);
  return (
    <div
      className={cn(
        "flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5",
        // What has ended has no progress: its reason may be as long as both.
        isFinal(run.status) && "@3xl:col-span-2",
      )}
    >
      <StatusBadge status={run.status} />
      {reason && (
        <span className="min-w-0 truncate text-sm text-ink-soft" title={reason}>
          {reason}
        </span>
      )}
    </div>
  );
}

function ProgressCell({ run }: { run: Run }) {
  if (isFinal(run.status)) return null;
  const stage = stageNow(run);
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1">
      <p className="flex justify-between gap-2 text-sm text-ink-soft">
        <span className="truncate">{stage?.label ?? "Not started yet"}</span>
        <span className="tabular-nums">{formatProgress(run.progress)}</span>
      </p>
      <ProgressBar value={run.progress} label={`Progress of ${run.name}`} />
    </div>
  );
}
