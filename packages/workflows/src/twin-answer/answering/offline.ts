import { setImmediate } from "node:timers/promises";
import { sentencesOf } from "../../digital-twin/language/sentences.js";
import { termsOf } from "../../digital-twin/language/words.js";
import { Bm25 } from "../../digital-twin/model/bm25.js";
import type { Passage } from "../result.js";
import { type Answerer, silence } from "./answerer.js";

/** A passage that has less of what was asked speaks of something else. */
const leastCover = 0.4;
const mostSentences = 3;
const madeBy = {
  maker: "offline",
  model: "extractive",
  note: "Answered offline, without a language model: these are sentences of the documents, as they stand there.",
} as const;

interface Candidate {
  readonly sentence: string;
  /** The places of its passage, and in it. */
  readonly passage: number;
  readonly place: number;
}

/** Answers in the documents' own sentences: those that have most of what was asked. It makes nothing up. */
export const offlineAnswerer: Answerer = async ({ question, twin, passages, signal, onText }) => {
  const best = pick(question, passages);
  if (best.length === 0) {
    const answer = silence(twin);
    onText(answer);
    return { answer, found: false, cited: [], tokens: null, madeBy };
  }
  for (const { sentence } of best) {
    signal.throwIfAborted();
    onText(`${sentence} `);
    await setImmediate();
  }
  const answer = best.map(({ sentence }) => sentence).join(" ");
  return {
    answer,
    found: true,
    cited: [...new Set(best.map(({ passage }) => passage))],
    tokens: null,
    madeBy,
  };
};

/** The sentences to say, in the order in which they stand. */
function pick(question: string, passages: readonly Passage[]): Candidate[] {
  const [first] = passages;
  if (first === undefined || first.cover < leastCover) return [];
  const near = passages.flatMap(({ score, cover }, place) =>
    cover >= leastCover && score >= first.score * 0.6 ? [place] : [],
  );
  const candidates = near.flatMap((passage) =>
    sentencesOf((passages[passage] as Passage).excerpt).map((sentence, place) => ({
      sentence,
      passage,
      place,
    })),
  );
  const asked = new Set(termsOf(question));
  const hits = new Bm25(candidates.map(({ sentence }) => sentence))
    .search(question, mostSentences)
    .filter(({ score }, _, [top]) => score >= (top?.score ?? 0) * 0.5);
  const chosen = hits.map(({ place }) => candidates[place] as Candidate);
  const said = new Set(chosen.flatMap(({ sentence }) => termsOf(sentence)).filter((term) => asked.has(term)));
  if (said.size === 0) return [];
  return chosen.sort((one, other) => one.passage - other.passage || one.place - other.place);
}
