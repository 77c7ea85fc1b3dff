import { isFinal, type RunStatus } from "@longhaul/kit";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../../components/ui/button.js";
import { ShortId } from "../../../components/ui/copy.js";
import { EmptyState } from "../../../components/ui/empty-state.js";
import { Select } from "../../../components/ui/input.js";
import { Panel } from "../../../components/ui/panel.js";
import { ProblemView } from "../../../components/ui/problem.js";
import { SkeletonLines } from "../../../components/ui/skeleton.js";
import { Duration, TimeAgo } from "../../../components/ui/time.js";
import { plural } from "../../../lib/format.js";
import { type Outputs, trpc } from "../../../lib/trpc.js";
import { StatusBadge } from "../../runs/status.js";

export type Execution = Outputs["sqlWorkflows"]["executions"]["executions"][number];

const filters: Record<string, readonly [string, RunStatus[] | undefined]> = {
  all: ["All", undefined],
  running: ["Under way", ["queued", "running", "waiting", "cancelling"]],
  succeeded: ["Succeeded", ["succeeded"]],
  failed: ["Failed", ["failed", "timed_out"]],
  cancelled: ["Cancelled", ["cancelled"]],
};

interface ExecutionsProps {
  queryId: string;
  shown: string | null;
  onShow: (runId: string) => void;
}

/** The query's runs, the newest first, with AMC's own id of each. */
export function Executions({ queryId, shown, onShow }: ExecutionsProps) {
  const [filter, setFilter] = useState("all");
  const { data, error, refetch, fetchNextPage, hasNextPage } = trpc.sqlWorkflows.executions.useInfiniteQuery(
    { id: queryId, statuses: filters[filter]?.[1], limit: 20 },
    {
      getNextPageParam: ({ nextCursor }) => nextCursor,
      refetchInterval: ({ state }) =>
        state.data?.pages.some((page) => page.executions.some(({ status }) => !isFinal(status)))
          ? 2_000
          : 20_000,
    },
  );
  const executions = data?.pages.flatMap((page) => page.executions) ?? [];
  return (
    <Panel
      flush
      title="Executions"
      actions={
        <Select
          aria-label="Show executions"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          className="h-7 w-auto text-sm"
        >
          {Object.entries(filters).map(([key, [label]]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </Select>
      }
    >
      {error && !data ? (
        <div className="p-4">
          <ProblemView what="The executions" error={error} retry={() => void refetch()} />
        </div>
      ) : !data ? (
        <div className="p-4">
          <SkeletonLines label="Reading the executions" />
        </div>
      ) : executions.length === 0 ? (
        <div className="p-4">
          <EmptyState title={filter === "all" ? "Not run yet" : "None of these"}>
            {filter === "all"
              ? "Fill in the form and run the query: what it gives is kept here."
              : "Choose another filter."}
          </EmptyState>
        </div>
      ) : (
        <ul>
          {executions.map((execution) => (
            <ExecutionRow
              key={execution.runId}
              execution={execution}
              shown={execution.runId === shown}
              onShow={() => onShow(execution.runId)}
            />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <div className="border-t p-2">
          <Button look="quiet" onClick={() => void fetchNextPage()}>
            Show older ones
          </Button>
        </div>
      )}
    </Panel>
  );
}

function ExecutionRow({
  execution,
  shown,
  onShow,
}: {
  execution: Execution;
  shown: boolean;
  onShow: () => void;
}) {
  const { runId, status, amcExecutionId, rows, error, createdBy, createdAt, startedAt, finishedAt } =
    execution;
  return (
    <li
      className="grid gap-1 border-b px-4 py-2.5 last:border-b-0 aria-current:bg-accent-soft"
      aria-current={shown || undefined}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <StatusBadge status={status} />
        <TimeAgo at={createdAt} className="text-ink-soft" />
        {startedAt && finishedAt && (
          <span className="text-sm text-ink-soft">
            took <Duration from={startedAt} to={finishedAt} />
          </span>
        )}
        {rows !== null && <span className="tabular-nums">{plural(rows, "row")}</span>}
        <span className="ml-auto flex items-center gap-2">
          {status === "succeeded" && (
            <Button size="small" onClick={onShow}>
              {shown ? "Shown below" : "Show result"}
            </Button>
          )}
          <Link to="/runs/$runId/result" params={{ runId }} className="link text-sm">
            Run
          </Link>
        </span>
      </div>
      <p className="flex flex-wrap items-center gap-x-3 text-sm text-ink-soft">
        {amcExecutionId ? (
          <span className="inline-flex items-center gap-1">
            AMC execution <ShortId id={amcExecutionId} what="AMC execution id" />
          </span>
        ) : (
          <span>Not at AMC yet</span>
        )}
        {createdBy && <span>by {createdBy.name}</span>}
      </p>
      {error && <p className="whitespace-pre-wrap break-words text-bad">{error.message}</p>}
    </li>
  );
}
