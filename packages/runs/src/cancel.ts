import { asCaller, asDispatcher, type CancelRequest, dispatch, lives, type RunUnderWay } from "@longhaul/db";
import { closeByExecution, sendUndoOf } from "./close.js";
import type { Caller, RunsDependencies } from "./dependencies.js";
import { describeExecution, executionArnOfRun, stopExecution } from "./execution.js";

/**
 * Ends a run on a member's request. The request is stored first, so that steps see it and the reconciler
 * finishes what is interrupted here.
 *
 * @returns `ended` is false while the execution has not stopped yet; it will.
 * @throws DatabaseRefusal RUN_NOT_FOUND, RUN_ENDED, FORBIDDEN, ORGANISATION_NOT_FOUND
 */
export async function cancelRun(
  deps: RunsDependencies,
  caller: Caller,
  { runId }: { runId: string },
): Promise<{ ended: boolean }> {
  const { organisationId } = caller;
  const request = await asCaller(deps.db, caller, (tx) => lives.requestCancel(tx, { organisationId, runId }));
  if (request.cancelled) return { ended: true };
  // Whoever sends it at this moment learns of the request when it notes the execution, and stops it.
  if (request.beingSent) return { ended: false };
  try {
    return { ended: await finishCancel(deps, request) };
  } catch (error) {
    // The request is stored: the run stays "cancelling", and the reconciler comes back to it.
    deps.logger.warn({ err: error, runId }, "an execution could not be stopped yet");
    return { ended: false };
  }
}

async function finishCancel(
  deps: RunsDependencies,
  { undo, executionName }: CancelRequest,
): Promise<boolean> {
  const run = await asDispatcher(deps.db, (tx) => dispatch.find(tx, { executionName }));
  if (!run) return false;
  if (undo) {
    await sendUndoOf(deps, run.runId);
    return false;
  }
  // One that was tried to be sent may have begun unnoted: its name says where it would be.
  const executionArn = executionArnOfRun(deps, run);
  return executionArn !== null && stopAndClose(deps, run, executionArn);
}

/**
 * Stops an execution and ends its run by what became of it: an execution that succeeded just before has
 * succeeded. A run with something to take back has not ended then, but its undo is on its way.
 *
 * @returns whether the run has ended.
 * @throws what the SDK throws when Step Functions cannot be reached.
 */
export async function stopAndClose(
  deps: RunsDependencies,
  run: Pick<RunUnderWay, "runId" | "attempt" | "workflow">,
  executionArn: string,
  repair?: string,
): Promise<boolean> {
  await stopExecution(deps.sfn, executionArn);
  const execution = (await describeExecution(deps.sfn, executionArn)) ?? {
    executionArn,
    name: "",
    status: "ABORTED",
  };
  const { closed, undoing } = await closeByExecution(deps, run, execution, repair);
  return closed || (execution.status !== "RUNNING" && !undoing);
}
