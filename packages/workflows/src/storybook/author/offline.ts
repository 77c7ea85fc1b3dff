import { setImmediate } from "node:timers/promises";
import type { MadeBy } from "../result.js";
import { fliteVoice, speak } from "../speech/flite.js";
import { sentencesOf } from "../speech/sentences.js";
import { wavOf } from "../speech/sound.js";
import { writeStory } from "../writing/write-story.js";
import type { Author } from "./author.js";

const by = (model: string, note: string | null): MadeBy => ({ maker: "offline", model, note });

/**
 * Makes a book with nothing but this machine, and says so: the drawing is measured, not understood; the
 * story comes from a grammar, the pictures from shapes, the voice from a speech synthesiser.
 */
export const offlineAuthor: Author = {
  async describe({ analysis }) {
    const note =
      "Made offline, without a vision model: measured on the pixels; what things might be is guessed.";
    return { ...analysis.description, madeBy: by("pixel analysis", note) };
  },

  async write({ childName, pages, seen, seed, signal, onText }) {
    const story = writeStory({ childName, pages, seen, seed });
    onText(`${story.title}\n`);
    for (const { text } of story.pages) {
      onText("\n");
      for (const sentence of sentencesOf(text)) {
        signal.throwIfAborted();
        onText(`${sentence} `);
        await setImmediate();
      }
      onText("\n");
    }
    return { ...story, madeBy: by("story grammar", "Made offline, without a language model.") };
  },

  async draw({ page, colours, cutOut, seed }) {
    // Only who draws loads what draws.
    const [{ pageSvg }, { render }] = await Promise.all([
      import("../pictures/page-svg.js"),
      import("../pictures/render.js"),
    ]);
    const picture = await render(pageSvg({ ...page, colours, cutOut, seed }));
    return { picture, madeBy: by("drawn shapes", "Made offline, without an image model.") };
  },

  async speak({ text, signal }) {
    const { sound, cues } = await speak(text, signal);
    return { wav: wavOf(sound), cues, madeBy: by(fliteVoice, "Spoken offline by a speech synthesiser.") };
  },
};
