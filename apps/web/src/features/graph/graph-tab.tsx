import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { EmptyState } from "../../components/ui/empty-state.js";
import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { Notice } from "../../components/ui/notice.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { trpc } from "../../lib/trpc.js";
import { useRun, useRunDetails } from "../run/use-run.js";
import { MachineDrawing } from "./machine-drawing.js";
import { NodeDetail } from "./node-detail.js";
import { nodeStates } from "./node-state.js";
import { allNodes } from "./nodes.js";

const route = getRouteApi("/app/runs/$runId/graph");

/** The machine of the run, live; the node that is chosen is part of the address. */
export function GraphTab() {
  const { runId } = route.useParams();
  const { node: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const run = useRun(runId);
  const details = useRunDetails(runId);
  const workflow = trpc.workflows.get.useQuery(
    { workflow: run?.workflow ?? "" },
    { enabled: run !== null, staleTime: Infinity },
  );
  const graph = workflow.data?.graph;
  const steps = details.data?.steps;
  const states = useMemo(
    () => (graph && run && steps ? nodeStates(graph, run, steps) : new Map<string, never>()),
    [graph, run, steps],
  );
  if (workflow.error) {
    return <ProblemView what="The machine" error={workflow.error} retry={() => void workflow.refetch()} />;
  }
  if (!graph || !run || !steps) return <SkeletonLines label="Drawing the machine" count={5} />;
  const node = allNodes(graph).find(({ name }) => name === chosen);
  return (
    <ErrorBoundary what="The machine">
      {workflow.data?.definitionHash !== run.definitionHash && (
        <Notice look="info" className="mb-3">
          The workflow has changed since this run began: this is the machine as it is now.
        </Notice>
      )}
      <div className="grid items-start gap-4 @3xl:grid-cols-[minmax(0,1fr)_minmax(0,24rem)]">
        <MachineDrawing
          graph={graph}
          states={states}
          chosen={chosen}
          onChoose={(name) => void navigate({ search: { node: name }, replace: true, resetScroll: false })}
        />
        {node ? (
          <NodeDetail key={node.name} run={run} node={node} steps={steps} />
        ) : (
          <EmptyState title="Choose a node">
            What went into it, what came out, how often it was tried and what it logged is shown here.
          </EmptyState>
        )}
      </div>
    </ErrorBoundary>
  );
}
