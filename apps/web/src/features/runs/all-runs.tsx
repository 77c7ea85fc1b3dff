import { Link } from "@tanstack/react-router";
import { ArrowUp } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Notice } from "../../components/ui/notice.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { humanize, plural } from "../../lib/format.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { columns, RunRow } from "./run-row.js";
import { listedIds, type RunList, runsSince } from "./run-list.js";
import { useSteadyOrder } from "./steady-order.js";
import { useScrolled } from "./use-scrolled.js";
import { type RunFilter, useRunList } from "./use-run-list.js";

interface AllRunsProps {
  filter: RunFilter;
  /** ISO 8601: what is older by now is not shown any more. */
  from: string | undefined;
  filtered: boolean;
}

/** Every run that the filter lets through, newest first. */
export function AllRuns({ filter, from, filtered }: AllRunsProps) {
  const { query, older } = useRunList(filter);
  const list = query.data && (from === undefined ? query.data : runsSince(query.data, from));
  if (!list) {
    return query.isError ? (
      <ProblemView what="The runs" error={query.error} retry={() => void query.refetch()} />
    ) : (
      <SkeletonLines count={6} label="Reading the runs" />
    );
  }
  const { cursor } = list;
  if (list.first.length === 0 && list.older.length === 0) return filtered ? <NoMatch /> : <NoRuns />;
  return (
    <>
      <Rows list={list} listKey={JSON.stringify(filter)} />
      {older.isError && (
        <Notice role="alert" look="bad">
          {toProblem(older.error).message}
        </Notice>
      )}
      {cursor && (
        <Button
          className="justify-self-center"
          disabled={older.isPending}
          onClick={() => older.mutate(cursor)}
        >
          {older.isPending ? "Reading older runs..." : "Show older runs"}
        </Button>
      )}
    </>
  );
}

function Rows({ list, listKey }: { list: RunList; listKey: string }) {
  const { data: workflows } = trpc.workflows.list.useQuery(undefined, { staleTime: Infinity });
  const { ids, fresh } = useSteadyOrder(listKey, listedIds(list), useScrolled());
  const titles = new Map(workflows?.map(({ name, title }) => [name, title]));
  return (
    <div className="rounded-lg border bg-surface">
      <div role="status" className="sticky top-2 z-10 flex h-0 justify-center">
        {fresh > 0 && (
          <Button look="primary" size="small" onClick={() => window.scrollTo({ top: 0 })}>
            <ArrowUp aria-hidden />
            {plural(fresh, "new run")}
          </Button>
        )}
      </div>
      <div aria-hidden className={`grid border-b px-4 py-2 text-sm text-ink-soft @max-3xl:hidden ${columns}`}>
        <span>Run</span>
        <span>Status</span>
        <span>Progress</span>
        <span>Started</span>
        <span>Duration</span>
        <span>Who</span>
      </div>
      <ul>
        {ids.map((id) => {
          const run = list.byId[id];
          return (
            run && (
              <RunRow key={id} run={run} workflowTitle={titles.get(run.workflow) ?? humanize(run.workflow)} />
            )
          );
        })}
      </ul>
    </div>
  );
}

function NoRuns() {
  const mayStart = useMay("operator");
  return (
    <EmptyState
      title="No runs yet"
      action={
        mayStart && (
          <Button asChild look="primary">
            <Link to="/start">Start the first run</Link>
          </Button>
        )
      }
    >
      Here you see how far each job is and what came out of it.
      {!mayStart && " Your role may look at runs; an operator starts them."}
    </EmptyState>
  );
}

function NoMatch() {
  return (
    <EmptyState
      title="No run matches this filter"
      action={
        <Button asChild>
          <Link to="/">Clear the filter</Link>
        </Button>
      }
    >
      The search looks in names, tags, ids and inputs.
    </EmptyState>
  );
}
