import { gunzipSync, gzipSync } from "node:zlib";
import type { Chunk } from "../language/chunks.js";
import { Bm25, type Hit, type Weights } from "./bm25.js";
import { LanguageModel, type StoredLanguageModel } from "./ngram.js";
import type { Persona } from "./persona.js";

/** The file of a twin's model within what training leaves. */
export const modelFile = "model.json.gz";
const format = 1;
/** What a model may have when it is unpacked: ten times what the texts may have. */
const maxBytes = 200_000_000;

interface StoredModel {
  readonly format: typeof format;
  readonly documents: readonly string[];
  readonly chunks: readonly Chunk[];
  readonly weights: Weights;
  readonly language: StoredLanguageModel;
  readonly persona: Persona;
}

/** A twin: what it has read, how it finds it again, and how it speaks. */
export interface TwinModel {
  /** Names. */
  readonly documents: readonly string[];
  readonly chunks: readonly Chunk[];
  readonly weights: Weights;
  readonly language: LanguageModel;
  readonly persona: Persona;
  /** The passages that answer a question best; {@link Hit.place} is the place in `chunks`. */
  find(question: string, most: number): Hit[];
}

export function writeModel(model: Omit<TwinModel, "find">): Buffer {
  const { documents, chunks, weights, language, persona } = model;
  const stored: StoredModel = { format, documents, chunks, weights, language: language.stored(), persona };
  return gzipSync(JSON.stringify(stored));
}

/** @throws Error for what is no model, or one of another format. */
export function readModel(bytes: Uint8Array): TwinModel {
  const stored = JSON.parse(gunzipSync(bytes, { maxOutputLength: maxBytes }).toString()) as StoredModel;
  if ((stored.format as number) !== format) throw new Error(`This is no model of format ${format}.`);
  const { documents, chunks, weights, persona } = stored;
  const index = new Bm25(chunks.map(({ sentences }) => sentences.join(" ")));
  return {
    documents,
    chunks,
    weights,
    persona,
    language: LanguageModel.restored(stored.language),
    find: (question, most) => index.search(question, most, weights),
  };
}
