import type { Run } from "@longhaul/kit";
import { Link } from "@tanstack/react-router";
import { ProgressBar } from "../../components/ui/progress-bar.js";
import { useNow } from "../../lib/clock.js";
import { formatDuration, formatProgress } from "../../lib/format.js";
import { secondsLeft, stageNow } from "./stage-now.js";
import { reasonOf, StatusBadge } from "./status.js";

/** What is going on at this moment, with how far it is. */
export function RunningNow({ runs }: { runs: readonly Run[] }) {
  return (
    <section aria-labelledby="running-now" className="mb-6">
      <h2 id="running-now" className="mb-2 font-semibold">
        Running now
      </h2>
      <ul className="grid gap-3 @xl:grid-cols-2 @4xl:grid-cols-3">
        {runs.map((run) => (
          <RunningCard key={run.id} run={run} />
        ))}
      </ul>
    </section>
  );
}

function RunningCard({ run }: { run: Run }) {
  const left = secondsLeft(run, useNow());
  const stage = stageNow(run);
  const reason = reasonOf(run);
  return (
    <li className="relative grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-surface p-3 hover:border-line-strong">
      <div className="flex items-start justify-between gap-2">
        <Link
          to="/runs/$runId/result"
          params={{ runId: run.id }}
          data-row
          dir="auto"
          title={run.name}
          className="min-w-0 truncate text-left font-medium after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
        >
          {run.name}
        </Link>
        <StatusBadge status={run.status} />
      </div>
      <ProgressBar value={run.progress} label={`Progress of ${run.name}`} />
      <p className="flex justify-between gap-2 text-sm text-ink-soft">
        <span className="truncate" title={reason ?? undefined}>
          {reason ?? stage?.message ?? stage?.label ?? "Not started yet"}
        </span>
        <span className="shrink-0 tabular-nums">
          {formatProgress(run.progress)}
          {left !== null && ` · ${formatDuration(Math.max(1, Math.round(left)))} left`}
        </span>
      </p>
    </li>
  );
}
