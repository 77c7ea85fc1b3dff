import { channels } from "@longhaul/kit";
import { z } from "zod";
import { maxDrafts, maxTwins, messageTextSchema, textIssues } from "./limits.js";

/** How an organisation speaks. */
export const tones = ["friendly", "formal", "playful", "plain"] as const;
export type Tone = (typeof tones)[number];

export const companySchema = z.object({
  company: z.string().max(80),
  industry: z.string().max(80),
  audience: z.string().max(300),
  tone: z.enum(tones),
});
export type Company = z.infer<typeof companySchema>;

const madeBySchema = z.object({
  maker: z.enum(["offline", "amazon-bedrock", "openai-compatible"]),
  model: z.string().max(100),
  note: z.string().max(160).nullable(),
});

export const draftSchema = messageTextSchema.extend({ madeBy: madeBySchema });
export type Draft = z.infer<typeof draftSchema>;

/** One thing that was measured: `score` 0 to 100, `weight` its share of the whole, 0 to 1. */
export const scorePartSchema = z.object({
  part: z.enum(["subject", "language", "manner", "interest"]),
  score: z.number().int().min(0).max(100),
  weight: z.number().min(0).max(1),
  reason: z.string().max(140),
});
export type ScorePart = z.infer<typeof scorePartSchema>;

/** What a twin makes of a draft. The score is reckoned from its trained model, whoever finds the words. */
export const reactionSchema = z.object({
  twinId: z.uuid(),
  twin: z.string().max(80),
  version: z.number().int(),
  score: z.number().int().min(0).max(100),
  parts: z.array(scorePartSchema).max(4),
  says: z.string().max(280),
  by: z.enum(["offline", "amazon-bedrock", "openai-compatible"]),
});
export type Reaction = z.infer<typeof reactionSchema>;

export const reactionsSchema = z.object({
  reactions: z.array(reactionSchema).max(maxTwins),
  /** The mean of the twins' scores. */
  score: z.number().int().min(0).max(100),
});

export const triedDraftSchema = z.object({ draft: draftSchema, ...reactionsSchema.shape });
export type TriedDraft = z.infer<typeof triedDraftSchema>;

/** What a person decides: which text goes to whom. A segment and channel without a text gets nothing. */
export const reviewSchema = z
  .object({
    approved: z.boolean().meta({ title: "Send", description: "Whether the messages are to be sent." }),
    messages: z.array(messageTextSchema).max(maxDrafts).default([]).meta({
      title: "Messages",
      description: "The texts as they are to be sent, one for each segment and channel.",
    }),
    note: z
      .string()
      .trim()
      .max(500)
      .default("")
      .meta({ title: "Note", description: "Why, for those who read it later." }),
  })
  .superRefine(({ approved, messages }, context) => {
    if (!approved) return;
    const issue = (path: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path: ["messages", ...path], message });
    if (messages.length === 0) issue([], "Choose at least one text to send.");
    const taken = new Set<string>();
    for (const [place, message] of messages.entries()) {
      for (const found of textIssues(message)) issue([place, found.path], found.message);
      const key = `${message.channel} ${message.segment}`;
      if (taken.has(key))
        issue([place], "There is another text for this segment and channel: choose one of them.");
      taken.add(key);
    }
  });

/** How the sending to one segment by one channel went. */
export const sendingSchema = z.object({
  segment: z.string().max(60),
  channel: z.enum(channels),
  recipients: z.number().int(),
  sent: z.number().int(),
  failed: z.number().int(),
  /** Handed over by a try that was broken off before it heard an answer: not sent again, so that nobody gets it twice. */
  uncertain: z.number().int(),
});
export type Sending = z.infer<typeof sendingSchema>;

/** What became of a text between draft and sending. */
const changeSchema = z.object({
  segment: z.string().max(60),
  channel: z.enum(channels),
  variant: z.number().int(),
  /** Of the draft as it was written; null where it is no draft's. */
  score: z.number().int().nullable(),
  edited: z.boolean(),
});

export const summarySchema = z.object({
  text: z.string().max(500),
  drafts: z.number().int(),
  edited: z.number().int(),
  recipients: z.number().int(),
  sent: z.number().int(),
  failed: z.number().int(),
  uncertain: z.number().int(),
  changes: z.array(changeSchema).max(maxDrafts),
});
export type CampaignSummary = z.infer<typeof summarySchema>;

export const campaignResultSchema = z.object({
  outcome: z.enum(["sent", "rejected"]),
  sendAt: z.iso.datetime(),
  drafts: z.array(triedDraftSchema).max(maxDrafts),
  messages: z.array(messageTextSchema).max(maxDrafts),
  note: z.string().max(500),
  /** Nobody has decided in time. */
  byDefault: z.boolean(),
  sendings: z.array(sendingSchema).max(maxDrafts),
  summary: summarySchema,
});
export type CampaignResult = z.infer<typeof campaignResultSchema>;
