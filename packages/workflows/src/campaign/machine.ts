import { defineMachine, eq } from "@longhaul/kit/machine";
import { campaign } from "./contract.js";
import { reviewSchema } from "./result.js";
import { prepare } from "./steps/prepare.js";
import { react } from "./steps/react.js";
import { sendMessages } from "./steps/send-messages.js";
import { sumUp } from "./steps/sum-up.js";
import { writeDraft } from "./steps/write-draft.js";

/** What nobody has approved within a week is not sent. */
const reviewSeconds = 7 * 86_400;

const nothingSent = {
  text: "Nothing was sent: the drafts were not approved.",
  ...{ drafts: 0, edited: 0, recipients: 0, sent: 0, failed: 0, uncertain: 0 },
  changes: [],
};

export const campaignMachine = defineMachine(campaign, (flow) =>
  flow
    .step(prepare, ({ input }) => ({
      ...{ channels: input.channels, segments: input.segments, twinIds: input.twinIds },
      ...{ draftBudget: input.draftBudget, sendAt: input.sendAt },
    }))
    .map("Drafts", {
      items: ({ prepare: plan }) => plan.orders,
      as: "order",
      maxConcurrency: 4,
      item: (each) =>
        each
          .step(writeDraft, ({ input, prepare: plan, order }) => ({
            goal: input.goal,
            company: plan.company,
            interests: plan.interests,
            order,
          }))
          .step(react, ({ input, writeDraft: draft }) => ({ draft, twinIds: input.twinIds }))
          .yield(({ writeDraft: draft, react: heard }) => ({
            ...{ draft, reactions: heard.reactions, score: heard.score },
          })),
    })
    .approval("ReviewDrafts", {
      title: "Approve what is sent",
      form: reviewSchema,
      select: ({ prepare: plan, drafts }) => ({ sendAt: plan.sendAt, drafts }),
      stage: "review",
      deadlineSeconds: reviewSeconds,
      onDeadline: { decide: { approved: false } },
    })
    .choice("IsApproved", (decided) =>
      decided
        .when(
          ({ reviewDrafts: review }) => eq(review.decision.approved, true),
          (approved) =>
            approved
              .wait("UntilSendTime", { until: ({ prepare: plan }) => plan.sendAt })
              .map("Sending", {
                items: ({ reviewDrafts: review }) => review.decision.messages,
                as: "message",
                maxConcurrency: 3,
                item: (each) =>
                  each
                    .step(sendMessages, ({ input, message }) => ({ message, recipients: input.recipients }))
                    .yield(({ sendMessages: sent }) => sent),
              })
              .step(sumUp, ({ drafts, reviewDrafts: review, sending }) => ({
                drafts,
                messages: review.decision.messages,
                sendings: sending,
              }))
              .succeed(
                "CampaignSent",
                ({ prepare: plan, drafts, reviewDrafts: review, sending, sumUp: summary }) => ({
                  outcome: "sent" as const,
                  sendAt: plan.sendAt,
                  drafts,
                  messages: review.decision.messages,
                  note: review.decision.note,
                  byDefault: review.byDefault,
                  sendings: sending,
                  summary,
                }),
              ),
        )
        .otherwise((rejected) =>
          rejected.succeed("NothingSent", ({ prepare: plan, drafts, reviewDrafts: review }) => ({
            outcome: "rejected" as const,
            sendAt: plan.sendAt,
            drafts,
            messages: [],
            note: review.decision.note,
            byDefault: review.byDefault,
            sendings: [],
            summary: nothingSent,
          })),
        ),
    ),
);
