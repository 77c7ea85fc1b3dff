import type { Channel, Run, RunStep } from "@longhaul/kit";
import {
  campaignDraftSchema,
  campaignResultSchema,
  campaignReviewSchema,
  type CampaignResult,
  type MessageText,
  reactionsSchema,
  type Sending,
  sendingSchema,
  type TriedDraft,
} from "@longhaul/workflows/contracts";
import { z } from "zod";

export const channelLabels: Readonly<Record<Channel, string>> = {
  EMAIL: "E-mail",
  SMS: "SMS",
  PUSH: "Push message",
};

/** A draft as far as it is: `reactions` is empty until the twins have read it. */
export type DraftSoFar = Omit<TriedDraft, "score"> & { readonly score: number | null };

export interface CampaignSoFar {
  readonly drafts: readonly DraftSoFar[];
  /** How many there will be; null until they are planned. */
  readonly planned: number | null;
  /** ISO 8601; null until it is planned. */
  readonly sendAt: string | null;
  /** What a person has decided; null until then. */
  readonly approved: boolean | null;
  readonly messages: readonly MessageText[];
  readonly sendings: readonly Sending[];
  readonly waitsForApproval: boolean;
  readonly result: CampaignResult | null;
}

const planSchema = z.object({ orders: z.array(z.unknown()), sendAt: z.string() });
const decidedSchema = z.object({ decision: z.object(campaignReviewSchema.shape) });

/** A campaign as far as it is, from the checkpoints of its steps. */
export function campaignOf(
  run: Pick<Run, "status"> & { readonly output?: unknown },
  steps: readonly RunStep[],
): CampaignSoFar {
  const done = (name: string) => steps.filter(({ step, status }) => step === name && status === "succeeded");
  const reactions = new Map(
    done("React").map(({ itemPath, output }) => [itemPath, reactionsSchema.safeParse(output).data]),
  );
  const drafts = done("WriteDraft")
    .toSorted((one, other) => Number(one.itemPath) - Number(other.itemPath))
    .flatMap(({ itemPath, output }): DraftSoFar[] => {
      const draft = campaignDraftSchema.safeParse(output).data;
      const heard = reactions.get(itemPath);
      return draft ? [{ draft, reactions: heard?.reactions ?? [], score: heard?.score ?? null }] : [];
    });
  const plan = planSchema.safeParse(done("Prepare").at(-1)?.output).data;
  const review = decidedSchema.safeParse(done("ReviewDrafts").at(-1)?.output).data?.decision;
  const result =
    run.status === "succeeded" ? (campaignResultSchema.safeParse(run.output).data ?? null) : null;
  return {
    drafts,
    planned: plan?.orders.length ?? null,
    sendAt: plan?.sendAt ?? null,
    approved: review?.approved ?? null,
    messages: review?.approved ? review.messages : [],
    sendings: done("SendMessages").flatMap(({ output }) => sendingSchema.safeParse(output).data ?? []),
    waitsForApproval: steps.some(({ step, status }) => step === "ReviewDrafts" && status === "waiting"),
    result,
  };
}

export interface Group {
  readonly segment: string;
  readonly channel: Channel;
  /** The best first. */
  readonly drafts: readonly DraftSoFar[];
}

/** Drafts that stand for each other: of one segment and channel. */
export function groupsOf(drafts: readonly DraftSoFar[]): Group[] {
  const groups = new Map<string, Omit<Group, "drafts"> & { drafts: DraftSoFar[] }>();
  for (const one of drafts) {
    const { channel, segment } = one.draft;
    const key = `${channel} ${segment}`;
    const group = groups.get(key) ?? { segment, channel, drafts: [] };
    group.drafts.push(one);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({
    ...group,
    drafts: group.drafts.toSorted((one, other) => (other.score ?? -1) - (one.score ?? -1)),
  }));
}

export const sameText = (one: MessageText, other: MessageText): boolean =>
  one.subject === other.subject && one.body === other.body;
