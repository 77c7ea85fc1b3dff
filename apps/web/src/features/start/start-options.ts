import { type Priority, priorities } from "@longhaul/kit";
import { z } from "zod/mini";

/** What goes with a start besides the input, as it stands in the form. */
export interface OptionTexts {
  readonly priority: Priority | "";
  /** Labels with commas between them. */
  readonly tags: string;
  /** Local time as a datetime-local control has it; empty: at once. */
  readonly notBefore: string;
}

/** What can be taken up again of what was entered before. */
export const optionTextsSchema = z.object({
  priority: z.enum(["", ...priorities]),
  tags: z.string(),
  notBefore: z.string(),
});

export const noOptions: OptionTexts = { priority: "", tags: "", notBefore: "" };

export interface StartOptions {
  priority?: Priority;
  tags?: string[];
  notBefore?: string;
}

const mostTags = 10;
const longestTag = 50;

export type OptionErrors = Readonly<Partial<Record<keyof OptionTexts, string>>>;

/** The options as the API takes them, or what is wrong with them. `now` in ms. */
export function readOptions(
  texts: OptionTexts,
  now: number,
): { options: StartOptions; errors: OptionErrors } {
  const tags = [...new Set(texts.tags.split(",").map((tag) => tag.trim()))].filter(Boolean);
  const errors: { tags?: string; notBefore?: string } = {};
  if (tags.length > mostTags) errors.tags = `At most ${mostTags} tags; these are ${tags.length}.`;
  const long = tags.find((tag) => [...tag].length > longestTag);
  if (long) errors.tags = `"${long.slice(0, 20)}..." is longer than ${longestTag} characters.`;
  const at = texts.notBefore ? new Date(texts.notBefore) : null;
  if (at && Number.isNaN(at.getTime())) errors.notBefore = "This is not a time.";
  else if (at && at.getTime() <= now)
    errors.notBefore = "This time has passed. Leave it empty to start at once.";
  return {
    errors,
    options: {
      ...(texts.priority ? { priority: texts.priority } : {}),
      ...(tags.length > 0 ? { tags } : {}),
      ...(at && !errors.notBefore ? { notBefore: at.toISOString() } : {}),
    },
  };
}
