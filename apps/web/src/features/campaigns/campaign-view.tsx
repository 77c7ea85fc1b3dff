import { isFinal } from "@longhaul/kit";
import type { CampaignResult } from "@longhaul/workflows/contracts";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Facts } from "../../components/ui/facts.js";
import { Notice } from "../../components/ui/notice.js";
import { Panel } from "../../components/ui/panel.js";
import { formatExact } from "../../lib/format.js";
import type { RunViewProps } from "../results/registry.js";
import { type CampaignSoFar, campaignOf, channelLabels, sameText } from "./campaign.js";
import { DraftGroups } from "./draft-groups.js";

/** A campaign on its way and when it is over: what was sent first, then the drafts with what the twins made of them. */
export function CampaignView({ run, steps }: RunViewProps) {
  const campaign = campaignOf(run, steps);
  const live = !isFinal(run.status);
  const { drafts, planned, result, waitsForApproval, approved, sendAt } = campaign;
  if (drafts.length === 0) {
    return live ? (
      <EmptyState title="Nothing is written yet">
        The drafts appear here as they are written and read to the twins. You can close this page: the
        campaign goes on.
      </EmptyState>
    ) : null;
  }
  return (
    <>
      {result && <Outcome result={result} />}
      {live &&
        approved &&
        sendAt &&
        Date.parse(sendAt) > Date.parse(run.createdAt) &&
        campaign.sendings.length === 0 && (
          <Notice
            look="info"
            title={`Approved: it goes out on ${formatExact(Date.parse(sendAt))}, or at once if that has passed.`}
          >
            Until then, cancelling the run sends nothing.
          </Notice>
        )}
      {live && planned !== null && drafts.length < planned && (
        <p role="status" className="text-ink-soft tabular-nums">
          {drafts.length} of {planned} drafts are written.
        </p>
      )}
      <Messages campaign={campaign} />
      {!(live && waitsForApproval) && <DraftGroups drafts={drafts} />}
    </>
  );
}

function Outcome({ result: { outcome, summary, note, byDefault } }: { result: CampaignResult }) {
  if (outcome === "rejected") {
    return (
      <Notice look="info" title="Nothing was sent.">
        {byDefault ? "Nobody approved the drafts in time." : "The drafts were not approved."} {note}
      </Notice>
    );
  }
  return (
    <Panel title="Summary">
      <div data-summary className="grid gap-3">
        <p>{summary.text}</p>
        <Facts
          facts={[
            ["Drafts", String(summary.drafts)],
            ["Edited", String(summary.edited)],
            ["Recipients", String(summary.recipients)],
            ["Sent", String(summary.sent)],
            ["Refused", String(summary.failed)],
            ...(summary.uncertain > 0
              ? ([["Not known", String(summary.uncertain)]] as [string, string][])
              : []),
            ...(note ? ([["Note", note]] as [string, string][]) : []),
          ]}
        />
      </div>
    </Panel>
  );
}

/** What was approved, how it differs from its draft, and to how many it went. */
function Messages({ campaign: { messages, drafts, sendings } }: { campaign: CampaignSoFar }) {
  if (messages.length === 0) return null;
  return (
    <Panel title="Messages" flush>
      <ul>
        {messages.map((message) => {
          const { segment, channel, variant } = message;
          const of = drafts.find(
            ({ draft }) =>
              draft.segment === segment && draft.channel === channel && draft.variant === variant,
          );
          const sending = sendings.find((one) => one.segment === segment && one.channel === channel);
          return (
            <li
              key={`${channel} ${segment}`}
              data-message={`${channel} ${segment}`}
              className="grid gap-2 border-b px-4 py-3 last:border-b-0"
            >
              <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
                <span className="font-medium">
                  {channelLabels[channel]} to {segment}
                </span>
                <span className="text-sm text-ink-soft tabular-nums">
                  draft {variant}
                  {of?.score != null && `, ${of.score} of 100 as it was written`}
                  {of && !sameText(of.draft, message) && ", edited"}
                </span>
                <span className="ml-auto text-sm tabular-nums">
                  {sending ? `${sending.sent} of ${sending.recipients} sent` : "not sent yet"}
                </span>
              </p>
              <div className="rounded-md bg-sunken p-3">
                <p className="font-medium break-words">{message.subject}</p>
                <p className="mt-1 break-words whitespace-pre-line">{message.body}</p>
              </div>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
