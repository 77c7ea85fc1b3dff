import type { Outputs } from "../../lib/trpc.js";

export type Kind = Outputs["webhooks"]["list"][number]["kinds"][number];

/** The kinds of event, in the order of a run's life. */
export const kinds: readonly (readonly [Kind, string])[] = [
  ["run.started", "A run has started"],
  ["run.succeeded", "A run has succeeded"],
  ["run.failed", "A run has failed"],
  ["run.cancelled", "A run was cancelled"],
  ["run.timed_out", "A run has timed out"],
  ["approval.requested", "An approval is asked for"],
  ["approval.decided", "An approval is decided"],
];

/** What a message tells of, in words. */
export function kindWords(kind: string): string {
  if (kind === "webhook.test") return "A test";
  return kinds.find(([known]) => known === kind)?.[1] ?? kind;
}
