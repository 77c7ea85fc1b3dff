import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import type { Author } from "../author/author.js";
import { author } from "../author/choose.js";
import type { StoryResult } from "../result.js";
import { simulateFailure } from "../simulation.js";
import { story } from "./story.js";

/** About what a page has, to tell how far the writing is. */
const lettersOfPage = 220;

/** Streams what is written as "story". @throws what the author throws; RetryableError STORY_UNSAFE. */
export async function writeBook(
  input: StepInput<typeof story>,
  ctx: StepContext,
  by?: Author,
): Promise<StoryResult> {
  simulateFailure("Story", input.simulation, ctx);
  const { childName, pages, seen } = input;
  const shown = ctx.stream("story");
  let letters = 0;
  const onText = (text: string) => {
    shown.write(text);
    letters += text.length;
    ctx.progress(Math.min(0.95, letters / (pages * lettersOfPage)));
  };
  const {
    title,
    pages: told,
    madeBy,
  } = await (by ?? (await author())).write({
    childName,
    pages,
    seen,
    seed: ctx.run.id,
    signal: ctx.signal,
    onText,
  });
  ctx.progress(1, title);
  return { title, pages: [...told], madeBy };
}

export default implement(story, (input, ctx) => writeBook(input, ctx));
