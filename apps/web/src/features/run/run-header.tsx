import { isFinal, type Run } from "@longhaul/kit";
import { Link } from "@tanstack/react-router";
import { LiveDot } from "../../components/ui/live-dot.js";
import { ShortId } from "../../components/ui/copy.js";
import { useTitle } from "../../components/ui/page-header.js";
import { Duration, TimeAgo } from "../../components/ui/time.js";
import { useNow } from "../../lib/clock.js";
import {
  formatDuration,
  formatExact,
  formatProgress,
  formatRelative,
  humanize,
  shortId,
} from "../../lib/format.js";
import { trpc } from "../../lib/trpc.js";
import { secondsLeft } from "../runs/stage-now.js";
import { reasonOf, StatusBadge } from "../runs/status.js";
import { RunActions } from "./actions/run-actions.js";

/** Name, status, how far, how long still, and what can be done now. */
export function RunHeader({ run }: { run: Run }) {
  const active = !isFinal(run.status);
  useTitle(active ? `${formatProgress(run.progress)} ${run.name}` : run.name);
  const reason = active ? reasonOf(run) : null;
  return (
    <div className="mb-4 grid grid-cols-[minmax(0,1fr)] gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 dir="auto" className="min-w-0 text-xl font-semibold break-words">
          {run.name}
        </h1>
        <span role="status">
          <StatusBadge status={run.status} />
        </span>
        {active && (
          <span className="text-lg font-medium tabular-nums" data-progress>
            {formatProgress(run.progress)}
          </span>
        )}
        {active && <TimeLeft run={run} />}
        <RunActions run={run} />
      </div>
      {reason && <p>{reason}</p>}
      {run.status === "cancelling" && (
        <p>The step that is running has been told to stop. The run ends when it has.</p>
      )}
      <RunLine run={run} active={active} />
    </div>
  );
}

function TimeLeft({ run }: { run: Run }) {
  const left = secondsLeft(run, useNow());
  if (left === null) return null;
  return (
    <span className="text-ink-soft tabular-nums">
      about {formatDuration(Math.max(1, Math.round(left)))} left
    </span>
  );
}

function RunLine({ run, active }: { run: Run; active: boolean }) {
  const { data: workflows } = trpc.workflows.list.useQuery(undefined, { staleTime: Infinity });
  const title = workflows?.find(({ name }) => name === run.workflow)?.title ?? humanize(run.workflow);
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-soft">
      <span>{title}</span>
      <ShortId id={run.id} what="run id" />
      <span className="min-w-0 wrap-anywhere">
        Started <TimeAgo at={run.createdAt} />
        {run.createdBy && ` by ${run.createdBy.name}`}
      </span>
      {run.startedAt && (
        <span>
          {active ? "Running for " : "Took "}
          <Duration from={run.startedAt} to={run.finishedAt} />
        </span>
      )}
      {run.attempt > 1 && <span>Attempt {run.attempt}</span>}
      {run.rerunOf && (
        <span>
          Rerun of{" "}
          <Link to="/runs/$runId/result" params={{ runId: run.rerunOf }} className="link">
            {shortId(run.rerunOf)}
          </Link>
          {run.rerunFrom && ` from ${run.rerunFrom}`}
        </span>
      )}
      {run.priority !== "normal" && <span>{humanize(run.priority)} priority</span>}
      {run.tags.map((tag) => (
        <Link
          key={tag}
          to="/"
          search={{ tag }}
          title={`All runs tagged ${tag}`}
          className="rounded-full border px-2 py-0.5 text-ink hover:border-line-strong"
        >
          {tag}
        </Link>
      ))}
      <Kept run={run} />
      {active && <LiveDot />}
    </p>
  );
}

/** Until when an ended run is there to be read. */
function Kept({ run }: { run: Run }) {
  const now = useNow();
  if (run.pinned) return <span>Pinned: kept until it is unpinned</span>;
  if (!run.expiresAt) return null;
  const at = Date.parse(run.expiresAt);
  return (
    <span title={formatExact(at)}>
      {at <= now ? "Is about to expire" : `Expires ${formatRelative(at, now)}`}
    </span>
  );
}
