import type { StoryResult } from "@longhaul/workflows/contracts";
import { useState } from "react";
import { checkStory, editedStory } from "./edited-story.js";

export interface StoryDraft {
  readonly title: string;
  readonly pages: StoryResult["pages"];
  /** By the dotted path of the field. */
  readonly errors: Readonly<Record<string, string>>;
  setTitle: (title: string) => void;
  changePage: (index: number, part: Partial<StoryResult["pages"][number]>) => void;
  /** The story as it stands now, as it was where nothing was changed; null, and the errors are shown, where it is none. */
  read: () => StoryResult | null;
}

/** A story in the hands of a person who may change it. */
export function useStoryDraft(story: StoryResult): StoryDraft {
  const [title, setTitle] = useState(story.title);
  const [pages, setPages] = useState(story.pages);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  return {
    title,
    pages,
    errors,
    setTitle,
    changePage: (index, part) =>
      setPages(pages.map((page, at) => (at === index ? { ...page, ...part } : page))),
    read() {
      const same = JSON.stringify([title, pages]) === JSON.stringify([story.title, story.pages]);
      const edited = same ? story : editedStory(story, { title, pages });
      const found = checkStory(edited);
      setErrors(found);
      return Object.keys(found).length === 0 ? edited : null;
    },
  };
}
