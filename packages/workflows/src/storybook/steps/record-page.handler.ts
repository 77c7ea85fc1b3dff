import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import type { Author } from "../author/author.js";
import { author } from "../author/choose.js";
import { invalidAnswer } from "../author/problems.js";
import { store } from "../files.js";
import type { NarrationResult } from "../result.js";
import { simulateFailure } from "../simulation.js";
import type { Cue } from "../speech/flite.js";
import { longestNarration, secondsOf, soundOf } from "../speech/sound.js";
import { recordPage } from "./record-page.js";

const mostCues = 60;

/** @throws what the author throws; RetryableError MODEL_ANSWER_INVALID for a sound that is none. */
export async function narrate(
  input: StepInput<typeof recordPage>,
  ctx: StepContext,
  by?: Author,
): Promise<NarrationResult> {
  simulateFailure("RecordPage", input.simulation, ctx);
  const { text, number } = input;
  ctx.progress(0.1, `Reading page ${number + 1}`);
  const { wav, cues, madeBy } = await (by ?? (await author())).speak({ text, signal: ctx.signal });
  const seconds = secondsOf(soundOf(wav));
  if (!(seconds > 0.2 && seconds < longestNarration)) {
    throw invalidAnswer("read the page", `The narration takes ${seconds} s.`);
  }
  const artifactId = await store(ctx, `page-${number + 1}.wav`, "audio/wav", wav);
  ctx.progress(1, `Page ${number + 1} is read`);
  return { artifactId, seconds, cues: placed(cues, text), madeBy };
}

/** Where in the page's text each sentence stands; what is not in it cannot be shown. */
function placed(cues: readonly Cue[], text: string): NarrationResult["cues"] {
  let at = 0;
  return cues.slice(0, mostCues).flatMap(({ text: sentence, from, to }) => {
    const start = text.indexOf(sentence, at);
    if (start < 0) return [];
    at = start + sentence.length;
    return [{ from, to, start, end: at }];
  });
}

export default implement(recordPage, (input, ctx) => narrate(input, ctx));
