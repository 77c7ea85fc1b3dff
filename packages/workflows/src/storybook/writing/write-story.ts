import type { Description, StoryPage } from "../result.js";
import { teller } from "./expand.js";
import { type PageTemplate, type Plot, turns } from "./plot.js";
import { edgeOfThePaper } from "./plots/edge-of-the-paper.js";
import { firstFlight } from "./plots/first-flight.js";
import { littleParade } from "./plots/little-parade.js";
import { lostColour } from "./plots/lost-colour.js";
import { type Random, randomOf } from "./random.js";
import { wordsOf } from "./words.js";

export const plots: readonly Plot[] = [lostColour, firstFlight, edgeOfThePaper, littleParade];

export interface Story {
  readonly title: string;
  readonly pages: readonly StoryPage[];
}

export interface StoryOrder {
  readonly childName: string;
  readonly pages: number;
  readonly seen: Description;
  /** The same seed tells the same story. */
  readonly seed: string;
}

/** Tells a story by a grammar, from what was found in the drawing. */
export function writeStory({ childName, pages, seen, seed }: StoryOrder): Story {
  const random = randomOf(seed);
  const plot = random.pick(plots);
  const words = wordsOf(childName, seen, random);
  const tell = teller(words, random);
  const title = tell(random.pick(plot.titles));
  const chosen = pick(plot, pages, random);
  return { title, pages: chosen.map(([text, illustration]) => ({ text: tell(text), illustration })) };
}

/** A template for each page; of the journey each at most once. */
function pick(plot: Plot, pages: number, random: Random): PageTemplate[] {
  const order = turns[pages];
  if (!order) throw new RangeError(`A book has 4 to 8 pages, not ${pages}.`);
  const journey = random.shuffled(plot.journey);
  return order.map((turn) =>
    turn === "journey" ? (journey.pop() as PageTemplate) : random.pick(plot[turn]),
  );
}
