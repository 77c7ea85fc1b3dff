import { createHash } from "node:crypto";
import { type Chunk, chunksOf } from "../language/chunks.js";

export interface TrainingDocument {
  readonly name: string;
  readonly text: string;
}

export interface HeldOut {
  readonly sentence: string;
  /** The place of the passage that it was taken from. */
  readonly chunk: number;
}

/** What is learned from, what weights are set by, and what is measured on: no sentence is in two of them. */
export interface Corpus {
  readonly documents: readonly string[];
  readonly chunks: readonly Chunk[];
  /** The passages without what is held out, in the order of `chunks`. */
  readonly remaining: readonly (readonly string[])[];
  readonly tuning: readonly HeldOut[];
  readonly validation: readonly HeldOut[];
}

/** Fewer sentences cannot be divided into three parts that say anything. */
export const fewestSentences = 12;

/** Divides by what sentences say, so that the same texts are divided the same way each time. */
export function corpusOf(documents: readonly TrainingDocument[]): Corpus {
  const chunks = documents.flatMap(({ text }, place) => chunksOf(place, text));
  const places = chunks.flatMap(({ sentences }, chunk) =>
    sentences.map((sentence, place) => ({
      chunk,
      place,
      sentence,
      draw: drawOf(`${chunk}/${place}/${sentence}`),
    })),
  );
  const drawn = places
    // What is alone in its passage would leave nothing to be found.
    .filter(({ chunk }) => (chunks[chunk] as Chunk).sentences.length > 2)
    .sort((one, other) => one.draw - other.draw);
  const each = Math.max(1, Math.min(200, Math.floor(places.length / 10)));
  const tuning = drawn.slice(0, each);
  const validation = drawn.slice(each, 2 * each);
  const held = new Set([...tuning, ...validation].map(({ chunk, place }) => `${chunk}/${place}`));
  return {
    documents: documents.map(({ name }) => name),
    chunks,
    remaining: chunks.map(({ sentences }, chunk) =>
      sentences.filter((_, place) => !held.has(`${chunk}/${place}`)),
    ),
    tuning,
    validation,
  };
}

const drawOf = (text: string): number => createHash("sha256").update(text).digest().readUInt32BE();
