import type { Analysis } from "../drawing/analyse.js";
import type { CutOut } from "../pictures/hero.js";
import type { Colour, Description, MadeBy, Mood, StoryPage } from "../result.js";
import type { Cue } from "../speech/flite.js";

/** What a part of the book is, and who made it. */
export type Made<T> = T & { readonly madeBy: MadeBy };

export interface DescribeOrder {
  /** The drawing as PNG. */
  readonly png: Uint8Array;
  /** What its pixels say. */
  readonly analysis: Analysis;
  readonly signal: AbortSignal;
}

export interface WriteOrder {
  readonly childName: string;
  readonly pages: number;
  readonly seen: Description;
  /** The same for each repeat, so that who needs no model tells the same story again. */
  readonly seed: string;
  readonly signal: AbortSignal;
  /** Gets the story bit by bit, as it is written. */
  readonly onText: (text: string) => void;
}

export interface DrawOrder {
  readonly page: StoryPage;
  readonly colours: readonly Colour[];
  readonly mood: Mood;
  /** What the child drew, told in words and cut out of its paper. */
  readonly drawn: string;
  readonly cutOut: CutOut;
  readonly seed: string;
  readonly signal: AbortSignal;
}

export interface SpeakOrder {
  readonly text: string;
  readonly signal: AbortSignal;
}

/**
 * Who makes the parts of a book. Each method throws RetryableError for what may pass (busy, too slow, an
 * answer that is none) and FatalError for what will not (refused, not set up).
 */
export interface Author {
  describe(order: DescribeOrder): Promise<Made<Description>>;
  write(order: WriteOrder): Promise<Made<{ readonly title: string; readonly pages: readonly StoryPage[] }>>;
  /** A picture of any size and kind that sharp reads. */
  draw(order: DrawOrder): Promise<Made<{ readonly picture: Uint8Array }>>;
  /** Sound as WAV with samples of 16 bits. */
  speak(order: SpeakOrder): Promise<Made<{ readonly wav: Buffer; readonly cues: readonly Cue[] }>>;
}
