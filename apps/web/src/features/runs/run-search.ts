import type { RunStatus } from "@longhaul/kit";

export const activeStatuses: RunStatus[] = ["queued", "running", "waiting", "cancelling"];

/** What the status filter offers, and which statuses each choice means. */
export const statusChoices = {
  active: { label: "Active", statuses: activeStatuses },
  succeeded: { label: "Succeeded", statuses: ["succeeded"] },
  failed: { label: "Failed", statuses: ["failed", "timed_out"] },
  cancelled: { label: "Cancelled", statuses: ["cancelled"] },
} as const satisfies Record<string, { label: string; statuses: readonly RunStatus[] }>;

export type StatusChoice = keyof typeof statusChoices;

/** The filter of the runs page, as the URL carries it. */
export interface RunSearch {
  workflow?: string;
  status?: StatusChoice;
  q?: string;
}

/** Reads the URL; what is not understood is left out. */
export function parseRunSearch(search: Record<string, unknown>): RunSearch {
  const { workflow, status, q } = search;
  const text = typeof q === "number" ? String(q) : q;
  return {
    ...(typeof workflow === "string" && workflow ? { workflow } : {}),
    ...(isStatusChoice(status) ? { status } : {}),
    ...(typeof text === "string" && text.trim() ? { q: text.slice(0, 200) } : {}),
  };
}

export function isStatusChoice(value: unknown): value is StatusChoice {
  return typeof value === "string" && Object.hasOwn(statusChoices, value);
}
