import type { RunText } from "@longhaul/api";

/** A text that a step writes while it runs. `from` is above 0 for whoever came late or was cut off in between. */
export interface StreamedText {
  readonly step: string;
  readonly itemPath: string;
  readonly visit: number;
  readonly stream: string;
  /** How many characters of the text came before `text`. */
  readonly from: number;
  readonly text: string;
}

/**
 * The texts with further pieces. A piece that begins where the text ends is added; one that begins before is a
 * new try of the step, which writes over what the last one had written; one that begins after a hole starts anew.
 */
export function addTexts(
  texts: readonly StreamedText[],
  pieces: readonly RunText[],
): readonly StreamedText[] {
  if (pieces.length === 0) return texts;
  const next = [...texts];
  for (const piece of pieces) {
    const { offset, ...place } = piece;
    const index = next.findIndex((text) => isAt(text, place));
    const known = next[index];
    const added = known ? joined(known, piece) : { ...place, from: offset };
    if (index < 0) next.push(added);
    else next[index] = added;
  }
  return next;
}

function isAt(a: StreamedText, b: Omit<RunText, "offset" | "text">): boolean {
  return a.stream === b.stream && a.step === b.step && a.itemPath === b.itemPath && a.visit === b.visit;
}

function joined(known: StreamedText, { offset, text }: RunText): StreamedText {
  const kept = offset - known.from;
  if (kept < 0 || kept > known.text.length) return { ...known, from: offset, text };
  return { ...known, text: known.text.slice(0, kept) + text };
}
