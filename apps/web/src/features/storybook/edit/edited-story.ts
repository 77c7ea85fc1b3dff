import { type StoryResult, storyResultSchema } from "@longhaul/workflows/contracts";

const editedNote = "Edited by a person.";
const longestNote = 300;

/** The story with the changes; who made it says that it was edited, once. */
export function editedStory(
  story: StoryResult,
  { title, pages }: Pick<StoryResult, "title" | "pages">,
): StoryResult {
  const note = story.madeBy.note ?? "";
  const joined = note.includes(editedNote) ? note : `${note} ${editedNote}`.trim();
  return { title, pages, madeBy: { ...story.madeBy, note: joined.slice(0, longestNote) } };
}

/** What is wrong with a story, by the dotted path of the field; empty when it is one. */
export function checkStory(story: StoryResult): Readonly<Record<string, string>> {
  const parsed = storyResultSchema.safeParse(story);
  if (parsed.success) return {};
  return Object.fromEntries(
    parsed.error.issues.map(({ path, code, message }) => [path.join("."), sentences[code] ?? message]),
  );
}

const sentences: Partial<Record<string, string>> = {
  too_small: "Write something here.",
  too_big: "This is too long.",
};
