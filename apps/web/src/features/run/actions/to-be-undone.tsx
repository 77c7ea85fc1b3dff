import type { Run } from "@longhaul/kit";
import { trpc } from "../../../lib/trpc.js";
import { useRunDetails } from "../use-run.js";
import { compensationsOf } from "./compensations.js";

/** What a cancel takes back, the last effect first; nothing where no step has a way back. */
export function ToBeUndone({ run }: { run: Run }) {
  const { data: details } = useRunDetails(run.id);
  const { data: workflow } = trpc.workflows.get.useQuery({ workflow: run.workflow }, { staleTime: Infinity });
  if (!details || !workflow) return null;
  const undone = compensationsOf(workflow.graph, details.steps);
  if (undone.length === 0) return null;
  return (
    <div>
      <p>Then it is taken back what has been done, the last first:</p>
      <ol className="mt-1 list-decimal pl-5">
        {undone.map(({ step, compensation, times }) => (
          <li key={step}>
            <code className="font-mono">{compensation}</code> takes back{" "}
            <code className="font-mono">{step}</code>
            {times > 1 && ` (${times} times)`}
          </li>
        ))}
      </ol>
    </div>
  );
}
