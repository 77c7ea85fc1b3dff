import type { RunText } from "@longhaul/api";
import type { Run, RunEvent } from "@longhaul/kit";
import type { RunUpdate } from "../types.js";
import { addTexts, type StreamedText } from "./streamed-text.js";

/** What the live feed has said about a run so far. `events` is gapless from 1, oldest first. */
export interface RunLog {
  readonly run: Run | null;
  readonly events: readonly RunEvent[];
  /** Texts that steps are writing at this moment, as far as they have come through; they are kept nowhere else. */
  readonly texts: readonly StreamedText[];
}

export const emptyLog: RunLog = { run: null, events: [], texts: [] };

export const lastSeq = (log: RunLog): number => log.events.at(-1)?.seq ?? 0;

/** Of two readings of the same run the one that knows more. */
export function newerRun<R extends Pick<Run, "lastSeq">>(
  a: R | null | undefined,
  b: R | null | undefined,
): R | null {
  if (!a || !b) return a ?? b ?? null;
  return b.lastSeq >= a.lastSeq ? b : a;
}

/**
 * The log with a message added. Events that it has already are dropped by their number; a message that
 * would leave a gap adds none, so that the next reading starts where the log ends.
 */
export function addUpdate(log: RunLog, update: RunUpdate): RunLog {
  const events = [...log.events];
  for (const event of update.events) {
    if (event.seq === (events.at(-1)?.seq ?? 0) + 1) events.push(event);
  }
  return {
    run: newerRun(log.run, update.run),
    events: events.length === log.events.length ? log.events : events,
    texts: addTexts(log.texts, update.text ?? noTexts),
  };
}

const noTexts: readonly RunText[] = [];
