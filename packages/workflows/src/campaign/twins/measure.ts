import { sentencesOf } from "../../digital-twin/language/sentences.js";
import { termsOf, wordsOf } from "../../digital-twin/language/words.js";
import type { TwinModel } from "../../digital-twin/model/model.js";
import type { PersonaResult } from "../../digital-twin/result.js";
import type { ScorePart } from "../result.js";

/** A passage that has this share of what a message speaks of is all that can be hoped for. */
const fullCover = 0.4;
/** Text that surprises a twin this many times as much as its own is strange to it. */
const strange = 20;
/** Sentences of this many times the usual length, or this fraction of it, are another manner. */
const otherManner = 4;
const enoughInterests = 3;
const sampled = 40;

const weights = { subject: 0.35, language: 0.25, manner: 0.15, interest: 0.25 } as const;

export interface Measured {
  /** 0 to 100. */
  readonly score: number;
  readonly parts: readonly ScorePart[];
  /** What the twin has read that is nearest, if anything is. */
  readonly nearest: { readonly document: string; readonly sentence: string } | null;
}

/**
 * How near a message is to what a twin knows, by its trained model: what it speaks of (BM25), how its words follow each
 * other (perplexity beside that of the twin's own text), how long its sentences are, and what the twin cares for.
 */
export function measure(
  { subject, body }: { readonly subject: string; readonly body: string },
  model: Pick<TwinModel, "find" | "chunks" | "documents" | "language">,
  persona: PersonaResult,
): Measured {
  const text = `${subject}. ${body}`;
  const sentences = sentencesOf(text);
  const [hit] = model.find(text, 1);
  const nearest = hit ? sentenceNear(text, model, hit.place) : null;
  const parts = [
    aboutSubject(hit?.cover ?? 0, nearest?.document ?? null),
    aboutLanguage(sentences, model),
    aboutManner(sentences, persona.wordsPerSentence),
    aboutInterest(text, persona.favourites),
  ];
  const score = Math.round(parts.reduce((sum, part) => sum + part.score * part.weight, 0));
  return { score, parts, nearest };
}

const percent = (share: number): number => Math.round(100 * Math.min(1, Math.max(0, share)));
const short = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 3)}...` : text;

function aboutSubject(cover: number, document: string | null): ScorePart {
  const reason =
    document === null
      ? "It has read nothing about this."
      : `${short(document, 50)} has ${percent(cover)} % of what the message speaks of.`;
  return { part: "subject", weight: weights.subject, score: percent(cover / fullCover), reason };
}

function aboutLanguage(
  sentences: readonly string[],
  { language, chunks }: Pick<TwinModel, "language" | "chunks">,
): ScorePart {
  const every = Math.max(1, Math.floor(chunks.length / sampled));
  const own = language.perplexity(
    chunks.filter((_, place) => place % every === 0).flatMap((chunk) => chunk.sentences),
  );
  const given = language.perplexity(sentences);
  if (own === null || given === null) {
    return { part: "language", weight: weights.language, score: 0, reason: "There are no words to compare." };
  }
  const times = Math.max(1, given / Math.max(1, own));
  const reason = `Its words surprise the twin ${times.toFixed(1)} times as much as its own texts do.`;
  return {
    part: "language",
    weight: weights.language,
    score: percent(1 - Math.log(times) / Math.log(strange)),
    reason,
  };
}

function aboutManner(sentences: readonly string[], usual: number): ScorePart {
  const words = sentences.reduce((sum, sentence) => sum + wordsOf(sentence).length, 0);
  const length = words / Math.max(1, sentences.length);
  const apart = Math.abs(Math.log(Math.max(0.5, length) / Math.max(0.5, usual))) / Math.log(otherManner);
  const reason = `${length.toFixed(0)} words a sentence; the twin's have ${usual.toFixed(0)}.`;
  return { part: "manner", weight: weights.manner, score: percent(1 - apart), reason };
}

function aboutInterest(text: string, favourites: readonly string[]): ScorePart {
  const said = new Set(termsOf(text));
  const shared = favourites.filter((favourite) => termsOf(favourite).some((term) => said.has(term)));
  const reason =
    shared.length === 0
      ? "It has none of the words that the twin cares for."
      : `It has words that the twin cares for: ${short(shared.join(", "), 90)}.`;
  const enough = Math.min(enoughInterests, Math.max(1, favourites.length));
  return { part: "interest", weight: weights.interest, score: percent(shared.length / enough), reason };
}

/** The sentence of a passage that shares the most with the text. */
function sentenceNear(
  text: string,
  { chunks, documents }: Pick<TwinModel, "chunks" | "documents">,
  place: number,
) {
  const chunk = chunks[place];
  if (!chunk) return null;
  const said = new Set(termsOf(text));
  const shared = (sentence: string) => new Set(termsOf(sentence).filter((term) => said.has(term))).size;
  const [best = ""] = chunk.sentences.toSorted((one, other) => shared(other) - shared(one));
  return { document: documents[chunk.document] ?? "A document", sentence: best };
}
