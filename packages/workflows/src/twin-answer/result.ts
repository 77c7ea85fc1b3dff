import { z } from "zod";

export { personaSchema } from "../digital-twin/result.js";

export const maxPassages = 5;

/** A passage of a document, and how well it goes with the question. */
export const passageSchema = z.object({
  document: z.string().max(200),
  excerpt: z.string().max(2_500),
  score: z.number(),
  /** Share of what was asked that the passage has, 0 to 1. */
  cover: z.number(),
});
export type Passage = z.infer<typeof passageSchema>;

export const answerSchema = z.object({
  answer: z.string().max(6_000),
  /** False where the documents do not say. */
  found: z.boolean(),
  /** The places, among the passages, of those that the answer rests on. */
  cited: z.array(z.number().int().min(0)).max(maxPassages),
  /** Null where no model was asked. */
  tokens: z.object({ input: z.number().int(), output: z.number().int() }).nullable(),
  madeBy: z.object({
    maker: z.enum(["offline", "amazon-bedrock", "openai-compatible"]),
    model: z.string().max(200),
    note: z.string().max(300).nullable(),
  }),
});
export type Answer = z.infer<typeof answerSchema>;

export const twinAnswerSchema = answerSchema.omit({ cited: true }).extend({
  question: z.string().max(1_000),
  twin: z.string().max(80),
  version: z.number().int(),
  passages: z.array(passageSchema).max(maxPassages),
  cited: answerSchema.shape.cited,
});
export type TwinAnswer = z.infer<typeof twinAnswerSchema>;
