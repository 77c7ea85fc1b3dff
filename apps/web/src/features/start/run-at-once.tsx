import { EmptyState } from "../../components/ui/empty-state.js";
import { useTitle } from "../../components/ui/page-header.js";
import type { Outputs } from "../../lib/trpc.js";
import { StageLine } from "../run/stage-line.js";
import { StatusBadge } from "../runs/status.js";

/** The run as it will be, while the server is still being told about it. */
export function RunAtOnce({ workflow, name }: { workflow: Outputs["workflows"]["get"]; name: string }) {
  useTitle(name);
  const stages = workflow.stages.map(({ key, label, weight }) => ({
    key,
    label,
    weight,
    fraction: 0,
    status: "pending" as const,
    message: null,
  }));
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 text-xl font-semibold break-words">{name}</h1>
        <StatusBadge status="queued" />
        <span role="status" className="text-ink-soft">
          Starting...
        </span>
      </div>
      <StageLine stages={stages} />
      <EmptyState title="Handing the run over">You can close this page as soon as it has started.</EmptyState>
    </>
  );
}
