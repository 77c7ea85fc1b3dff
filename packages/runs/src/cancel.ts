import { asCaller, asDispatcher, dispatch, type RunUnderWay, runs } from "@longhaul/db";
import { closeByExecution } from "./close.js";
import type { Caller, RunsDependencies } from "./dependencies.js";
import { describeExecution, stopExecution } from "./execution.js";

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
  const { cancelled, executionArn } = await asCaller(deps.db, caller, (tx) =>
    runs.requestCancel(tx, { organisationId, runId }),
  );
  if (cancelled) return { ended: true };
  // Being sent at this moment: whoever sends it learns of the request when it notes the execution, and stops it.
  if (!executionArn) return { ended: false };
  try {
    const name = executionArn.slice(executionArn.lastIndexOf(":") + 1);
    const run = await asDispatcher(deps.db, (tx) => dispatch.find(tx, { executionName: name }));
    return { ended: run !== null && (await stopAndClose(deps, run, executionArn)) };
  } catch (error) {
    // The request is stored: the run stays "cancelling", and the reconciler comes back to it.
    deps.logger.warn({ err: error, runId }, "an execution could not be stopped yet");
    return { ended: false };
  }
}

/**
 * Stops an execution and ends its run by what became of it: an execution that succeeded just before has
 * succeeded.
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
  const { closed } = await closeByExecution(deps, run, execution, repair);
  return closed || execution.status !== "RUNNING";
}
