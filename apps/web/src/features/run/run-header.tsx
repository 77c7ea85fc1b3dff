import { isFinal, type Run } from "@longhaul/kit";
import { LiveDot } from "../../components/ui/live-dot.js";
import { ShortId } from "../../components/ui/copy.js";
import { useTitle } from "../../components/ui/page-header.js";
import { Duration, TimeAgo } from "../../components/ui/time.js";
import { useNow } from "../../lib/clock.js";
import { formatDuration, formatProgress, humanize } from "../../lib/format.js";
import { trpc } from "../../lib/trpc.js";
import { secondsLeft } from "../runs/stage-now.js";
import { reasonOf, StatusBadge } from "../runs/status.js";
import { useMay } from "../settings/use-me.js";
import { CancelRun } from "./cancel-run.js";

/** Name, status, how far, how long still, and what can be done now. */
export function RunHeader({ run }: { run: Run }) {
  const active = !isFinal(run.status);
  const mayAct = useMay("operator");
  useTitle(active ? `${formatProgress(run.progress)} ${run.name}` : run.name);
  const reason = active ? reasonOf(run) : null;
  return (
    <div className="mb-4 grid gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 text-xl font-semibold break-words">{run.name}</h1>
        <StatusBadge status={run.status} />
        {active && (
          <span className="text-lg font-medium tabular-nums" data-progress>
            {formatProgress(run.progress)}
          </span>
        )}
        {active && <TimeLeft run={run} />}
        {active && mayAct && run.status !== "cancelling" && (
          <div className="ml-auto">
            <CancelRun run={run} />
          </div>
        )}
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
      <span>
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
      {run.priority !== "normal" && <span>{humanize(run.priority)} priority</span>}
      {active && <LiveDot />}
    </p>
  );
}
