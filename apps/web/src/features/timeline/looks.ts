import type { BarKind } from "./bars.js";

/** How each kind of bar looks, and what it is called. Waits are hatched, so that no colour is needed to tell them. */
export const looks: Record<BarKind, { word: string; style: string }> = {
  running: { word: "Running", style: "bg-accent" },
  succeeded: { word: "Done", style: "bg-good" },
  failed: { word: "Failed", style: "bg-bad" },
  stopped: { word: "Stopped", style: "bg-line-strong" },
  waiting: { word: "Waiting", style: "hatched border border-line-strong" },
};
