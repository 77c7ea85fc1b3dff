import { setImmediate } from "node:timers/promises";
import { Bm25, usualWeights, type Weights } from "../model/bm25.js";
import type { TwinModel } from "../model/model.js";
import { LanguageModel } from "../model/ngram.js";
import { personaOf } from "../model/persona.js";
import { type Corpus, type HeldOut, corpusOf, fewestSentences, type TrainingDocument } from "./corpus.js";

/** What one pass over the texts came to, measured on sentences that nothing was learned from. */
export interface Epoch {
  readonly epoch: number;
  readonly trainPerplexity: number;
  readonly validationPerplexity: number;
  /** Mean of 1 / rank at which a held-out sentence finds the passage it was taken from, 0 to 1. */
  readonly validationMrr: number;
}

/** What is to be known to go on after an epoch. */
export interface Progress {
  readonly epochs: readonly Epoch[];
  readonly mixtures: readonly (readonly number[])[];
  readonly weights: Weights;
}

export interface TrainingOptions {
  readonly epochs: number;
  /** Where an earlier training of the same texts had come to. */
  readonly from?: Progress | null;
  readonly onEpoch?: (progress: Progress) => Promise<void>;
}

const steps: readonly Weights[] = [
  { k1: 0.3, b: 0 },
  { k1: -0.3, b: 0 },
  { k1: 0, b: 0.15 },
  { k1: 0, b: -0.15 },
];
/** How far down a passage is looked for. */
const deepest = 50;

/**
 * Trains a twin: counts who follows whom in the texts, then sets the weights of the counts, and those of the search, epoch
 * by epoch on sentences kept apart. The same texts give the same model.
 *
 * @throws Error with a sentence for a person when there is too little text.
 */
export async function train(
  documents: readonly TrainingDocument[],
  { epochs, from = null, onEpoch = async () => {} }: TrainingOptions,
): Promise<{ model: Omit<TwinModel, "find">; history: readonly Epoch[] }> {
  const corpus = corpusOf(documents);
  const learned = corpus.remaining.flat();
  if (learned.length + corpus.tuning.length + corpus.validation.length < fewestSentences) {
    throw new Error(
      `The documents have too little text: a twin needs at least ${fewestSentences} sentences.`,
    );
  }
  const language = LanguageModel.counted(learned);
  await setImmediate();
  const search = new Bm25(corpus.remaining.map((sentences) => sentences.join(" ")));
  if (from) language.mixtures = from.mixtures.map((mixture) => [...mixture]) as typeof language.mixtures;
  let weights = from?.weights ?? usualWeights;
  const history: Epoch[] = [...(from?.epochs ?? [])];
  const sample = learned.filter((_, place) => place % Math.ceil(learned.length / 500) === 0);
  for (let epoch = history.length + 1; epoch <= epochs; epoch += 1) {
    language.adjust(corpus.tuning.map(({ sentence }) => sentence));
    weights = better(search, weights, steps[(epoch - 1) % steps.length] as Weights, corpus);
    await setImmediate();
    history.push({
      epoch,
      trainPerplexity: round(language.perplexity(sample) ?? 0),
      validationPerplexity: round(
        language.perplexity(corpus.validation.map(({ sentence }) => sentence)) ?? 0,
      ),
      validationMrr: round(reciprocalRank(search, corpus.validation, weights)),
    });
    await onEpoch({ epochs: history, mixtures: language.mixtures, weights });
  }
  const persona = personaOf(corpus.chunks.map(({ sentences }) => sentences));
  return {
    model: { documents: corpus.documents, chunks: corpus.chunks, weights, language, persona },
    history,
  };
}

/** The weights after a step, where they find what was kept for tuning better than those before. */
function better(search: Bm25, before: Weights, step: Weights, { tuning }: Corpus): Weights {
  const after = {
    k1: round(Math.min(3, Math.max(0.3, before.k1 + step.k1))),
    b: round(Math.min(1, Math.max(0, before.b + step.b))),
  };
  return reciprocalRank(search, tuning, after) > reciprocalRank(search, tuning, before) ? after : before;
}

function reciprocalRank(search: Bm25, held: readonly HeldOut[], weights: Weights): number {
  let sum = 0;
  for (const { sentence, chunk } of held) {
    const rank = search.search(sentence, deepest, weights).findIndex(({ place }) => place === chunk);
    if (rank >= 0) sum += 1 / (rank + 1);
  }
  return held.length === 0 ? 0 : sum / held.length;
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000;
