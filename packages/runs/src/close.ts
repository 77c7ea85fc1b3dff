import { asDispatcher, dispatch, type RunUnderWay, undo as undos } from "@longhaul/db";
import { z } from "zod";
import { closeByUndo, executionArnOfUndo, sendUndo } from "./compensate.js";
import type { RunsDependencies } from "./dependencies.js";
import { contractOf } from "./catalogue.js";
import {
  describeExecution,
  type Execution,
  executionArnOf,
  executionArnOfRun,
  executionStatusSchema,
} from "./execution.js";
import { outcomeOf } from "./outcome.js";

/**
 * The detail of EventBridge's event "Step Functions Execution Status Change". Output and cause are left out
 * of it when they are large.
 */
export const statusChangeSchema = z.object({
  executionArn: z.string(),
  name: z.string(),
  status: executionStatusSchema,
  output: z.string().nullish(),
  error: z.string().nullish(),
  cause: z.string().nullish(),
});

/**
 * Ends the run that an execution belongs to, when the execution has ended. May be called with the same
 * detail any number of times: only the first call changes something. Events come from every state machine of
 * the account, and names are unique within one machine only: a run is ended by the execution it was sent as.
 *
 * @param detail the event's detail, see {@link statusChangeSchema}.
 * @returns `closed` is false for an execution that goes on, is no run's, or whose run had ended before.
 * @throws ZodError when `detail` is something else.
 */
export async function closeRun(deps: RunsDependencies, detail: unknown): Promise<{ closed: boolean }> {
  const told = statusChangeSchema.parse(detail);
  if (told.status === "RUNNING" || told.status === "PENDING_REDRIVE") return { closed: false };
  const known = await closeKnown(deps, told);
  if (known) return known;
  const undo = await asDispatcher(deps.db, (tx) => undos.find(tx, { executionName: told.name }));
  if (undo && executionArnOfUndo(deps, undo) === told.executionArn) {
    const ended = isWhole(told) ? withoutNulls(told) : await describeExecution(deps.sfn, told.executionArn);
    return closeByUndo(deps, undo, ended ?? withoutNulls(told));
  }
  const run = await asDispatcher(deps.db, (tx) => dispatch.find(tx, { executionName: told.name }));
  if (!run || executionArnOfRun(deps, run) !== told.executionArn) {
    deps.logger.warn({ executionArn: told.executionArn }, "an execution ended that is no run's");
    return { closed: false };
  }
  const execution = isWhole(told) ? withoutNulls(told) : await describeExecution(deps.sfn, told.executionArn);
  const { closed } = await closeByExecution(deps, run, execution ?? withoutNulls(told));
  return { closed };
}

/**
 * Ends a run in one statement, where the execution's ARN tells of which workflow it is. Null where more has to be looked
 * at: an undo's execution, or one of a state machine that was called otherwise when the run was sent.
 */
async function closeKnown(deps: RunsDependencies, told: StatusChange): Promise<{ closed: boolean } | null> {
  const { executionArn: arn, name } = told;
  const workflow = Object.entries(deps.stateMachines).find(
    ([known, machine]) => contractOf(known) && executionArnOf(machine, name) === arn,
  )?.[0];
  if (!workflow) return null;
  const whole = isWhole(told) ? withoutNulls(told) : await describeExecution(deps.sfn, arn);
  const outcome = outcomeOf(workflow, whole ?? withoutNulls(told));
  if (!outcome) return { closed: false };
  const answer = await dispatch.closeByExecution(deps.db, { name, arn, workflow, outcome });
  if (answer === "unknown") return null;
  // A run's execution is named `<run id>-<attempt>`.
  const runId = name.slice(0, name.lastIndexOf("-"));
  if (answer === "closed")
    deps.logger.info({ runId, execution: name, status: outcome.status }, "a run has ended");
  else await sendUndoOf(deps, runId);
  return { closed: answer === "closed" };
}

/**
 * As {@link closeRun}, for a run and an execution that are known. `undoing`: the run was cancelled and has something to
 * take back, which is on its way.
 */
export async function closeByExecution(
  deps: RunsDependencies,
  run: Pick<RunUnderWay, "runId" | "attempt" | "workflow">,
  execution: Execution,
  repair?: string,
): Promise<{ closed: boolean; undoing: boolean }> {
  const outcome = outcomeOf(run.workflow, execution);
  if (!outcome) return { closed: false, undoing: false };
  const { runId, attempt } = run;
  const { closed } = await asDispatcher(deps.db, async (tx) => {
    if (repair) await dispatch.repaired(tx, { runId, repair });
    return dispatch.close(tx, { runId, attempt, outcome });
  });
  if (closed) {
    deps.logger.info({ runId, attempt, status: outcome.status }, "a run has ended");
    return { closed, undoing: false };
  }
  return { closed, undoing: await sendUndoOf(deps, runId) };
}

/** Sends the undo of a run that has one and has not sent it. @returns whether the run has an undo under way. */
export async function sendUndoOf(deps: RunsDependencies, runId: string): Promise<boolean> {
  const undo = await asDispatcher(deps.db, (tx) => undos.ofRun(tx, { runId }));
  if (undo && !undo.executionArn) await sendUndo(deps, undo);
  return undo !== null;
}

type StatusChange = z.infer<typeof statusChangeSchema>;

/** Whether the event says everything that closing the run needs. */
function isWhole({ status, output, error, cause }: StatusChange): boolean {
  if (status === "SUCCEEDED") return output != null;
  if (status === "FAILED" || status === "TIMED_OUT") return error != null || cause != null;
  return true;
}

function withoutNulls({ executionArn, name, status, output, error, cause }: StatusChange): Execution {
  return {
    executionArn,
    name,
    status,
    output: output ?? undefined,
    error: error ?? undefined,
    cause: cause ?? undefined,
  };
}
