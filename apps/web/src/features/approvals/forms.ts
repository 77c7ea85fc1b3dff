import type { Approval } from "@longhaul/kit";
import { type ComponentType, lazy } from "react";

export interface DecisionFormProps {
  approval: Approval;
  onChanged: () => void;
}

/** Forms made for a decision, by workflow and state; they show the details themselves, and are fetched when needed. */
const forms: Partial<Record<string, ComponentType<DecisionFormProps>>> = {
  "campaign/ReviewDrafts": lazy(async () => ({
    default: (await import("../campaigns/review.js")).CampaignReview,
  })),
  "storybook/ReviewStory": lazy(async () => ({
    default: (await import("../storybook/edit/story-review.js")).StoryReview,
  })),
};

/** Undefined where the form is drawn from its JSON schema. */
export const formOf = ({ workflow, state }: Approval): ComponentType<DecisionFormProps> | undefined =>
  forms[`${workflow}/${state}`];
