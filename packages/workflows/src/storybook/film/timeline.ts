import type { Chapter } from "../result.js";
import type { Cue } from "../speech/flite.js";

export const titleSeconds = 3.4;
export const endSeconds = 3;
/** Silence before a page is read, in which the picture comes in, and after it. */
const before = 0.9;
const after = 0.6;

export interface SpokenPage {
  readonly seconds: number;
  readonly cues: readonly Cue[];
}

export interface Part {
  readonly from: number;
  readonly seconds: number;
  /** When the narration begins; null on the title and the end. */
  readonly voiceFrom: number | null;
}

export interface Timeline {
  /** The title, each page, the end. */
  readonly parts: readonly Part[];
  readonly chapters: readonly Chapter[];
  readonly cues: readonly Cue[];
  readonly seconds: number;
}

const hundredths = (seconds: number) => Math.round(seconds * 100) / 100;

/** When what is seen and heard. All times fall on whole frames of a film with 25 a second. */
export function timelineOf(title: string, pages: readonly SpokenPage[]): Timeline {
  const lengths = [titleSeconds, ...pages.map(({ seconds }) => before + seconds + after), endSeconds];
  const parts: Part[] = [];
  let from = 0;
  lengths.forEach((length, i) => {
    const seconds = Math.ceil(length * 25) / 25;
    const isPage = i > 0 && i < lengths.length - 1;
    parts.push({ from, seconds, voiceFrom: isPage ? hundredths(from + before) : null });
    from = hundredths(from + seconds);
  });
  const titles = [title, ...pages.map((_, i) => `Page ${i + 1}`), "The End"];
  const chapters = parts.map((part, i) => ({
    title: titles[i] as string,
    from: part.from,
    to: hundredths(part.from + part.seconds),
  }));
  const cues = pages.flatMap(({ cues: own }, i) => {
    const start = parts[i + 1]?.voiceFrom ?? 0;
    return own.map((cue) => ({ text: cue.text, from: start + cue.from, to: start + cue.to }));
  });
  return { parts, chapters, cues, seconds: from };
}
