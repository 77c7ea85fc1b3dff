import type { Ending, Outcome } from "./process.js";
import type { Job, Slot } from "./slot.js";

interface Judged {
  readonly job: Job;
  /** What its caller is told; null when it is run again. */
  readonly outcome: Outcome | null;
  /** Whether it is run again with nobody beside it, because it may be the one that ended the process. */
  readonly alone: boolean;
}

/** What becomes of each invocation that a process held when it ended. */
export function judge({ ready, held, verdict }: Slot, ending: Ending): Judged[] {
  const jobs = [...held.values()];
  const told = (outcome: Outcome) => (job: Job) => ({ job, outcome, alone: false });
  const again = (alone: boolean) => (job: Job) => ({ job, outcome: null, alone });
  // What has answered and waits for its last lines has its answer.
  const each = (fate: (job: Job) => Judged) =>
    jobs.map((job) => (job.answer === null ? fate(job) : told(job.answer.outcome)(job)));
  const outcome: Outcome = ending.kind === "error" ? { kind: "error", error: ending.error } : ending;
  // The function itself cannot be loaded: that is the answer to all.
  if (!ready) return each(told(outcome));
  if (verdict === "blocked") return each(again(true));
  if (typeof verdict === "object" && verdict !== null) {
    const { timedOut } = verdict;
    return each((job) => (timedOut.has(job) ? told({ kind: "timeout" })(job) : again(false)(job)));
  }
  const culprit = culpritOf(ending, held);
  // One that has ended, and left something behind, is none of these.
  if (culprit === undefined) return each(again(ending.kind !== "error" || ending.id === null));
  return each((job) => (job === culprit ? told(outcome)(job) : again(false)(job)));
}

/** The invocation that the process ended of: the one that threw, or the only one there was. */
function culpritOf(ending: Ending, held: Slot["held"]): Job | undefined {
  if (ending.kind === "error" && ending.id !== null) return held.get(ending.id);
  const [only] = held.values();
  return held.size === 1 && !only?.accompanied ? only : undefined;
}
