import type { RunEvent } from "@longhaul/kit";
import { searchText } from "../../lib/search-text.js";
import { type EventGroup, eventSentence, groupOf } from "./event-sentence.js";

/** What the filter of the log offers. */
export const groupChoices = {
  problem: "Problems",
  run: "Run",
  step: "Steps and files",
  progress: "Progress",
  log: "Log lines",
} as const satisfies Record<EventGroup, string>;

/** The filter of the log, as the URL carries it. */
export interface EventSearch {
  kind?: EventGroup;
  q?: string;
}

/** Reads the URL; what is not understood is left out. */
export function parseEventSearch({ kind, q }: Record<string, unknown>): EventSearch {
  const text = searchText(q);
  return {
    ...(isGroup(kind) ? { kind } : {}),
    ...(text && { q: text }),
  };
}

function isGroup(value: unknown): value is EventGroup {
  return typeof value === "string" && Object.hasOwn(groupChoices, value);
}

/** Those that the filter lets through. A text is looked for in what a line says, and in the data that it unfolds to. */
export function matchingEvents(
  events: readonly RunEvent[],
  { kind, q = "" }: EventSearch,
): readonly RunEvent[] {
  const words = q.trim().toLowerCase();
  if (!kind && !words) return events;
  return events.filter((event) => (!kind || groupOf(event) === kind) && (!words || says(event, words)));
}

function says(event: RunEvent, words: string): boolean {
  const { type, step, data } = event;
  const text = `${type} ${step ?? ""} ${eventSentence(event)} ${JSON.stringify(data)}`;
  return text.toLowerCase().includes(words);
}
