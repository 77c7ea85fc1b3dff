import { ExecutionAlreadyExists, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { asDispatcher, type Dispatchable, dispatch } from "@longhaul/db";
import { stopAndClose } from "./cancel.js";
import { closeByExecution } from "./close.js";
import type { RunsDependencies } from "./dependencies.js";
import { describeExecution, type Execution, executionArnOf } from "./execution.js";
import { backoffSeconds, sendFailureOf } from "./send-failure.js";

/** Runs that are sent at the same time. */
const batch = 10;
/** How long a run is kept from other dispatchers while it is being sent; longer than the SDK tries. */
const holdSeconds = 30;

export interface Dispatched {
  sent: number;
  postponed: number;
  refused: number;
  /** When the first of the postponed runs is due again; null when there is none. */
  retryInSeconds: number | null;
}

/**
 * Sends every queued run that is due to Step Functions. Sending one twice is harmless, since an execution
 * has its run's name; so a run whose sender died is simply sent again once it is no longer held.
 */
export async function dispatchQueued(deps: RunsDependencies): Promise<Dispatched> {
  const total: Dispatched = { sent: 0, postponed: 0, refused: 0, retryInSeconds: null };
  for (;;) {
    const due = await asDispatcher(deps.db, (tx) => dispatch.next(tx, { limit: batch, holdSeconds }));
    const results = await Promise.all(due.map((run) => send(deps, run)));
    for (const { kind, retrySeconds } of results) {
      total[kind] += 1;
      if (retrySeconds) total.retryInSeconds = Math.min(retrySeconds, total.retryInSeconds ?? Infinity);
    }
    if (due.length < batch) return total;
  }
}

interface Sent {
  kind: "sent" | "postponed" | "refused";
  retrySeconds?: number;
}

async function send(deps: RunsDependencies, run: Dispatchable): Promise<Sent> {
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
  await noteSent(deps, run, executionArn ?? executionArnOf(stateMachineArn, run.executionName));
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
  await noteSent(deps, run, executionArn);
  await closeByExecution(deps, run, execution);
  return { kind: "sent" };
}

async function noteSent(deps: RunsDependencies, run: Dispatchable, executionArn: string): Promise<void> {
  const { runId, attempt, workflow, correlationId } = run;
  const stateMachineArn = deps.stateMachines[workflow] as string;
  const { cancelRequested } = await asDispatcher(deps.db, (tx) =>
    dispatch.sent(tx, { runId, attempt, executionArn, stateMachineArn }),
  );
  deps.logger.info({ runId, attempt, executionArn, correlationId }, "a run was sent");
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
  if (failure.kind === "refused") {
    const { code, message } = failure;
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const outcome = { status: "failed" as const, error: { code, message, cause } };
    await asDispatcher(deps.db, (tx) => dispatch.close(tx, { runId, attempt, outcome }));
    return { kind: "refused" };
  }
  const retrySeconds = backoffSeconds(tries);
  await asDispatcher(deps.db, (tx) =>
    dispatch.postponed(tx, { runId, attempt, reason: failure.reason, retrySeconds }),
  );
  return { kind: "postponed", retrySeconds };
}

function namedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
