import { z } from "zod";

/** What one pass of the training came to; a perplexity is how surprised the twin is by each word, on average. */
export const epochSchema = z.object({
  epoch: z.number().int().min(1),
  trainPerplexity: z.number(),
  validationPerplexity: z.number(),
  validationMrr: z.number(),
});
export type EpochResult = z.infer<typeof epochSchema>;

export const personaSchema = z.object({
  favourites: z.array(z.string().max(60)).max(12),
  wordsPerSentence: z.number(),
  questions: z.number(),
  exclamations: z.number(),
  firstPerson: z.number(),
  variety: z.number(),
});
export type PersonaResult = z.infer<typeof personaSchema>;

export const twinResultSchema = z.object({
  twinId: z.uuid(),
  version: z.number().int().min(1),
  name: z.string().max(80),
  /** Documents that were read, and those that were left out. */
  documents: z.number().int(),
  refused: z.number().int(),
  characters: z.number().int(),
  epochs: z.number().int(),
  last: epochSchema.nullable(),
  persona: personaSchema,
});
