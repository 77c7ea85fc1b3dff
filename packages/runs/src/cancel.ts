import { ExecutionDoesNotExist, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { asCaller, asDispatcher, dispatch, runs } from "@longhaul/db";
import type { Caller, RunsDependencies } from "./dependencies.js";

/**
 * Ends a run on a member's request. The request is stored first, so that steps see it and the reconciler
 * finishes what is interrupted here.
 *
 * @returns `ended` is false while the execution could not be stopped yet; it will be.
 * @throws DatabaseRefusal RUN_NOT_FOUND, RUN_ENDED, FORBIDDEN
 */
export async function cancelRun(
  deps: RunsDependencies,
  caller: Caller,
  { runId }: { runId: string },
): Promise<{ ended: boolean }> {
  const { organisationId } = caller;
  const { cancelled, executionArn } = await asCaller(deps.db, caller, (tx) =>
    runs.requestCancel(tx, { organisationId, runId }),
  );
  if (cancelled) return { ended: true };
  // Being sent at this moment: whoever sends it learns of the request when it notes the execution, and stops it.
  if (!executionArn) return { ended: false };
  return { ended: await stopAndClose(deps, { runId, executionArn }) };
}

/**
 * Stops an execution and closes its run as cancelled. Failing to reach Step Functions is no error: the run
 * stays "cancelling" and the reconciler comes back to it.
 */
export async function stopAndClose(
  { db, sfn, logger }: RunsDependencies,
  { runId, executionArn }: { runId: string; executionArn: string },
): Promise<boolean> {
  try {
    await sfn.send(
      new StopExecutionCommand({ executionArn, cause: "Cancelled by a member of the organisation." }),
    );
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) {
      logger.warn({ err: error, runId }, "an execution could not be stopped yet");
      return false;
    }
  }
  const attempt = Number(executionArn.slice(executionArn.lastIndexOf("-") + 1));
  await asDispatcher(db, (tx) => dispatch.close(tx, { runId, attempt, outcome: { status: "cancelled" } }));
  return true;
}
