import { termsOf } from "../language/words.js";

/** How much repetition of a word counts, and how much a long passage is held against it. */
export interface Weights {
  readonly k1: number;
  readonly b: number;
}
export const usualWeights: Weights = { k1: 1.2, b: 0.75 };

export interface Hit {
  /** The place of the text in the index. */
  readonly place: number;
  readonly score: number;
  /** Share of the asked terms' weight that the text has, 0 to 1. */
  readonly cover: number;
}

/**
 * Finds texts by the words of a question. Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25
 * and Beyond" (2009), with the idf that is never negative.
 */
export class Bm25 {
  readonly #postings = new Map<string, { place: number; count: number }[]>();
  readonly #lengths: number[] = [];
  readonly #mean: number;

  constructor(texts: readonly string[]) {
    for (const [place, text] of texts.entries()) {
      const terms = termsOf(text);
      this.#lengths.push(terms.length);
      const counts = new Map<string, number>();
      for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
      for (const [term, count] of counts) {
        const known = this.#postings.get(term);
        if (known) known.push({ place, count });
        else this.#postings.set(term, [{ place, count }]);
      }
    }
    const all = this.#lengths.reduce((sum, length) => sum + length, 0);
    this.#mean = Math.max(1, all / Math.max(1, this.#lengths.length));
  }

  #idf(holding: number): number {
    return Math.log(1 + (this.#lengths.length - holding + 0.5) / (holding + 0.5));
  }

  /** The best texts first; those that share no word with the question are left out. */
  search(question: string, most: number, { k1, b }: Weights = usualWeights): Hit[] {
    const terms = new Set(termsOf(question));
    const scores = new Map<number, { score: number; covered: number }>();
    let asked = 0;
    for (const term of terms) {
      const postings = this.#postings.get(term) ?? [];
      const idf = this.#idf(postings.length);
      asked += idf;
      for (const { place, count } of postings) {
        const length = 1 - b + (b * (this.#lengths[place] as number)) / this.#mean;
        const known = scores.get(place) ?? { score: 0, covered: 0 };
        known.score += (idf * count * (k1 + 1)) / (count + k1 * length);
        known.covered += idf;
        scores.set(place, known);
      }
    }
    return [...scores]
      .map(([place, { score, covered }]) => ({ place, score, cover: asked > 0 ? covered / asked : 0 }))
      .sort((one, other) => other.score - one.score || one.place - other.place)
      .slice(0, most);
  }
}
