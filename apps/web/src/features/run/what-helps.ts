import type { Run } from "@longhaul/kit";
import { isFatal } from "./actions/is-fatal.js";

type FailedRun = Extract<Run, { status: "failed" | "timed_out" }>;

/** The code of what the workflow has no words for: its sentence says nothing of what to do. */
const unforeseen = "STEP_FAILED";

/** What ended a run that is no affair of its machine's: the sentences of these say themselves what to do. */
const ours = new Set([
  "DEAD_LETTERED",
  "EXECUTION_LOST",
  "INPUT_OUTDATED",
  "RUN_TIMED_OUT",
  "START_REFUSED",
  "VERSION_GONE",
  "WORKFLOW_NOT_DEPLOYED",
]);

/** What a retry of a failed run would do, for a person, where the error itself does not tell; null where it does. */
export function whatHelps(run: FailedRun, mayStart: boolean): string | null {
  const { code, step } = run.error;
  // An error without a step is the machine's own: it has looked at what its steps gave, and decided.
  if (isFatal(run)) return [comesAgain(step), mayStart && change(step)].filter(Boolean).join(" ");
  if (!mayStart) return null;
  if (code === unforeseen) {
    return "Retry goes on from where it stopped. Where that fails too, show an engineer what is written below.";
  }
  if (step !== undefined || ours.has(code)) return null;
  return "Retry keeps what is done and does again what failed. Where no step failed, it ends the same way.";
}

function comesAgain(step: string | undefined): string {
  return step === undefined
    ? "The workflow has decided this from the input and from what its steps gave. A retry keeps both, and ends the same way."
    : "This error comes again as long as nothing changes, so it is not tried again by itself.";
}

function change(step: string | undefined): string {
  return step === undefined
    ? "Change the input, or what a step gave, or rerun from a step that is to be done anew."
    : "Change the input, or what a step before it gave. Retry helps only where the cause lay elsewhere and has been put right.";
}
