import { termsOf, wordsOf } from "../language/words.js";

/** How somebody writes, in numbers and words that a person understands. */
export interface Persona {
  /** Words that carry the subject, the most telling first. */
  readonly favourites: readonly string[];
  readonly wordsPerSentence: number;
  /** Shares of sentences, 0 to 1. */
  readonly questions: number;
  readonly exclamations: number;
  /** Share of the words that speak of I or we. */
  readonly firstPerson: number;
  /** Different words among the first thousand, or fewer: the share. */
  readonly variety: number;
}

const own = new Set(["i", "me", "my", "mine", "we", "us", "our", "ours", "i'm", "i've", "we're", "we've"]);
const mostFavourites = 12;
/** Says little in scripts of letters; in others two characters are a word. */
const meagre = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}]{1,2}$/u;

/** @param passages sets of sentences: a word that is in many of them is more than the whim of one. */
export function personaOf(passages: readonly (readonly string[])[]): Persona {
  const sentences = passages.flat();
  const words = sentences.flatMap((sentence) => wordsOf(sentence));
  const share = (ending: RegExp) =>
    sentences.filter((sentence) => ending.test(sentence)).length / Math.max(1, sentences.length);
  const first = words.slice(0, 1_000);
  return {
    favourites: favouritesOf(passages),
    wordsPerSentence: round(words.length / Math.max(1, sentences.length)),
    questions: round(share(/\?["'”’)]*$/)),
    exclamations: round(share(/!["'”’)]*$/)),
    firstPerson: round(words.filter((word) => own.has(word)).length / Math.max(1, words.length)),
    variety: round(new Set(first).size / Math.max(1, first.length)),
  };
}

function favouritesOf(passages: readonly (readonly string[])[]): string[] {
  const counts = new Map<string, { all: number; passages: number }>();
  for (const passage of passages) {
    const terms = passage.flatMap((sentence) => termsOf(sentence)).filter((term) => !meagre.test(term));
    for (const term of terms) {
      const known = counts.get(term) ?? { all: 0, passages: 0 };
      counts.set(term, { ...known, all: known.all + 1 });
    }
    for (const term of new Set(terms)) (counts.get(term) as { passages: number }).passages += 1;
  }
  return [...counts]
    .map(([term, count]) => ({ term, weight: count.all * Math.sqrt(count.passages) }))
    .sort((one, other) => other.weight - one.weight || one.term.localeCompare(other.term))
    .slice(0, mostFavourites)
    .map(({ term }) => term);
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
