import type { Run } from "@longhaul/kit";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "../../components/ui/empty-state.js";
import { ProblemView } from "../../components/ui/problem.js";
import { ProgressBar } from "../../components/ui/progress-bar.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { TimeAgo } from "../../components/ui/time.js";
import { listedIds } from "../runs/run-list.js";
import { StatusBadge } from "../runs/status.js";
import { type RunFilter, useRunList } from "../runs/use-run-list.js";

const filters: readonly RunFilter[] = (["panel", "discussion", "simulation"] as const).map((workflow) => ({
  workflow,
  limit: 6,
}));

/** The latest talks of every kind, newest first. */
export function TalkList() {
  const lists = [
    useRunList(filters[0] as RunFilter),
    useRunList(filters[1] as RunFilter),
    useRunList(filters[2] as RunFilter),
  ].map(({ query }) => query);
  const failed = lists.find(({ isError, data }) => isError && !data);
  const talks = lists
    .flatMap(({ data }) => (data ? listedIds(data).flatMap((id) => data.byId[id] ?? []) : []))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  return (
    <section aria-labelledby="talks" className="grid content-start gap-3">
      <h2 id="talks" className="text-lg font-semibold">
        Talks
      </h2>
      {failed ? (
        <ProblemView what="The talks" error={failed.error} retry={() => void failed.refetch()} />
      ) : lists.some(({ data }) => !data) ? (
        <SkeletonLines label="Reading the talks" count={4} />
      ) : talks.length === 0 ? (
        <EmptyState title="No talk yet">The first one appears here as soon as it is started.</EmptyState>
      ) : (
        <ul className="rounded-lg border bg-surface">
          {talks.map((run) => (
            <TalkRow key={run.id} run={run} />
          ))}
        </ul>
      )}
    </section>
  );
}

function TalkRow({ run }: { run: Run }) {
  return (
    <li className="grid gap-1 border-b px-3 py-2 last:border-b-0">
      <Link to="/runs/$runId/result" params={{ runId: run.id }} data-row className="link font-medium">
        {run.name}
      </Link>
      <p className="flex flex-wrap items-center gap-2 text-sm text-ink-soft">
        <StatusBadge status={run.status} />
        <TimeAgo at={run.createdAt} />
      </p>
      {run.status === "running" && <ProgressBar value={run.progress} label={`Progress of ${run.name}`} />}
    </li>
  );
}
