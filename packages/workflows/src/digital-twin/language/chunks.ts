import { sentencesOf } from "./sentences.js";
import { wordsOf } from "./words.js";

/** About a paragraph: as much as answers one question. */
const wordsOfChunk = 110;

/** A passage of one document, as the twin quotes it. */
export interface Chunk {
  /** The place of its document in the list of documents. */
  readonly document: number;
  readonly sentences: readonly string[];
}

/** Cuts a document into passages of whole sentences; none overlap. */
export function chunksOf(document: number, text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let open: string[] = [];
  let words = 0;
  const close = () => {
    if (open.length > 0) chunks.push({ document, sentences: open });
    open = [];
    words = 0;
  };
  for (const sentence of sentencesOf(text)) {
    const { length } = wordsOf(sentence);
    if (words > 0 && words + length > wordsOfChunk * 1.4) close();
    open.push(sentence);
    words += length;
    if (words >= wordsOfChunk) close();
  }
  close();
  return chunks;
}
