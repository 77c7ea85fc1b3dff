import { setTimeout as sleep } from "node:timers/promises";
import { ExecutionAlreadyExists, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { asDispatcher, type Compensation, type Undo, undo as undos } from "@longhaul/db";
import { type RunError, runErrorOf } from "@longhaul/kit";
import { taskError } from "@longhaul/kit/runtime";
import { z } from "zod";
import type { RunsDependencies } from "./dependencies.js";
import { type Execution, executionArnOf } from "./execution.js";
import { sendFailureOf } from "./send-failure.js";

/** The key of a workflow's second machine in STATE_MACHINES. */
function undoKey(workflow: string): string {
  return `${workflow}-undo`;
}

/** How a compensation that failed is told: `message` is for the person who cancelled. */
function failed(cause: string, inner?: RunError): RunError {
  return {
    code: "COMPENSATION_FAILED",
    message: inner
      ? `The run was cancelled, but not everything that it did could be taken back: ${inner.message}`
      : "The run was cancelled, but not everything that it did could be taken back.",
    cause,
    ...(inner?.step !== undefined && { step: inner.step }),
  };
}

/**
 * Starts the execution that takes back what a cancelled run has done. Starting it twice is harmless, since it has its
 * run's name; what cannot be sent now is sent by the reconciler.
 */
export async function sendUndo(deps: RunsDependencies, undo: Undo, tries = 1): Promise<void> {
  const { runId, attempt, executionName, executionInput } = undo;
  const stateMachineArn = deps.stateMachines[undoKey(undo.workflow)];
  if (!stateMachineArn) {
    await endUndo(
      deps,
      undo,
      failed("No state machine is deployed that takes back what this workflow does."),
    );
    return;
  }
  try {
    await deps.sfn.send(
      new StartExecutionCommand({ stateMachineArn, name: executionName, input: executionInput }),
    );
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) {
      const refusal = sendFailureOf(error, tries);
      deps.logger.warn({ err: error, runId, attempt, ...refusal }, "an undo could not be sent");
      if (refusal.kind === "refused") await endUndo(deps, undo, failed(String(error)));
      return;
    }
  }
  const executionArn = executionArnOf(stateMachineArn, executionName);
  await asDispatcher(deps.db, (tx) => undos.sent(tx, { runId, attempt, executionArn }));
  deps.logger.info({ runId, attempt, executionArn }, "an undo was sent");
}

/** The ARN of an undo's execution: as it was noted, or where it has to be. Null when nothing is deployed. */
export function executionArnOfUndo(
  { stateMachines }: Pick<RunsDependencies, "stateMachines">,
  undo: Undo,
): string | null {
  if (undo.executionArn) return undo.executionArn;
  const stateMachineArn = stateMachines[undoKey(undo.workflow)];
  return stateMachineArn ? executionArnOf(stateMachineArn, undo.executionName) : null;
}

/** Ends a cancelled run by how its undo ended; nothing while that goes on. */
export async function closeByUndo(
  deps: Pick<RunsDependencies, "db" | "logger">,
  undo: Undo,
  execution: Execution,
): Promise<{ closed: boolean }> {
  switch (execution.status) {
    case "RUNNING":
    case "PENDING_REDRIVE":
      return { closed: false };
    case "SUCCEEDED":
      return endUndo(deps, undo, null);
    case "FAILED":
    case "TIMED_OUT":
    case "ABORTED": {
      const inner = execution.status === "FAILED" ? runErrorOf(execution) : undefined;
      const said = [execution.status, execution.error, execution.cause].filter(Boolean).join(": ");
      return endUndo(deps, undo, failed(said, inner));
    }
  }
}

async function endUndo(
  { db, logger }: Pick<RunsDependencies, "db" | "logger">,
  { runId, attempt }: Undo,
  error: RunError | null,
): Promise<{ closed: boolean }> {
  const result = await asDispatcher(db, (tx) => undos.close(tx, { runId, attempt, error }));
  if (result.closed) logger.info({ runId, attempt, error }, "a cancelled run has ended");
  return result;
}

const payloadSchema = z.object({ run: z.uuid(), attempt: z.number().int().positive() });
/** Between two looks at steps that are still at work. */
const pauseMs = 500;

/**
 * The first Task of an undo's machine: what a cancelled run has to take back, the last done first. Waits for steps that
 * are still at work: they have been told to stop, and their leases run out within seconds.
 *
 * @param patienceMs how long it may wait.
 * @throws Error under the names that machines know: RetryableError where a step is at work for longer, FatalError for a
 *   payload that is none.
 */
export async function compensationsTask(
  { db }: Pick<RunsDependencies, "db">,
  payload: unknown,
  patienceMs: number,
): Promise<{ items: readonly Compensation[] }> {
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) {
    const message = "The list of compensations was asked for with a malformed payload.";
    throw taskError("fatal", {
      code: "PAYLOAD_INVALID",
      state: "Compensations",
      message,
      cause: parsed.error,
    });
  }
  const { run: runId, attempt } = parsed.data;
  const until = Date.now() + patienceMs;
  for (;;) {
    const items = await asDispatcher(db, (tx) => undos.list(tx, { runId, attempt }));
    if (items) return { items };
    if (Date.now() + pauseMs > until) {
      const message = "A step of the run is still at work.";
      throw taskError("retryable", { code: "STEP_AT_WORK", state: "Compensations", message });
    }
    await sleep(pauseMs);
  }
}
