import type { StoryResult } from "@longhaul/workflows/contracts";
import { useState } from "react";
import { z } from "zod/mini";
import { type Draft, useDraft } from "../../drafts/use-draft.js";
import { checkStory, editedStory } from "./edited-story.js";

export interface StoryDraft {
  readonly title: string;
  readonly pages: StoryResult["pages"];
  /** By the dotted path of the field. */
  readonly errors: Readonly<Record<string, string>>;
  /** What was written before a reload. */
  readonly kept: Draft;
  setTitle: (title: string) => void;
  changePage: (index: number, part: Partial<StoryResult["pages"][number]>) => void;
  /** The story as it stands now, as it was where nothing was changed; null, and the errors are shown, where it is none. */
  read: () => StoryResult | null;
}

type Words = Pick<StoryResult, "title" | "pages">;

const wordsSchema = z.object({
  title: z.string(),
  pages: z.array(z.object({ text: z.string(), illustration: z.string() })),
});

/** A story in the hands of a person who may change it. `form` names the draft of it. */
export function useStoryDraft(story: StoryResult, form: string): StoryDraft {
  const [{ title, pages }, setWords, kept] = useDraft<Words>({
    form,
    schema: wordsSchema,
    begin: () => ({ title: story.title, pages: story.pages }),
  });
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  return {
    title,
    pages,
    errors,
    kept,
    setTitle: (to) => setWords((words) => ({ ...words, title: to })),
    changePage: (index, part) =>
      setWords((words) => ({
        ...words,
        pages: words.pages.map((page, at) => (at === index ? { ...page, ...part } : page)),
      })),
    read() {
      const same = JSON.stringify([title, pages]) === JSON.stringify([story.title, story.pages]);
      const edited = same ? story : editedStory(story, { title, pages });
      const found = checkStory(edited);
      setErrors(found);
      return Object.keys(found).length === 0 ? edited : null;
    },
  };
}
