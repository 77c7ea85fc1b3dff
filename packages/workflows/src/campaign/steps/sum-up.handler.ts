import { implement, type StepInput } from "@longhaul/kit/step";
import type { CampaignSummary } from "../result.js";
import { sumUp } from "./sum-up.js";

type Input = StepInput<typeof sumUp>;

export function summaryOf({ drafts, messages, sendings }: Input): CampaignSummary {
  const changes = messages.map(({ segment, channel, variant, subject, body }) => {
    const of = drafts.find(
      ({ draft }) => draft.segment === segment && draft.channel === channel && draft.variant === variant,
    );
    const edited = !of || of.draft.subject !== subject || of.draft.body !== body;
    return { segment, channel, variant, score: of?.score ?? null, edited };
  });
  const total = (key: "recipients" | "sent" | "failed" | "uncertain") =>
    sendings.reduce((sum, sending) => sum + sending[key], 0);
  const edited = changes.filter((change) => change.edited).length;
  const counts = {
    recipients: total("recipients"),
    sent: total("sent"),
    failed: total("failed"),
    uncertain: total("uncertain"),
  };
  const text = [
    `${counts.sent} of ${counts.recipients} messages were sent in ${messages.length} texts, ${edited} of them edited.`,
    counts.failed > 0 && `${counts.failed} were refused by the provider.`,
    counts.uncertain > 0 &&
      `Of ${counts.uncertain} it is not known whether they went out: they were not sent again, so that nobody gets one twice.`,
  ];
  return { text: text.filter(Boolean).join(" "), drafts: drafts.length, edited, ...counts, changes };
}

export default implement(sumUp, async (input) => summaryOf(input));
