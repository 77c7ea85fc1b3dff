import { type Approval, roleAtLeast } from "@longhaul/kit";
import { Link } from "@tanstack/react-router";
import { createElement, Suspense } from "react";
import { Facts } from "../../components/ui/facts.js";
import { JsonView } from "../../components/ui/json-view.js";
import { Panel } from "../../components/ui/panel.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { TimeAgo } from "../../components/ui/time.js";
import { useNow } from "../../lib/clock.js";
import { formatDuration, formatExact, humanize } from "../../lib/format.js";
import { trpc } from "../../lib/trpc.js";
import { useMe } from "../settings/use-me.js";
import { ApprovalForm } from "./approval-form.js";
import { Decision } from "./decision.js";
import { formOf } from "./forms.js";

interface ApprovalCardProps {
  approval: Approval;
  /** Names the run and links to it, where the page is not the run's own. */
  withRun?: boolean;
  onChanged: () => void;
}

/** One question to a person, with what they need to know, and the form; or how it was decided. */
export function ApprovalCard({ approval: listed, withRun = false, onChanged }: ApprovalCardProps) {
  // Kept for itself, so that it is still right after it has left the list of open ones.
  const { data } = trpc.approvals.get.useQuery(
    { approvalId: listed.id },
    { initialData: listed, enabled: listed.status === "open", refetchInterval: 5000 },
  );
  const approval = data.status === "open" ? listed : data;
  const role = useMe().data?.organisation?.role;
  const mayDecide = role !== undefined && roleAtLeast(role, approval.role);
  const open = approval.status === "open";
  const ownForm = open && mayDecide ? formOf(approval) : undefined;
  return (
    <Panel title={approval.title}>
      <div className="grid gap-4" data-approval={approval.id} data-approval-status={approval.status}>
        <p className="flex flex-wrap gap-x-3 gap-y-1 text-sm text-ink-soft">
          {withRun && (
            <Link to="/runs/$runId/result" params={{ runId: approval.runId }} data-row className="link">
              {approval.runName}
            </Link>
          )}
          <Link to="/approvals/$approvalId" params={{ approvalId: approval.id }} className="link">
            Asked <TimeAgo at={approval.createdAt} />
          </Link>
          {open && approval.deadline && <Deadline at={approval.deadline} />}
        </p>
        {!ownForm && <Details details={approval.details} />}
        {!open ? (
          <Decision approval={approval} />
        ) : ownForm ? (
          <Suspense fallback={<SkeletonLines label="Opening the form" />}>
            {createElement(ownForm, { approval, onChanged })}
          </Suspense>
        ) : mayDecide ? (
          <ApprovalForm approval={approval} onChanged={onChanged} />
        ) : (
          <p className="text-ink-soft">{humanize(approval.role)}s decide this; your role may only look.</p>
        )}
      </div>
    </Panel>
  );
}

function Deadline({ at }: { at: string }) {
  const now = useNow();
  const left = (Date.parse(at) - now) / 1000;
  return (
    <time dateTime={at} title={formatExact(Date.parse(at))} className="tabular-nums">
      {left > 0
        ? `${formatDuration(Math.max(1, Math.round(left)))} left to decide`
        : "The time to decide is over"}
    </time>
  );
}

/** Plain values as facts, everything else as it is. */
function Details({ details }: { details: unknown }) {
  if (details === null || details === undefined) return null;
  if (typeof details !== "object")
    return <p>{typeof details === "string" ? details : JSON.stringify(details)}</p>;
  const values = Object.entries(details);
  const plain = values.filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
  return (
    <>
      <Facts facts={plain.map(([key, value]) => [humanize(key), String(value)])} />
      {plain.length < values.length && <JsonView label="What is to be decided" value={details} />}
    </>
  );
}
