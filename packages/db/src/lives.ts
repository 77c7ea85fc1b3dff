import type { Json, RunStatus } from "@longhaul/kit";
import type { Tx } from "./database.js";
import { jsonb } from "./json.js";
import { one } from "./one.js";

interface OfRun {
  readonly organisationId: string;
  readonly runId: string;
}

export interface CancelRequest {
  /** It ended at once: nobody had begun to send it, and it had done nothing that is to be taken back. */
  readonly cancelled: boolean;
  /** Its undo has begun already, since there is no execution to stop. */
  readonly undo: boolean;
  /** Somebody sends it at this moment, learns of the request when that is noted, and stops it. */
  readonly beingSent: boolean;
  readonly executionName: string;
  /** Null while it is not noted that it was sent. */
  readonly executionArn: string | null;
}

/**
 * Asks for a run's end.
 *
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, RUN_NOT_FOUND, RUN_ENDED.
 */
export async function requestCancel(tx: Tx, params: OfRun): Promise<CancelRequest> {
  const { status, ...request } = one(
    await tx<(Omit<CancelRequest, "cancelled"> & { status: RunStatus })[]>`
    select status, undo, being_sent as "beingSent", execution_name as "executionName", execution_arn as "executionArn"
    from longhaul.request_cancel(${params.organisationId}, ${params.runId})`,
  );
  return { ...request, cancelled: status === "cancelled" };
}

/**
 * Queues an ended run again as its next attempt.
 *
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, RUN_NOT_FOUND, RUN_NOT_ENDED, RUN_SUCCEEDED.
 */
export async function retry(tx: Tx, params: OfRun): Promise<{ attempt: number }> {
  return one(
    await tx<{ attempt: number }[]>`
    select longhaul.retry_run(${params.organisationId}, ${params.runId}) as attempt`,
  );
}

/** An output that takes the place of what a step gave. */
export interface CheckpointEdit {
  readonly step: string;
  readonly itemPath: string;
  readonly visit: number;
  readonly output: Json;
}

/**
 * Gives a run that was just queued the checkpoints of an earlier one, as far as they were completed before `step` was
 * and before the first edited one was; those that are edited, as they are edited.
 *
 * @returns how many checkpoints the run has now.
 * @throws DatabaseRefusal RUN_NOT_FOUND, RUN_NOT_QUEUED, STEP_NOT_REACHED.
 */
export async function copyCheckpoints(
  tx: Tx,
  params: {
    organisationId: string;
    fromRunId: string;
    toRunId: string;
    step: string;
    edits: readonly CheckpointEdit[];
    /** The workflow's approvals: given for an input, they do not count for another one. */
    approvals: readonly string[];
  },
): Promise<{ checkpoints: number }> {
  const { organisationId, fromRunId, toRunId, step, edits, approvals } = params;
  return one(
    await tx<{ checkpoints: number }[]>`
    select longhaul.copy_checkpoints(${organisationId}, ${fromRunId}, ${toRunId}, ${step}, ${jsonb(tx, edits)},
      ${[...approvals]}::text[])
      as checkpoints`,
  );
}
