import { z } from "zod";

/** Who made a text: models, or this machine without one, which says so in its note. */
export const speakerSchema = z.object({
  maker: z.enum(["offline", "amazon-bedrock", "openai-compatible"]),
  model: z.string().max(200),
  note: z.string().max(300).nullable(),
});
export type MadeBy = z.output<typeof speakerSchema>;

export const usageSchema = z.object({
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  /** US dollars by the price table; null where it has no price for the model. */
  costUsd: z.number().nonnegative().nullable(),
});
export type Usage = z.output<typeof usageSchema>;

const formats = ["simulation", "panel", "discussion"] as const;
export const formatSchema = z.enum(formats);
export type Format = z.output<typeof formatSchema>;

/** A question or follow-up is the moderator's; a statement is free; an action changes the shared state. */
const turnKinds = ["question", "answer", "statement", "action"] as const;

/** A turn that is to be: whose it is, where that is settled beforehand. */
export const plannedTurnSchema = z.object({
  number: z.number().int().min(1).max(300),
  round: z.number().int().min(1).max(10),
  kind: z.enum(turnKinds),
  /** The agent's place in the list; null for the moderator, and where the talk decides. */
  agent: z.number().int().min(0).max(24).nullable(),
});
export type PlannedTurn = z.output<typeof plannedTurnSchema>;

export const maxTurnLength = 4_000;

/** A turn that was spoken: what its step keeps, and what the others hear. */
export const turnSchema = z.object({
  number: z.number().int().min(1).max(300),
  round: z.number().int().min(1).max(10),
  kind: z.enum(turnKinds),
  speaker: z.string().max(60),
  role: z.string().max(120),
  text: z.string().max(maxTurnLength),
  /** Who is asked to answer. */
  addressed: z.string().max(60).nullable(),
  /** How it takes up somebody's words, where that is known and not only said. */
  stance: z.object({ towards: z.string().max(60), kind: z.enum(["agrees", "disagrees", "adds"]) }).nullable(),
  action: z.object({ quantity: z.string().max(60), change: z.number() }).nullable(),
  /** The shared quantities after the turn, in their order. */
  values: z.array(z.number()).max(6).nullable(),
  usage: usageSchema,
  madeBy: speakerSchema,
});
export type Turn = z.output<typeof turnSchema>;

const point = z.string().max(800);

/** What came of a talk. */
export const talkResultSchema = z.object({
  summary: z.string().max(4_000),
  agreements: z.array(point).max(8),
  disagreements: z.array(point).max(8),
  /** Words of each agent, in the order of the list. */
  shares: z
    .array(z.object({ name: z.string().max(60), turns: z.number().int(), words: z.number().int() }))
    .max(25),
  turns: z.number().int().nonnegative(),
  /** Of all turns and the summary. */
  usage: usageSchema,
  madeBy: speakerSchema,
  /** The whole transcript as a file. */
  transcriptArtifactId: z.uuid(),
});
export type TalkResult = z.output<typeof talkResultSchema>;
