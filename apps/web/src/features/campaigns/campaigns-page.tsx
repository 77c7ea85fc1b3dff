import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { TimeAgo } from "../../components/ui/time.js";
import { formatExact } from "../../lib/format.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { StatusBadge } from "../runs/status.js";
import { useMay } from "../settings/use-me.js";
import { useDescription } from "../onboarding/use-description.js";
import { channelLabels } from "./campaign.js";

type Listed = Outputs["campaigns"]["list"][number];

/** Every campaign of the organisation, and what became of it. */
export function CampaignsPage() {
  useDescription("Campaigns: drafts that digital twins have read, approved by a person, and sent once.");
  const { data, error, refetch } = trpc.campaigns.list.useQuery(undefined, { refetchInterval: 5_000 });
  const mayStart = useMay("operator");
  const action = mayStart && (
    <Button asChild look="primary">
      <Link to="/campaigns/new">
        <Plus aria-hidden />
        New campaign
      </Link>
    </Button>
  );
  return (
    <>
      <PageHeader title="Campaigns" actions={action} />
      {error && !data ? (
        <ProblemView what="The campaigns" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the campaigns" />
      ) : data.length === 0 ? (
        <EmptyState title="No campaign yet">
          Say what you want to reach: drafts are written for each channel and segment, your twins react to
          them, you approve, and they are sent.
        </EmptyState>
      ) : (
        <ul className="grid gap-3 @2xl:grid-cols-2">
          {data.map((campaign) => (
            <Card key={campaign.runId} campaign={campaign} />
          ))}
        </ul>
      )}
    </>
  );
}

function Card({ campaign }: { campaign: Listed }) {
  const { runId, name, status, goal, channels, segments, recipients, sent, sendAt, createdAt } = campaign;
  return (
    <li className="relative grid content-start gap-2 rounded-lg border bg-surface p-4 hover:border-line-strong">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Link
          to="/runs/$runId/result"
          params={{ runId }}
          data-row
          className="min-w-0 text-lg font-semibold break-words after:absolute after:inset-0"
        >
          {name}
        </Link>
        <StatusBadge status={status} />
      </div>
      <p className="break-words text-ink-soft">{goal}</p>
      <p className="text-sm text-ink-soft tabular-nums">
        {channels
          .map((channel) => channelLabels[channel as keyof typeof channelLabels] ?? channel)
          .join(", ")}{" "}
        to {segments} {segments === 1 ? "segment" : "segments"}, {recipients}{" "}
        {recipients === 1 ? "recipient" : "recipients"}; begun <TimeAgo at={createdAt} />
      </p>
      <p className="text-sm font-medium">{stateOf(campaign, sent, sendAt)}</p>
    </li>
  );
}

function stateOf({ waitsForApproval, outcome, status }: Listed, sent: number, sendAt: string | null): string {
  if (waitsForApproval) return "Waits for your approval";
  if (outcome === "rejected") return "Not approved: nothing was sent";
  if (outcome === "sent" || sent > 0) return `${sent} sent`;
  if (status === "failed" || status === "cancelled" || status === "timed_out") return "Nothing was sent";
  return sendAt ? `To be sent on ${formatExact(Date.parse(sendAt))}` : "To be sent when it is approved";
}
