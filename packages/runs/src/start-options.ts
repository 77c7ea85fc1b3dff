import { z } from "zod";
import { RunsRefusal } from "./refusal.js";

const mostTags = 10;
const longestTag = 50;
const longestDelayMs = 366 * 24 * 3600 * 1000;

const instant = z.iso.datetime({ offset: true });

/**
 * The labels of a run, each once, without blanks around it.
 *
 * @throws RunsRefusal INPUT_INVALID for more than ten, or one that has none or more than 50 characters, or control
 *   characters.
 */
export function parseTags(tags: readonly string[] = []): string[] {
  const kept = [...new Set(tags.map((tag) => tag.trim()))];
  if (kept.length > mostTags)
    throw invalid(`A run takes at most ${mostTags} tags; these are ${kept.length}.`);
  for (const tag of kept) {
    const { length } = [...tag];
    if (length === 0) throw invalid("A tag cannot be empty.");
    if (length > longestTag) throw invalid(`A tag has at most ${longestTag} characters; one has ${length}.`);
    if (/\p{Cc}|\p{Cs}/u.test(tag)) throw invalid("A tag cannot hold control characters.");
  }
  return kept;
}

/**
 * The time before which a run is not sent, as UTC; null for none. A time that has passed delays nothing.
 *
 * @throws RunsRefusal INPUT_INVALID for what is no ISO 8601 time with its offset, or is more than a year ahead.
 */
export function parseNotBefore(text: string | null | undefined, now = Date.now()): string | null {
  if (text == null) return null;
  if (!instant.safeParse(text).success) {
    throw invalid('The time of a delayed start must be written like "2026-11-22T10:00:00Z".');
  }
  const at = new Date(text);
  if (at.getTime() - now > longestDelayMs) throw invalid("A start can be delayed by a year at most.");
  // Postgres does not know the year 0.
  return new Date(Math.max(at.getTime(), 0)).toISOString();
}

function invalid(message: string): RunsRefusal {
  return new RunsRefusal("INPUT_INVALID", message);
}
