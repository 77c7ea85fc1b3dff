import { z } from "zod";
import { moodSchema } from "../result.js";
import { invalidAnswer, refused } from "./problems.js";

const refusal = z.object({ refusal: z.string() });

export const visionAnswer = z.object({
  summary: z.string().trim().min(1).max(600),
  elements: z
    .array(
      z.object({
        name: z.string().trim().min(1).max(80),
        colour: z.string().trim().min(1).max(40),
        where: z.string().trim().min(1).max(40),
        size: z.enum(["small", "medium", "large"]).catch("medium"),
      }),
    )
    .transform((all) => all.slice(0, 12)),
  /** Null for one that no book has. */
  mood: z.string().trim().toLowerCase().pipe(moodSchema).nullable().catch(null),
});

export const storyAnswer = (pages: number) =>
  z.object({
    title: z.string().trim().min(1).max(120),
    pages: z
      .array(
        z.object({
          text: z.string().trim().min(1).max(600),
          illustration: z.string().trim().min(1).max(500),
        }),
      )
      .length(pages),
  });

/**
 * Reads a model's answer: a JSON object, alone, in a fence, or with words around it.
 *
 * @throws FatalError MODEL_REFUSED, RetryableError MODEL_ANSWER_INVALID
 */
export function readAnswer<S extends z.ZodType>(
  schema: S,
  text: string,
  what: string,
  remedy?: string,
): z.output<S> {
  const json = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  if (json === "") {
    throw /\b(sorry|cannot|can['’]t|unable|won['’]t|not able)\b/i.test(text)
      ? refused(what, text.slice(0, 500), remedy)
      : invalidAnswer(what, text.slice(0, 500));
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw invalidAnswer(what, error);
  }
  const no = refusal.safeParse(value);
  if (no.success) throw refused(what, no.data.refusal, remedy);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidAnswer(what, parsed.error);
  return parsed.data;
}
