import type { RunError } from "@longhaul/kit";
import type { Tx } from "./database.js";
import { jsonb } from "./json.js";
import { one } from "./one.js";

/** A cancelled run's undo that has not ended: the execution that runs its compensations. */
export interface Undo {
  readonly runId: string;
  readonly workflow: string;
  readonly attempt: number;
  readonly executionName: string;
  /** Sent byte for byte. */
  readonly executionInput: string;
  /** Null while it is not noted that it was sent. */
  readonly executionArn: string | null;
}

/** One effect that is to be taken back. */
export interface Compensation {
  readonly state: string;
  readonly itemPath: string;
  readonly visit: number;
  /** The name of the step that takes it back. */
  readonly compensation: string;
}

function undos(tx: Tx) {
  return tx`
    select r.id as "runId", r.workflow, r.attempt, a.undo_name as "executionName", a.undo_input as "executionInput",
      a.undo_execution_arn as "executionArn"
    from longhaul.runs r join longhaul.run_attempts a on a.run_id = r.id and a.attempt = r.attempt
    where r.finished_at is null and a.undo_begun_at is not null`;
}

/** The run's undo under way; null where there is none. */
export async function ofRun(tx: Tx, params: { runId: string }): Promise<Undo | null> {
  const [row] = await tx<Undo[]>`${undos(tx)} and r.id = ${params.runId}`;
  return row ?? null;
}

/** The undo that an execution belongs to, by the execution's name. */
export async function find(tx: Tx, params: { executionName: string }): Promise<Undo | null> {
  const [row] = await tx<Undo[]>`${undos(tx)} and a.undo_name = ${params.executionName}`;
  return row ?? null;
}

export async function sent(
  tx: Tx,
  params: { runId: string; attempt: number; executionArn: string },
): Promise<void> {
  await tx`select longhaul.mark_undo_sent(${params.runId}, ${params.attempt}, ${params.executionArn})`;
}

/**
 * What is to be taken back, the last done first; null while a step of the run is still at work, whose effect may be
 * one more. From the first list on no step can store anything more.
 */
export async function list(
  tx: Tx,
  params: { runId: string; attempt: number },
): Promise<readonly Compensation[] | null> {
  return one(
    await tx<{ list: Compensation[] | null }[]>`
    select longhaul.list_compensations(${params.runId}, ${params.attempt}) as list`,
  ).list;
}

/** Ends the run: cancelled, or failed by `error`. `closed` is false where it had ended before. */
export async function close(
  tx: Tx,
  params: { runId: string; attempt: number; error: RunError | null },
): Promise<{ closed: boolean }> {
  const error = params.error === null ? null : jsonb(tx, params.error);
  return one(
    await tx<{ closed: boolean }[]>`
    select longhaul.close_undo(${params.runId}, ${params.attempt}, ${error}) as closed`,
  );
}
