import { EmptyState } from "../../components/ui/empty-state.js";
import { Button } from "../../components/ui/button.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { DeadLetter } from "./dead-letter.js";
import { RequeueAll } from "./requeue-all.js";

const pageSize = 50;

/** Runs that could not be started however often it was tried, to be queued again. */
export function DeadLettersPage() {
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } =
    trpc.deadLetters.list.useInfiniteQuery(
      { limit: pageSize },
      { getNextPageParam: ({ nextCursor }) => nextCursor, refetchInterval: 15_000 },
    );
  const mayAct = useMay("operator");
  const runs = data?.pages.flatMap((page) => page.runs) ?? [];
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader title="Dead letters" />
      <p className="mb-4 text-ink-soft">
        Runs that go through a queue and could not be started however often it was tried. Once the reason is
        mended, queue them again: nothing of them was done yet.
      </p>
      {error && !data ? (
        <ProblemView what="The dead letters" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the dead letters" />
      ) : runs.length === 0 ? (
        <EmptyState title="No dead letters">Every run that was queued could be started.</EmptyState>
      ) : (
        <>
          {mayAct && runs.length > 1 && (
            <div className="mb-3">
              <RequeueAll count={runs.length} more={hasNextPage} />
            </div>
          )}
          <ul className="rounded-lg border bg-surface">
            {runs.map((run) => (
              <DeadLetter key={run.id} run={run} />
            ))}
          </ul>
          {hasNextPage && (
            <Button className="mt-3" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {isFetchingNextPage ? "Reading older ones..." : "Show older ones"}
            </Button>
          )}
        </>
      )}
    </div>
  );
}
