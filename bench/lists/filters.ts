import type { RunFilter } from "@longhaul/db";
import type { Filled } from "./fill.js";

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

/** What a person may look for, by the share of the runs that have it. */
export function filters({ rare }: Filled): [string, RunFilter][] {
  return [
    ["everything", {}],
    ["one workflow", { workflow: "storybook" }],
    ["succeeded (99 %)", { statuses: ["succeeded"] }],
    ["failed or cancelled (1 %)", { statuses: ["failed", "cancelled"] }],
    ["under way (none)", { statuses: ["queued", "running", "waiting", "cancelling"] }],
    ["cancelled, one workflow (none)", { statuses: ["cancelled"], workflow: "storybook" }],
    ["tag on 2 in 1,000", { tag: "nightly" }],
    ["tag on 100 in 1,000", { tag: "daily" }],
    ["tag on 2 in 1,000, failed (none)", { tag: "nightly", statuses: ["failed"] }],
    ["tag that nobody uses", { tag: "never" }],
    ["person with 2 in 1,000", { person: rare }],
    ["a day, half a year ago", { from: daysAgo(180), to: daysAgo(179) }],
    ["word in 1 of 1,000", { search: "pellworm" }],
    ["word in nearly all", { search: "march" }],
    ["word that is nowhere", { search: "kiribati" }],
    ["word in nearly all, failed", { search: "march", statuses: ["failed"] }],
    ["word in 1 of 1,000, failed (none)", { search: "pellworm", statuses: ["failed"] }],
    ["number of one run", { search: "march 4242" }],
    ["tag on 20 in 1,000, none for months", { tag: "retired" }],
    ["word in 20 of 1,000, none for months", { search: "sylt" }],
    ["tag on 100 in 1,000, failed (none)", { tag: "daily", statuses: ["failed"] }],
    ["word in nearly all, a day in spring", { search: "march", from: daysAgo(180), to: daysAgo(179) }],
    ["given up by its queue (none)", { deadLettered: true }],
    ["two letters that are nowhere", { search: "qx" }],
  ];
}
