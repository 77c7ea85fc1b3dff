import { ExecutionAlreadyExists, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { asDispatcher, type Dispatchable, dispatch } from "@longhaul/db";
import { stopAndClose } from "./cancel.js";
import { closeByExecution } from "./close.js";
import type { RunsDependencies } from "./dependencies.js";
import { describeExecution, type Execution, executionArnOf } from "./execution.js";
import { sendFailureOf } from "./send-failure.js";

/** What became of a run that was to be sent. One that is postponed is left to whoever tried. */
export type Sent = { kind: "sent" | "refused"; reason?: never } | { kind: "postponed"; reason: string };

/**
 * Starts a run's execution and notes it; a run that can never be started is failed. The same run may be sent any number
 * of times, also at once.
 */
export async function send(deps: RunsDependencies, run: Dispatchable): Promise<Sent> {
  const stateMachineArn = deps.stateMachines[run.workflow];
  if (!stateMachineArn) {
    return giveUp(deps, run, namedError("StateMachineDoesNotExist", `No ARN is set for "${run.workflow}".`));
  }
  const command = { stateMachineArn, name: run.executionName, input: run.executionInput };
  let executionArn: string | undefined;
  try {
    ({ executionArn } = await deps.sfn.send(new StartExecutionCommand(command)));
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) return recognise(deps, run, stateMachineArn);
    return giveUp(deps, run, error);
  }
  await noteSent(
    deps,
    run,
    executionArn ?? executionArnOf(stateMachineArn, run.executionName),
    stateMachineArn,
  );
  return { kind: "sent" };
}

/** The name is taken: by this very run, sent before by someone who could not note it, whose execution has ended. */
async function recognise(deps: RunsDependencies, run: Dispatchable, stateMachineArn: string): Promise<Sent> {
  const executionArn = executionArnOf(stateMachineArn, run.executionName);
  let execution: Execution | null;
  try {
    execution = await describeExecution(deps.sfn, executionArn);
    if (!execution) throw new Error("The execution that exists could not be found yet.");
  } catch (error) {
    return giveUp(deps, run, error);
  }
  if (execution.input !== undefined && execution.input !== run.executionInput) {
    return giveUp(deps, run, namedError("InvalidName", "The name is taken by another execution."));
  }
  await noteSent(deps, run, executionArn, stateMachineArn);
  await closeByExecution(deps, run, execution);
  return { kind: "sent" };
}

/** Notes an execution that has begun; one whose run was asked to end meanwhile is stopped. */
export async function noteSent(
  deps: RunsDependencies,
  run: Pick<Dispatchable, "runId" | "attempt" | "workflow">,
  executionArn: string,
  stateMachineArn: string,
): Promise<void> {
  const { runId, attempt } = run;
  const { cancelRequested } = await asDispatcher(deps.db, (tx) =>
    dispatch.sent(tx, { runId, attempt, executionArn, stateMachineArn }),
  );
  deps.logger.info({ runId, attempt, executionArn }, "a run was sent");
  if (!cancelRequested) return;
  try {
    await stopAndClose(deps, run, executionArn);
  } catch (error) {
    // The run stays "cancelling", and the reconciler comes back to it.
    deps.logger.warn({ err: error, runId }, "an execution could not be stopped yet");
  }
}

async function giveUp(deps: RunsDependencies, run: Dispatchable, error: unknown): Promise<Sent> {
  const { runId, attempt, tries } = run;
  const failure = sendFailureOf(error, tries);
  deps.logger.warn({ err: error, runId, attempt, tries, ...failure }, "a run could not be sent");
  if (failure.kind === "postponed") return failure;
  const { code, message } = failure;
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const outcome = { status: "failed" as const, error: { code, message, cause } };
  await asDispatcher(deps.db, (tx) => dispatch.close(tx, { runId, attempt, outcome }));
  return { kind: "refused" };
}

function namedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
