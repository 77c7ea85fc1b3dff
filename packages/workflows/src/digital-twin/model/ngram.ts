import { wordsOf } from "../language/words.js";

const unknown = 0;
const begin = 1;
const end = 2;
/** Histories are told apart by how often they were seen: each kind has weights of its own. */
const kinds = 6;
/** Weights of: any word alike, the word alone, after one word, after two. */
type Mixture = [number, number, number, number];

interface Counts {
  readonly next: Map<number, number>;
  total: number;
}

/** A language model as it is stored. Counts are flat lists: [word, n, ...], [before, word, n, ...], and so on. */
export interface StoredLanguageModel {
  readonly words: readonly string[];
  readonly mixtures: readonly (readonly number[])[];
  readonly one: readonly number[];
  readonly two: readonly number[];
  readonly three: readonly number[];
}

const uniform = (): Mixture[] => Array.from({ length: kinds }, () => [0.25, 0.25, 0.25, 0.25]);

/**
 * How somebody puts words together: the chance of a word after two others, mixed from counts of one, two and three
 * words. The weights of the mixture are what is trained. Source: Jelinek and Mercer, "Interpolated estimation of Markov
 * source parameters from sparse data" (1980).
 */
export class LanguageModel {
  readonly #ids = new Map<string, number>([
    ["<unknown>", unknown],
    ["<begin>", begin],
    ["<end>", end],
  ]);
  readonly #one: Counts = { next: new Map(), total: 0 };
  readonly #two = new Map<number, Counts>();
  readonly #three = new Map<string, Counts>();
  mixtures: Mixture[] = uniform();

  /** Words that occur once stand for all words that nobody has seen. */
  static counted(sentences: readonly string[]): LanguageModel {
    const model = new LanguageModel();
    const split = sentences.map((sentence) => wordsOf(sentence));
    const seen = new Map<string, number>();
    for (const word of split.flat()) seen.set(word, (seen.get(word) ?? 0) + 1);
    for (const [word, count] of seen) if (count > 1) model.#ids.set(word, model.#ids.size);
    for (const words of split) model.#count(model.#path(words));
    return model;
  }

  static restored({ words, mixtures, one, two, three }: StoredLanguageModel): LanguageModel {
    const model = new LanguageModel();
    for (const word of words) model.#ids.set(word, model.#ids.size);
    model.mixtures = mixtures.map((mixture) => [...mixture] as Mixture);
    for (let i = 0; i < one.length; i += 2) add(model.#one, at(one, i), at(one, i + 1));
    for (let i = 0; i < two.length; i += 3) {
      add(countsOf(model.#two, at(two, i)), at(two, i + 1), at(two, i + 2));
    }
    for (let i = 0; i < three.length; i += 4) {
      const key = `${at(three, i)} ${at(three, i + 1)}`;
      add(countsOf(model.#three, key), at(three, i + 2), at(three, i + 3));
    }
    return model;
  }

  /** @param most triples that are kept, the frequent ones first. */
  stored(most = 400_000): StoredLanguageModel {
    const two = [...this.#two].flatMap(([before, { next }]) =>
      [...next].flatMap(([word, n]) => [before, word, n]),
    );
    const triples = [...this.#three].flatMap(([key, { next }]) =>
      [...next].map(([word, n]) => [...key.split(" ").map(Number), word, n]),
    );
    const kept = triples.sort((one, other) => (other[3] as number) - (one[3] as number)).slice(0, most);
    return {
      words: [...this.#ids.keys()].slice(3),
      mixtures: this.mixtures,
      one: [...this.#one.next].flat(),
      two,
      three: kept.flat(),
    };
  }

  /** One pass of expectation maximisation over sentences that were not counted. */
  adjust(sentences: readonly string[]): void {
    const shares = this.mixtures.map((): Mixture => [0, 0, 0, 0]);
    for (const sentence of sentences) {
      this.#eachWord(sentence, (kind, chances) => {
        const mixture = this.mixtures[kind] as Mixture;
        const whole = mix(mixture, chances);
        const share = shares[kind] as Mixture;
        for (const part of [0, 1, 2, 3] as const) share[part] += (mixture[part] * chances[part]) / whole;
      });
    }
    this.mixtures = shares.map((share, kind) => {
      const sum = share[0] + share[1] + share[2] + share[3];
      // A kind that was hardly seen keeps a little of each, so that no chance becomes nothing.
      return sum < 1
        ? (this.mixtures[kind] as Mixture)
        : (share.map((s) => (s + 0.02) / (sum + 0.08)) as Mixture);
    });
  }

  /** How surprised the model is by each word of the text, on average: lower is more alike. Null for no words. */
  perplexity(sentences: readonly string[]): number | null {
    let sum = 0;
    let words = 0;
    for (const sentence of sentences) {
      this.#eachWord(sentence, (kind, chances) => {
        sum -= Math.log(mix(this.mixtures[kind] as Mixture, chances));
        words += 1;
      });
    }
    return words === 0 ? null : Math.exp(sum / words);
  }

  #path(words: readonly string[]): number[] {
    return [begin, begin, ...words.map((word) => this.#ids.get(word) ?? unknown), end];
  }

  #count(path: readonly number[]): void {
    for (let i = 2; i < path.length; i += 1) {
      const [first, second, word] = [at(path, i - 2), at(path, i - 1), at(path, i)];
      add(this.#one, word, 1);
      add(countsOf(this.#two, second), word, 1);
      add(countsOf(this.#three, `${first} ${second}`), word, 1);
    }
  }

  #eachWord(sentence: string, take: (kind: number, chances: Mixture) => void): void {
    const words = wordsOf(sentence);
    if (words.length === 0) return;
    const path = this.#path(words);
    for (let i = 2; i < path.length; i += 1) {
      const word = at(path, i);
      const two = this.#two.get(at(path, i - 1));
      const three = this.#three.get(`${at(path, i - 2)} ${at(path, i - 1)}`);
      const kind = three
        ? 3 + Math.min(2, Math.floor(Math.log2(three.total)))
        : two
          ? two.total > 8
            ? 2
            : 1
          : 0;
      take(kind, [1 / this.#ids.size, chance(this.#one, word), chance(two, word), chance(three, word)]);
    }
  }
}

function mix(mixture: Mixture, chances: Mixture): number {
  return (
    mixture[0] * chances[0] + mixture[1] * chances[1] + mixture[2] * chances[2] + mixture[3] * chances[3]
  );
}

function chance(counts: Counts | undefined, word: number): number {
  return counts && counts.total > 0 ? (counts.next.get(word) ?? 0) / counts.total : 0;
}

function countsOf<Key>(all: Map<Key, Counts>, key: Key): Counts {
  const known = all.get(key) ?? { next: new Map(), total: 0 };
  all.set(key, known);
  return known;
}

function add(counts: Counts, word: number, n: number): void {
  counts.next.set(word, (counts.next.get(word) ?? 0) + n);
  counts.total += n;
}

const at = (list: readonly number[], index: number): number => list[index] as number;
