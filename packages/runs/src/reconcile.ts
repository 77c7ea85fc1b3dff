import { approvals, asDispatcher, dispatch, type RunUnderWay, type Undo, undo as undos } from "@longhaul/db";
import { deliverDecision } from "./approvals.js";
import { stopAndClose } from "./cancel.js";
import { closeByExecution, sendUndoOf } from "./close.js";
import { closeByUndo, executionArnOfUndo, sendUndo } from "./compensate.js";
import { registerDefinitions } from "./definitions.js";
import type { RunsDependencies } from "./dependencies.js";
import { type Dispatched, dispatchQueued } from "./dispatch.js";
import { describeExecution, executionArnOfRun } from "./execution.js";
import { carrySchedules } from "./schedules/schedules.js";

export interface ReconcileOptions {
  /** Runs of which nothing was heard for this long are looked at. */
  staleSeconds?: number;
  /** The most runs looked at in one pass, one DescribeExecution each: keeps within the account's quota. */
  limit?: number;
  /** Begins to look at no other run after this long, and goes on to send those that wait: the next pass looks at the rest. */
  maxSeconds?: number;
}

export interface Reconciled {
  checked: number;
  repaired: number;
  /** Decisions that Step Functions had not heard and was told now. */
  delivered: number;
  dispatched: Dispatched;
}

/**
 * Finds what nobody announced: runs that were stored and not sent, executions that ended or vanished unheard,
 * cancellations that did not get through, undos that were not sent or ended unheard, decisions that no machine was told,
 * schedules that the clock does not have as they are.
 * Each repair is written into the run's log.
 */
export async function reconcile(
  deps: RunsDependencies,
  { staleSeconds = 60, limit = 100, maxSeconds = 30 }: ReconcileOptions = {},
): Promise<Reconciled> {
  const until = performance.now() + maxSeconds * 1000;
  await registerDefinitions(deps);
  const stale = await asDispatcher(deps.db, (tx) =>
    dispatch.stale(tx, { olderThanSeconds: staleSeconds, limit }),
  );
  let repaired = 0;
  for (const run of stale.filter(({ status }) => status !== "queued")) {
    if (performance.now() >= until) break;
    if (await attempted(deps, { runId: run.runId }, () => mend(deps, run))) repaired += 1;
  }
  const delivered = await deliverStale(deps, staleSeconds, limit, until);
  const dispatched = await dispatchQueued(deps);
  for (const run of stale.filter(({ status }) => status === "queued")) {
    if (await attempted(deps, { runId: run.runId }, () => noteForgotten(deps, run))) repaired += 1;
  }
  // Last: another service's silence keeps no run waiting.
  await carrySchedules(deps, limit);
  return { checked: stale.length, repaired: repaired + delivered, delivered, dispatched };
}

/** One run's trouble, or a throttled call, waits for the next pass. */
async function attempted(
  { logger }: RunsDependencies,
  about: object,
  mending: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await mending();
  } catch (error) {
    logger.warn({ err: error, ...about }, "a run could not be checked");
    return false;
  }
}

/** @returns whether something had to be repaired. */
async function mend(deps: RunsDependencies, run: RunUnderWay): Promise<boolean> {
  const undo = await asDispatcher(deps.db, (tx) => undos.ofRun(tx, { runId: run.runId }));
  if (undo) return mendUndo(deps, undo);
  const executionArn = executionArnOfRun(deps, run);
  const execution = executionArn ? await describeExecution(deps.sfn, executionArn) : null;
  if (!executionArn || !execution) return mendLost(deps, run);
  if (execution.status === "RUNNING" || execution.status === "PENDING_REDRIVE") {
    return mendRunning(deps, run, executionArn);
  }
  const repair = "Its execution had ended without this run being told; the end was entered afterwards.";
  const { closed, undoing } = await closeByExecution(deps, run, execution, repair);
  return closed || undoing;
}

/**
 * A run that waits for its turn, or was tried and has to wait, says so; one that nobody had touched was forgotten, and
 * has just been sent with the others.
 */
async function noteForgotten(deps: RunsDependencies, run: RunUnderWay): Promise<boolean> {
  if (run.sendTries > 0) return false;
  const { executionName, runId } = run;
  const now = await asDispatcher(deps.db, (tx) => dispatch.find(tx, { executionName }));
  if (!now || now.sendTries === 0) return false;
  const repair = "The run was stored but nobody had sent it; it is sent now.";
  await asDispatcher(deps.db, (tx) => dispatch.repaired(tx, { runId, repair }));
  return true;
}

async function mendRunning(deps: RunsDependencies, run: RunUnderWay, executionArn: string): Promise<boolean> {
  if (!run.cancelRequested) return false;
  const { runId } = run;
  const repair = "The request to cancel had not got through; it was sent again.";
  await asDispatcher(deps.db, (tx) => dispatch.repaired(tx, { runId, repair }));
  await stopAndClose(deps, run, executionArn);
  return true;
}

/** There is no execution: a cancelled run never began, any other has lost it. */
async function mendLost(deps: RunsDependencies, run: RunUnderWay): Promise<boolean> {
  const { runId, attempt, cancelRequested } = run;
  const error = {
    code: "EXECUTION_LOST",
    message: "The execution of this run no longer exists. Start it again.",
  };
  const outcome = cancelRequested ? { status: "cancelled" as const } : { status: "failed" as const, error };
  const repair = cancelRequested
    ? "The run was cancelled before it began."
    : "Its execution could not be found; the run was ended.";
  const { closed } = await asDispatcher(deps.db, async (tx) => {
    await dispatch.repaired(tx, { runId, repair });
    return dispatch.close(tx, { runId, attempt, outcome });
  });
  return closed || (await sendUndoOf(deps, runId));
}

/** What a run had done is being taken back: its second execution is looked after as the first one is. */
async function mendUndo(deps: RunsDependencies, undo: Undo): Promise<boolean> {
  const { runId } = undo;
  const executionArn = executionArnOfUndo(deps, undo);
  const execution = executionArn ? await describeExecution(deps.sfn, executionArn) : null;
  if (execution?.status === "RUNNING" || execution?.status === "PENDING_REDRIVE") return false;
  const repair = execution
    ? "What the run had done was taken back without this run being told; the end was entered afterwards."
    : "Nobody was taking back what the run had done; that was begun again.";
  await asDispatcher(deps.db, (tx) => dispatch.repaired(tx, { runId, repair }));
  if (execution) await closeByUndo(deps, undo, execution);
  else await sendUndo(deps, undo);
  return true;
}

/** Decisions of people that the machine does not know of. */
async function deliverStale(
  deps: RunsDependencies,
  olderThanSeconds: number,
  limit: number,
  until: number,
): Promise<number> {
  const late = await asDispatcher(deps.db, (tx) => approvals.stale(tx, { olderThanSeconds, limit }));
  const repair = "A decision had not got through to the machine that waits for it; it was sent again.";
  let delivered = 0;
  for (const approvalId of late) {
    if (performance.now() >= until) break;
    const told = await attempted(deps, { approvalId }, async () => {
      return (await deliverDecision(deps, { approvalId, repair })) === "told";
    });
    if (told) delivered += 1;
  }
  return delivered;
}
