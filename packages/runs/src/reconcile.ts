import { asDispatcher, dispatch, type RunUnderWay } from "@longhaul/db";
import { stopAndClose } from "./cancel.js";
import { closeByExecution } from "./close.js";
import type { RunsDependencies } from "./dependencies.js";
import { type Dispatched, dispatchQueued } from "./dispatch.js";
import { describeExecution, executionArnOfRun } from "./execution.js";

export interface ReconcileOptions {
  /** Runs of which nothing was heard for this long are looked at. */
  staleSeconds?: number;
  /** The most runs looked at in one pass, one DescribeExecution each: keeps within the account's quota. */
  limit?: number;
}

export interface Reconciled {
  checked: number;
  repaired: number;
  dispatched: Dispatched;
}

/**
 * Finds what nobody announced: runs that were stored and not sent, executions that ended or vanished
 * unheard, cancellations that did not get through. Each repair is written into the run's log.
 */
export async function reconcile(
  deps: RunsDependencies,
  { staleSeconds = 60, limit = 100 }: ReconcileOptions = {},
): Promise<Reconciled> {
  const stale = await asDispatcher(deps.db, (tx) =>
    dispatch.stale(tx, { olderThanSeconds: staleSeconds, limit }),
  );
  let repaired = 0;
  for (const run of stale) {
    try {
      if (await mend(deps, run)) repaired += 1;
    } catch (error) {
      // One run's trouble, or a throttled call, waits for the next pass.
      deps.logger.warn({ err: error, runId: run.runId }, "a run could not be checked");
    }
  }
  const dispatched = await dispatchQueued(deps);
  return { checked: stale.length, repaired, dispatched };
}

/** @returns whether something had to be repaired. */
async function mend(deps: RunsDependencies, run: RunUnderWay): Promise<boolean> {
  if (run.status === "queued") return mendQueued(deps, run);
  const executionArn = executionArnOfRun(deps, run);
  const execution = executionArn ? await describeExecution(deps.sfn, executionArn) : null;
  if (!executionArn || !execution) return mendLost(deps, run);
  if (execution.status === "RUNNING") return mendRunning(deps, run, executionArn);
  const repair = "Its execution had ended without this run being told; the end was entered afterwards.";
  return (await closeByExecution(deps, run, execution, repair)).closed;
}

/** A run that was tried before waits its turn and says why; one that nobody has touched was forgotten. */
async function mendQueued(deps: RunsDependencies, { runId, sendTries }: RunUnderWay): Promise<boolean> {
  if (sendTries > 0) return false;
  const repair = "The run was stored but nobody had sent it; it is being sent now.";
  await asDispatcher(deps.db, (tx) => dispatch.repaired(tx, { runId, repair }));
  return true;
}

async function mendRunning(deps: RunsDependencies, run: RunUnderWay, executionArn: string): Promise<boolean> {
  if (!run.cancelRequested) return false;
  return stopAndClose(
    deps,
    run,
    executionArn,
    "The request to cancel had not got through; it was sent again.",
  );
}

/** There is no execution: a cancelled run never began, any other has lost it. */
async function mendLost({ db }: RunsDependencies, run: RunUnderWay): Promise<boolean> {
  const { runId, attempt, cancelRequested } = run;
  const error = {
    code: "EXECUTION_LOST",
    message: "The execution of this run no longer exists. Start it again.",
  };
  const outcome = cancelRequested ? { status: "cancelled" as const } : { status: "failed" as const, error };
  const repair = cancelRequested
    ? "The run was cancelled before it began."
    : "Its execution could not be found; the run was ended.";
  const { closed } = await asDispatcher(db, async (tx) => {
    await dispatch.repaired(tx, { runId, repair });
    return dispatch.close(tx, { runId, attempt, outcome });
  });
  return closed;
}
