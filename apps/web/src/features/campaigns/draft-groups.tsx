import { Panel } from "../../components/ui/panel.js";
import { channelLabels, type DraftSoFar, groupsOf } from "./campaign.js";
import { DraftCard } from "./draft-card.js";

/** Every draft, those of one segment and channel side by side. */
export function DraftGroups({ drafts }: { drafts: readonly DraftSoFar[] }) {
  return groupsOf(drafts).map(({ segment, channel, drafts: members }) => (
    <Panel key={`${channel} ${segment}`} title={`${channelLabels[channel]} to ${segment}`}>
      <div className="grid gap-3 @2xl:grid-cols-2 @4xl:grid-cols-3">
        {members.map((tried) => (
          <DraftCard key={tried.draft.variant} tried={tried} />
        ))}
      </div>
    </Panel>
  ));
}
