import { Link } from "@tanstack/react-router";
import { EmptyState } from "../../components/ui/empty-state.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { TimeAgo } from "../../components/ui/time.js";
import { formatDuration, settled } from "../../lib/format.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { StatusBadge } from "../runs/status.js";
import { useMay, useMe } from "../settings/use-me.js";
import { StartedElsewhere } from "./started-elsewhere.js";
import { ownPageOf } from "./own-pages.js";

/** What can be started here. */
export function CataloguePage() {
  const { data, error, refetch } = trpc.workflows.list.useQuery(undefined, { staleTime: Infinity });
  const me = useMe();
  const mayStart = useMay("operator");
  return (
    <>
      <PageHeader title="Start a run" />
      {me.data && !mayStart && (
        <p className="mb-4 text-ink-soft">Your role looks at runs; an operator starts them.</p>
      )}
      {error ? (
        <ProblemView what="The catalogue" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the catalogue" />
      ) : data.length === 0 ? (
        <EmptyState title="No workflow is set up here">
          Add a folder to packages/workflows to have one.
        </EmptyState>
      ) : (
        <div className="grid gap-8">
          <ul className="grid gap-4 @xl:grid-cols-2 @4xl:grid-cols-3">
            {data
              .filter(({ startedFrom }) => startedFrom === null)
              .map((workflow) => (
                <WorkflowCard key={workflow.name} workflow={workflow} mayStart={mayStart} />
              ))}
          </ul>
          <StartedElsewhere
            workflows={data.filter(({ startedFrom }) => startedFrom !== null)}
            mayStart={mayStart}
          />
        </div>
      )}
    </>
  );
}

interface WorkflowCardProps {
  workflow: Outputs["workflows"]["list"][number];
  mayStart: boolean;
}

function WorkflowCard({ workflow, mayStart }: WorkflowCardProps) {
  const own = ownPageOf(workflow.name);
  const { data } = trpc.runs.list.useQuery({ workflow: workflow.name, limit: 1 });
  const last = data?.runs[0];
  return (
    <li className="relative flex flex-col gap-2 rounded-lg border bg-surface p-4 hover:border-line-strong">
      <h2 className="text-lg font-semibold">
        {mayStart ? (
          <Link
            {...(own ? { to: own.to } : { to: "/start/$workflow", params: { workflow: workflow.name } })}
            data-row
            className="after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
          >
            {workflow.title}
          </Link>
        ) : (
          workflow.title
        )}
      </h2>
      <p className="text-ink-soft">{workflow.description}</p>
      <ol aria-label="Stages" className="flex flex-wrap gap-x-3 gap-y-1 text-sm text-ink-soft">
        {workflow.stages.map(({ key, label }, index) => (
          <li key={key}>
            {index + 1}. {settled(label)}
          </li>
        ))}
      </ol>
      <p className="mt-auto flex min-h-6 flex-wrap items-center gap-x-2 gap-y-1 border-t pt-2 text-sm text-ink-soft">
        {last ? (
          <>
            Last run <TimeAgo at={last.createdAt} /> <StatusBadge status={last.status} />
          </>
        ) : (
          data && "Never run yet"
        )}
        {last?.typicalSeconds != null && <span>usually takes {formatDuration(last.typicalSeconds)}</span>}
      </p>
    </li>
  );
}
