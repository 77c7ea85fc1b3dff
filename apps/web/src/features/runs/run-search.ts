import type { RunStatus } from "@longhaul/kit";
import { searchText } from "../../lib/search-text.js";

export const activeStatuses: RunStatus[] = ["queued", "running", "waiting", "cancelling"];

/** What the status filter offers, and which statuses each choice means. */
export const statusChoices = {
  active: { label: "Active", statuses: activeStatuses },
  queued: { label: "Queued", statuses: ["queued"] },
  running: { label: "Running", statuses: ["running"] },
  waiting: { label: "Waiting", statuses: ["waiting"] },
  succeeded: { label: "Succeeded", statuses: ["succeeded"] },
  failed: { label: "Failed", statuses: ["failed", "timed_out"] },
  cancelled: { label: "Cancelled", statuses: ["cancelled"] },
} as const satisfies Record<string, { label: string; statuses: readonly RunStatus[] }>;

export type StatusChoice = keyof typeof statusChoices;

/** What the time filter offers: how far back, in hours. */
export const sinceChoices = {
  hour: { label: "Last hour", hours: 1 },
  day: { label: "Last 24 hours", hours: 24 },
  week: { label: "Last 7 days", hours: 168 },
  month: { label: "Last 30 days", hours: 720 },
} as const;

export type SinceChoice = keyof typeof sinceChoices;

/** The filter of the runs page, as the URL carries it. */
export interface RunSearch {
  workflow?: string;
  status?: StatusChoice;
  tag?: string;
  /** The id of whoever started the run. */
  person?: string;
  since?: SinceChoice;
  q?: string;
}

/** Reads the URL; what is not understood is left out. */
export function parseRunSearch(search: Record<string, unknown>): RunSearch {
  const { workflow, status, tag, person, since, q } = search;
  const text = searchText(q);
  return {
    ...(typeof workflow === "string" && workflow ? { workflow } : {}),
    ...(isStatusChoice(status) ? { status } : {}),
    ...(typeof tag === "string" && tag.trim() ? { tag: tag.slice(0, 50) } : {}),
    ...(typeof person === "string" && uuid.test(person) ? { person } : {}),
    ...(isSinceChoice(since) ? { since } : {}),
    ...(text && { q: text }),
  };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function isSinceChoice(value: unknown): value is SinceChoice {
  return typeof value === "string" && Object.hasOwn(sinceChoices, value);
}

function isStatusChoice(value: unknown): value is StatusChoice {
  return typeof value === "string" && Object.hasOwn(statusChoices, value);
}
