import type { Approval } from "@longhaul/kit";
import { Link } from "@tanstack/react-router";
import { Panel } from "../../components/ui/panel.js";
import { TimeAgo } from "../../components/ui/time.js";
import { trpc } from "../../lib/trpc.js";

const shown = 20;

/** The latest questions that are settled. */
export function PastApprovals() {
  const { data } = trpc.approvals.list.useQuery({ limit: shown * 2 }, { refetchInterval: 15_000 });
  const settled = data?.approvals.filter(({ status }) => status !== "open").slice(0, shown) ?? [];
  if (settled.length === 0) return null;
  return (
    <Panel title="Decided before" flush className="mt-6">
      <ul>
        {settled.map((approval) => (
          <li
            key={approval.id}
            className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 border-b px-4 py-2 last:border-b-0"
          >
            <Link to="/runs/$runId/result" params={{ runId: approval.runId }} data-row className="link">
              {approval.runName}
            </Link>
            <Link to="/approvals/$approvalId" params={{ approvalId: approval.id }} className="link">
              {approval.title}
            </Link>
            <span className="ml-auto text-sm text-ink-soft">
              {outcome(approval)} <TimeAgo at={approval.decidedAt ?? approval.createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function outcome({ status, decidedBy }: Approval): string {
  if (status === "decided") return `decided by ${decidedBy?.name ?? "a former member"}`;
  return status === "expired" ? "nobody decided in time" : "no longer asked";
}
