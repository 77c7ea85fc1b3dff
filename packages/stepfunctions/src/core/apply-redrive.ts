import { place } from "./branches.js";
import type { ExecutionState, LogRecord, Visit } from "./state.js";

/** Takes every branch up where it stood: what failed or was out is done again, what had ended stays. */
export function redrive(state: ExecutionState, record: LogRecord, then: { timeoutAt: number | null }): void {
  state.outcome = null;
  state.redriveCount += 1;
  state.redrivenAt = record.at;
  state.timeoutAt = then.timeoutAt;
  for (const branch of state.branches.values()) {
    const { position } = branch;
    if (position.kind === "failed" && position.fork !== undefined)
      place(state, branch, { kind: "fork", visit: position.visit, fork: position.fork });
    else if ("visit" in position && position.visit.failedRun !== undefined)
      place(state, branch, { kind: "mapRun", visit: fresh(position.visit), run: position.visit.failedRun });
    else if (position.kind === "failed" || position.kind === "task" || position.kind === "entered")
      place(state, branch, { kind: "retry", visit: fresh(position.visit), until: record.at });
    else place(state, branch, position);
  }
}

function fresh({ failedRun, ...visit }: Visit): Visit {
  void failedRun;
  return { ...visit, retries: {}, retryCount: 0 };
}
