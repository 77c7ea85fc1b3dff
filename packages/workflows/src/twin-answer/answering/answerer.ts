import type { PersonaResult } from "../../digital-twin/result.js";
import type { Answer, Passage } from "../result.js";

export interface Question {
  readonly question: string;
  /** The twin's name. */
  readonly twin: string;
  readonly persona: PersonaResult;
  /** The best first. */
  readonly passages: readonly Passage[];
  readonly signal: AbortSignal;
  /** Gets the answer bit by bit. */
  readonly onText: (text: string) => void;
}

/** Who answers. Throws RetryableError for what may pass and FatalError for what will not. */
export type Answerer = (question: Question) => Promise<Answer>;

/** What is said where the documents do not say. */
export const silence = (twin: string): string =>
  `The documents that ${twin} has read do not say anything about this.`;
