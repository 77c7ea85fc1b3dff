import type { StoryResult } from "@longhaul/workflows/contracts";
import { describe, expect, it } from "vitest";
import { checkStory, editedStory } from "./edited-story.js";

const story: StoryResult = {
  title: "The Sun",
  pages: Array.from({ length: 4 }, () => ({ text: "It shone.", illustration: "A sun." })),
  madeBy: { maker: "offline", model: "story grammar", note: "Made offline." },
};

describe("an edited story", () => {
  it("says once that a person has edited it", () => {
    const once = editedStory(story, { ...story, title: "The Moon" });
    expect(once.title).toBe("The Moon");
    expect(once.madeBy.note).toBe("Made offline. Edited by a person.");
    expect(editedStory(once, once).madeBy.note).toBe(once.madeBy.note);
  });

  it("is refused beside the field that is wrong", () => {
    const [first, ...rest] = story.pages;
    const empty = editedStory(story, { title: " ", pages: [{ ...first!, text: "" }, ...rest] });
    expect(checkStory(empty)).toEqual({
      title: "Write something here.",
      "pages.0.text": "Write something here.",
    });
    expect(checkStory(story)).toEqual({});
  });
});
