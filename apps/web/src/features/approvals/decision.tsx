import type { Approval } from "@longhaul/kit";
import { Ban, CircleCheck, Clock } from "lucide-react";
import { Facts } from "../../components/ui/facts.js";
import { TimeAgo } from "../../components/ui/time.js";
import { humanize } from "../../lib/format.js";
import { useMe } from "../settings/use-me.js";

/** What became of a question: who decided it, and how. */
export function Decision({ approval }: { approval: Approval }) {
  const { status, decision, decidedBy, decidedAt } = approval;
  const { data: me } = useMe();
  const Icon = status === "decided" ? CircleCheck : status === "expired" ? Clock : Ban;
  const mine = decidedBy !== null && decidedBy.id === me?.userId;
  return (
    <div className="grid gap-3 rounded-md bg-sunken p-3">
      <p role="status" className="flex flex-wrap items-center gap-x-2 font-medium">
        <Icon aria-hidden className="size-4 text-ink-soft" />
        {status === "decided" &&
          (mine ? "Decided by you" : `Already decided by ${decidedBy?.name ?? "a former member"}`)}
        {status === "expired" &&
          (decision === null ? "Nobody decided in time" : "Nobody decided in time: the default was entered")}
        {status === "cancelled" && "The run does not wait for this any more"}
        {decidedAt && <TimeAgo at={decidedAt} className="text-sm font-normal text-ink-soft" />}
      </p>
      {decision !== null && typeof decision === "object" && (
        <Facts
          facts={Object.entries(decision).map(([key, value]) => [
            humanize(key),
            typeof value === "boolean"
              ? value
                ? "Yes"
                : "No"
              : typeof value === "object"
                ? JSON.stringify(value)
                : String(value),
          ])}
        />
      )}
    </div>
  );
}
