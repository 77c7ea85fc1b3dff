import type {
  Artifact,
  Notification,
  Run,
  RunError,
  RunEvent,
  RunState,
  RunStatus,
  RunStep,
  StageState,
} from "@longhaul/kit";
import type postgres from "postgres";

/** Columns as the queries name them: times come as ISO 8601 text, see connect(). */
export interface RunRow {
  id: string;
  organisation_id: string;
  workflow: string;
  name: string;
  priority: Run["priority"];
  status: RunStatus;
  status_reason: string | null;
  input: Run["input"];
  output: Run["input"] | null;
  error: RunError | null;
  seen: { stages: StageState[]; progress: number };
  attempt: number;
  last_seq: number;
  definition_hash: string;
  correlation_id: string;
  created_by: string | null;
  created_by_name: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  cancel_requested_at: string | null;
  tags: string[];
  not_before: string | null;
  lane: Run["lane"];
  rerun_of: string | null;
  rerun_from: string | null;
  pinned: boolean;
  expires_at: string | null;
  typical_seconds: number | null;
}

/** The CHECK constraints of the table make each of these states complete. */
function stateOf(row: RunRow): RunState {
  switch (row.status) {
    case "queued":
      return { status: row.status, reason: row.status_reason };
    case "waiting":
      return { status: row.status, waitingFor: row.status_reason ?? "" };
    case "succeeded":
      return { status: row.status, output: row.output };
    case "failed":
    case "timed_out":
      return { status: row.status, error: row.error ?? { code: "UNKNOWN", message: "The run failed." } };
    case "running":
    case "cancelling":
    case "cancelled":
      return { status: row.status };
  }
}

/** What toRun reads: of a run `r`, and of the profile `p` of whoever started it. */
export function runColumns(tx: postgres.ISql) {
  return tx`
    r.id, r.organisation_id, r.workflow, r.name, r.priority, r.status, r.status_reason, r.input, r.output, r.error,
    ('{' || longhaul.progress_text(r.status, r.stages, r.tallies, r.said) || '}')::json as seen, r.attempt, r.last_seq, r.definition_hash, r.correlation_id, r.created_by,
    p.display_name as created_by_name, r.created_at, r.started_at, r.finished_at, r.cancel_requested_at,
    r.tags, r.not_before, r.lane, r.rerun_of, r.rerun_from, r.pinned,
    longhaul.expires_at(r.organisation_id, r.finished_at, r.pinned) as expires_at`;
}

export function toRun(row: RunRow): Run {
  return {
    ...stateOf(row),
    id: row.id,
    organisationId: row.organisation_id,
    workflow: row.workflow,
    name: row.name,
    priority: row.priority,
    input: row.input,
    attempt: row.attempt,
    lastSeq: row.last_seq,
    ...row.seen,
    correlationId: row.correlation_id,
    definitionHash: row.definition_hash,
    createdBy:
      row.created_by === null ? null : { id: row.created_by, name: row.created_by_name ?? "Former member" },
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    cancelRequestedAt: row.cancel_requested_at,
    tags: row.tags,
    notBefore: row.not_before,
    lane: row.lane,
    rerunOf: row.rerun_of,
    rerunFrom: row.rerun_from,
    pinned: row.pinned,
    expiresAt: row.expires_at,
    typicalSeconds: row.typical_seconds,
  };
}

export interface EventRow {
  run_id: string;
  seq: number;
  type: RunEvent["type"];
  at: string;
  attempt: number;
  step: string | null;
  item_path: string | null;
  visit: number | null;
  stage: string | null;
  data: RunEvent["data"];
}

export function toEvent(row: EventRow): RunEvent {
  const { run_id, item_path, ...rest } = row;
  return { runId: run_id, ...rest, itemPath: item_path };
}

export interface StepRow {
  step: string;
  item_path: string;
  visit: number;
  stage: string | null;
  status: RunStep["status"];
  undoes: string | null;
  copied_from: string | null;
  tries: number;
  progress: number;
  message: string | null;
  input: RunStep["input"];
  output: RunStep["output"];
  error: RunError | null;
  started_at: string;
  finished_at: string | null;
}

export function toStep(row: StepRow): RunStep {
  const { item_path, copied_from, started_at, finished_at, ...rest } = row;
  return {
    ...rest,
    itemPath: item_path,
    copiedFrom: copied_from,
    startedAt: started_at,
    finishedAt: finished_at,
  };
}

export interface ArtifactRow {
  id: string;
  organisation_id: string;
  run_id: string | null;
  step: string | null;
  kind: Artifact["kind"];
  status: Artifact["status"];
  name: string;
  content_type: string;
  size: number | null;
  sha256: string | null;
  path: string;
  created_at: string;
}

export function toArtifact(row: ArtifactRow): Artifact {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    runId: row.run_id,
    step: row.step,
    kind: row.kind,
    status: row.status,
    name: row.name,
    contentType: row.content_type,
    size: row.size,
    sha256: row.sha256,
    path: row.path,
    createdAt: row.created_at,
  };
}

export interface NotificationRow {
  id: string;
  run_id: string;
  channel: Notification["channel"];
  recipient: string;
  subject: string;
  body: string;
  status: Notification["status"];
  provider_message_id: string | null;
  error: string | null;
  created_at: string;
}

export function toNotification(row: NotificationRow): Notification {
  return {
    id: row.id,
    runId: row.run_id,
    channel: row.channel,
    recipient: row.recipient,
    subject: row.subject,
    body: row.body,
    status: row.status,
    providerMessageId: row.provider_message_id,
    error: row.error,
    createdAt: row.created_at,
  };
}
