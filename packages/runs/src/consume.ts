import { asCaller, asDispatcher, dispatch } from "@longhaul/db";
import type { Caller, RunsDependencies } from "./dependencies.js";
import { describeExecution, executionArnOfRun } from "./execution.js";
import type { QueueMessage } from "./queue.js";
import { noteSent, send } from "./send.js";

/** Longer than the consumer's function may take. */
const holdSeconds = 60;
/** The queue delivers the message again long before that; should it be lost, the run is given to the queue anew. */
const republishSeconds = 900;

/**
 * Sends a run that came through the queue. Messages may come late, twice or at the same time: a run that was sent, has
 * ended or goes on with another attempt is left alone.
 *
 * @returns whether there was something to send.
 * @throws Error for trouble that passes, so that the queue delivers the message again.
 */
export async function sendRun(
  deps: RunsDependencies,
  { runId, attempt }: QueueMessage,
): Promise<{ sent: boolean }> {
  const run = await asDispatcher(deps.db, (tx) => dispatch.take(tx, { runId, attempt, holdSeconds }));
  if (!run) return { sent: false };
  const sent = await send(deps, run);
  if (sent.kind === "sent") await noteSent(deps, { run, ...sent });
  if (sent.kind !== "postponed") return { sent: sent.kind === "sent" };
  const { reason } = sent;
  const sentence = `${reason}, its message comes again.`;
  await asDispatcher(deps.db, (tx) =>
    dispatch.postponed(tx, { runId, attempt, reason: sentence, retrySeconds: republishSeconds }),
  );
  throw new Error(`Run ${runId} could not be sent: ${reason}.`);
}

/**
 * Fails a run whose message the queue has given up. A run whose execution did begin, though nobody noted it, goes on.
 *
 * @param message `reason` is for the engineer.
 * @returns whether this call has failed the run; false also for one that was sent, ended or queued again meanwhile.
 * @throws what the SDK throws when Step Functions cannot be asked.
 */
export async function deadLetter(
  deps: RunsDependencies,
  { runId, attempt, reason }: QueueMessage & { reason: string },
): Promise<{ deadLettered: boolean }> {
  const executionName = `${runId}-${attempt}`;
  const run = await asDispatcher(deps.db, (tx) => dispatch.find(tx, { executionName }));
  if (!run || run.status !== "queued" || run.executionArn) return { deadLettered: false };

  const executionArn = executionArnOfRun(deps, run);
  const stateMachineArn = run.stateMachineArn ?? deps.stateMachines[run.workflow];
  const execution = executionArn ? await describeExecution(deps.sfn, executionArn) : null;
  if (execution && executionArn && stateMachineArn && execution.input === run.executionInput) {
    const started = { runId, attempt, executionArn, stateMachineArn };
    await noteSent(deps, { run, started, ended: execution });
    return { deadLettered: false };
  }
  const error = {
    code: "DEAD_LETTERED",
    message: "The run could not be started: its message failed too often. Queue it again.",
    cause: reason,
  };
  const { closed } = await asDispatcher(deps.db, (tx) =>
    dispatch.close(tx, { runId, attempt, outcome: { status: "failed", error } }),
  );
  if (closed) deps.logger.warn({ runId, attempt, reason }, "a run was dead-lettered");
  return { deadLettered: closed };
}

/**
 * Queues a dead-lettered run again, as its next attempt; it waits for its turn as every queued run does.
 *
 * @throws DatabaseRefusal RUN_NOT_DEAD_LETTERED, FORBIDDEN, ORGANISATION_NOT_FOUND
 */
export async function requeue(
  { db, logger }: Pick<RunsDependencies, "db" | "logger">,
  caller: Caller,
  { runId }: { runId: string },
): Promise<{ attempt: number }> {
  const { organisationId, userId } = caller;
  const { attempt } = await asCaller(db, caller, (tx) => dispatch.requeue(tx, { organisationId, runId }));
  logger.info({ runId, attempt, userId }, "a dead-lettered run was queued again");
  return { attempt };
}
