import type { Artifact, Notification, RunEvent, RunStep } from "@longhaul/kit";
import type { Tx } from "./database.js";
import {
  type ArtifactRow,
  type EventRow,
  type NotificationRow,
  type StepRow,
  toArtifact,
  toEvent,
  toNotification,
  toStep,
} from "./rows.js";

interface OfRun {
  readonly organisationId: string;
  readonly runId: string;
}

/** The run's log after number `after`, in order, at most `limit` entries. */
export async function eventsAfter(
  tx: Tx,
  params: OfRun & { after: number; limit: number },
): Promise<RunEvent[]> {
  const rows = await tx<EventRow[]>`
    select run_id, seq, type, at, attempt, step, item_path, visit, stage, data from longhaul.run_events
    where organisation_id = ${params.organisationId} and run_id = ${params.runId} and seq > ${params.after}
    order by seq limit ${params.limit}`;
  return rows.map(toEvent);
}

/** In the order in which they began. */
export async function stepsOf(tx: Tx, params: OfRun): Promise<RunStep[]> {
  const rows = await tx<StepRow[]>`
    select step, item_path, visit, stage, status, undoes, copied_from, tries, progress, message, input, output, error, started_at, finished_at
    from longhaul.run_steps where organisation_id = ${params.organisationId} and run_id = ${params.runId}
    order by started_at, step, item_path, visit`;
  return rows.map(toStep);
}

/** The complete files that the run's steps have written. */
export async function artifactsOf(tx: Tx, params: OfRun): Promise<Artifact[]> {
  const rows = await tx<ArtifactRow[]>`
    select * from longhaul.artifacts
    where organisation_id = ${params.organisationId} and run_id = ${params.runId} and status = 'ready'
    order by created_at, id`;
  return rows.map(toArtifact);
}

export async function notificationsOf(tx: Tx, params: OfRun): Promise<Notification[]> {
  const rows = await tx<NotificationRow[]>`
    select * from longhaul.notifications
    where organisation_id = ${params.organisationId} and run_id = ${params.runId} order by created_at, id`;
  return rows.map(toNotification);
}
