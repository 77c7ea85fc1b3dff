import type { Run } from "@longhaul/kit";
import { storybookResultSchema } from "@longhaul/workflows/contracts";
import { Link } from "@tanstack/react-router";
import { BookOpen } from "lucide-react";
import { EmptyState } from "../../components/ui/empty-state.js";
import { ProblemView } from "../../components/ui/problem.js";
import { ProgressBar } from "../../components/ui/progress-bar.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { TimeAgo } from "../../components/ui/time.js";
import { listedIds } from "../runs/run-list.js";
import { stageNow } from "../runs/stage-now.js";
import { StatusBadge } from "../runs/status.js";
import { type RunFilter, useRunList } from "../runs/use-run-list.js";
import { ArtifactImage } from "./parts/artifact-image.js";

const filter: RunFilter = { workflow: "storybook", limit: 12 };

/** The latest books by their covers, also those that are still being made. */
export function BookShelf() {
  const { query } = useRunList(filter);
  const { data: list } = query;
  const books = list ? listedIds(list).flatMap((id) => list.byId[id] ?? []) : [];
  return (
    <section aria-labelledby="books" className="grid gap-4">
      <h2 id="books" className="text-lg font-semibold">
        Books
      </h2>
      {!list ? (
        query.isError ? (
          <ProblemView what="The books" error={query.error} retry={() => void query.refetch()} />
        ) : (
          <SkeletonLines label="Reading the books" />
        )
      ) : books.length === 0 ? (
        <EmptyState title="No book yet">The first one appears here as soon as it is begun.</EmptyState>
      ) : (
        <ul className="grid gap-4 @xl:grid-cols-2">
          {books.map((run) => (
            <Cover key={run.id} run={run} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Cover({ run }: { run: Run }) {
  const result = run.status === "succeeded" ? storybookResultSchema.safeParse(run.output) : null;
  const book = result?.success ? result.data : null;
  const stage = stageNow(run);
  return (
    <li className="relative grid content-start overflow-hidden rounded-lg border bg-surface hover:border-line-strong">
      {book ? (
        <ArtifactImage artifactId={book.video.posterArtifactId} alt="" className="aspect-video border-b" />
      ) : (
        <div className="grid aspect-video place-items-center border-b bg-sunken text-ink-soft">
          <BookOpen aria-hidden className="size-8" />
        </div>
      )}
      <div className="grid gap-1.5 p-3">
        <Link
          to="/runs/$runId/result"
          params={{ runId: run.id }}
          data-row
          className="truncate font-medium after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {book?.story.title ?? run.name}
        </Link>
        {stage && run.status === "running" ? (
          <>
            <p className="truncate text-sm text-ink-soft">{stage.label}</p>
            <ProgressBar value={run.progress} label={`Progress of ${run.name}`} />
          </>
        ) : (
          <p className="flex flex-wrap items-center gap-2 text-sm text-ink-soft">
            <StatusBadge status={run.status} />
            <TimeAgo at={run.createdAt} />
          </p>
        )}
        {run.status === "waiting" && <p className="text-sm">{run.waitingFor}</p>}
      </div>
    </li>
  );
}
