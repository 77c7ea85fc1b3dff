import { z } from "zod";

/** Roles in an organisation, weakest first; each may do what those before it may. */
export const roles = ["viewer", "operator", "admin", "owner"] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

/** Whether `role` may do what `needed` may. */
export function roleAtLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

export const priorities = ["low", "normal", "high", "urgent"] as const;
export const prioritySchema = z.enum(priorities);
export type Priority = z.infer<typeof prioritySchema>;

/** How a run reaches Step Functions: sent at once, or through a queue whose consumer sends it. */
export const lanes = ["direct", "queued"] as const;
export const laneSchema = z.enum(lanes);
export type Lane = z.infer<typeof laneSchema>;

/** How a person can be told about a run. */
export const channels = ["EMAIL", "SMS", "PUSH"] as const;
export const channelSchema = z.enum(channels);
export type Channel = z.infer<typeof channelSchema>;

/**
 * Why a run or step failed: `message` is for a person, `cause` for the engineer. `fatal` says that the step, or the
 * machine that decided it, has ruled out that trying the same again helps; where it is left out, nobody has said so.
 */
export const runErrorSchema = z.object({
  code: z.string().min(1),
  message: z.string(),
  cause: z.string().optional(),
  step: z.string().optional(),
  fatal: z.literal(true).optional(),
});
export type RunError = z.infer<typeof runErrorSchema>;

/**
 * The state of a run. A succeeded run has an output and cannot have an error; the table's CHECK
 * constraints (runs_* in packages/db) hold the same rules.
 */
export const runStateSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("queued"), reason: z.string().nullable() }),
  z.object({ status: z.literal("running") }),
  z.object({ status: z.literal("waiting"), waitingFor: z.string() }),
  z.object({ status: z.literal("cancelling") }),
  z.object({ status: z.literal("succeeded"), output: z.json() }),
  z.object({ status: z.literal("failed"), error: runErrorSchema }),
  z.object({ status: z.literal("cancelled") }),
  z.object({ status: z.literal("timed_out"), error: runErrorSchema }),
]);
export type RunState = z.infer<typeof runStateSchema>;
export type RunStatus = RunState["status"];

export const finalStatuses = ["succeeded", "failed", "cancelled", "timed_out"] as const;

/** Whether a run in this status has ended for good. */
export function isFinal(status: RunStatus): status is (typeof finalStatuses)[number] {
  return (finalStatuses as readonly string[]).includes(status);
}

/** A stage of a run as the dashboard draws it. `fraction` is 0..1. */
export const stageStateSchema = z.object({
  key: z.string(),
  label: z.string(),
  weight: z.number().positive(),
  fraction: z.number().min(0).max(1),
  status: z.enum(["pending", "running", "done", "failed"]),
  message: z.string().nullable(),
});
export type StageState = z.infer<typeof stageStateSchema>;

/** What every reader of a run sees. Times are ISO 8601 in UTC; `progress` is 0..1. */
export const runSchema = z.intersection(
  runStateSchema,
  z.object({
    id: z.uuid(),
    organisationId: z.uuid(),
    workflow: z.string(),
    name: z.string(),
    priority: prioritySchema,
    input: z.json(),
    attempt: z.number().int().positive(),
    lastSeq: z.number().int().positive(),
    progress: z.number().min(0).max(1),
    stages: z.array(stageStateSchema),
    correlationId: z.string(),
    definitionHash: z.string(),
    createdBy: z.object({ id: z.uuid(), name: z.string() }).nullable(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    cancelRequestedAt: z.iso.datetime().nullable(),
    tags: z.array(z.string()),
    /** A delayed start's time. */
    notBefore: z.iso.datetime().nullable(),
    lane: laneSchema,
    /** The run that this one repeats, from its beginning or from the state `rerunFrom` on. */
    rerunOf: z.uuid().nullable(),
    rerunFrom: z.string().nullable(),
    /** Kept for as long as it is pinned. */
    pinned: z.boolean(),
    /** When it is deleted with everything it has: null while it is under way or pinned. */
    expiresAt: z.iso.datetime().nullable(),
    /** Median duration of this organisation's last successful runs of the workflow, in seconds. */
    typicalSeconds: z.number().nonnegative().nullable(),
  }),
);
export type Run = z.infer<typeof runSchema>;

/** Every kind of event the run log knows; the CHECK run_events_type_known lists the same. */
export const eventTypes = [
  "run.queued",
  "run.started",
  "run.waiting",
  "run.cancelling",
  "run.retried",
  "run.repaired",
  "run.succeeded",
  "run.failed",
  "run.cancelled",
  "run.timed_out",
  "step.started",
  "step.progress",
  "step.log",
  "step.retrying",
  "step.succeeded",
  "step.failed",
  "compensation.started",
  "compensation.done",
  "approval.requested",
  "approval.decided",
  "artifact.created",
] as const;
export type EventType = (typeof eventTypes)[number];

/**
 * One entry of a run's log. `seq` starts at 1 and has no gaps. `step` is the state's name and
 * `stage` the stage it belongs to, both only on events of a step. What `data` holds:
 *
 * - run.queued { reason: sentence | null }; run.started { executionArn? } and, when a run that waited goes on,
 *   { resumed: true }; run.waiting { waitingFor: sentence }; run.retried { by: user id } (its `attempt` is the new
 *   one); run.repaired { repair: sentence }; run.succeeded {}; run.failed and run.timed_out { error: RunError };
 *   run.cancelling { by: user id | null }; run.cancelled {}
 * - step.started { try }; step.progress { fraction, message }; step.log { level, message, fields };
 *   step.retrying { error: RunError, try, retryAt: ISO time | null }; step.failed { error: RunError, try };
 *   step.succeeded { try }
 * - compensation.started { undoes: state, try }; compensation.done { undoes: state, try }; `step` is
 *   "Refund(Charge)". What it logs, and its failures, are events of a step of that name.
 * - approval.requested { approvalId, title, role, deadline: ISO time | null };
 *   approval.decided { approvalId, title, decision, by: { id, name } | null, byDefault }; `step` is its state
 * - artifact.created { artifactId, name, contentType, size }
 */
export const runEventSchema = z.object({
  runId: z.uuid(),
  seq: z.number().int().positive(),
  type: z.enum(eventTypes),
  at: z.iso.datetime(),
  attempt: z.number().int().positive(),
  step: z.string().nullable(),
  itemPath: z.string().nullable(),
  visit: z.number().int().nonnegative().nullable(),
  stage: z.string().nullable(),
  data: z.record(z.string(), z.json()),
});
export type RunEvent = z.infer<typeof runEventSchema>;

/** A checkpoint as the dashboard shows it. */
export const runStepSchema = z.object({
  step: z.string(),
  itemPath: z.string(),
  visit: z.number().int().nonnegative(),
  stage: z.string().nullable(),
  /**
   * Those of an approval are waiting and succeeded. "undone" is a step whose effect was taken back: it is done anew
   * if the run is tried again.
   */
  status: z.enum(["running", "retrying", "waiting", "succeeded", "failed", "undone"]),
  /** Of a compensation: the state whose effect it takes back. */
  undoes: z.string().nullable(),
  /** Of a checkpoint that another run has made: that run. */
  copiedFrom: z.uuid().nullable(),
  tries: z.number().int().positive(),
  progress: z.number().min(0).max(1),
  message: z.string().nullable(),
  input: z.json(),
  output: z.json().nullable(),
  error: runErrorSchema.nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});
export type RunStep = z.infer<typeof runStepSchema>;

/**
 * A decision that a run waits for, or has waited for. `form` is the JSON schema of `decision`; `role` who decides at
 * least. "expired": nobody decided in time, and `decision` is the default, null where there is none; "cancelled": the
 * run does not wait for it any more.
 */
export const approvalSchema = z.object({
  id: z.uuid(),
  organisationId: z.uuid(),
  runId: z.uuid(),
  workflow: z.string(),
  runName: z.string(),
  state: z.string(),
  itemPath: z.string(),
  visit: z.number().int().nonnegative(),
  title: z.string(),
  role: roleSchema,
  form: z.record(z.string(), z.json()),
  details: z.json(),
  status: z.enum(["open", "decided", "expired", "cancelled"]),
  decision: z.json(),
  decidedBy: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  decidedAt: z.iso.datetime().nullable(),
  deadline: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
export type Approval = z.infer<typeof approvalSchema>;

export const artifactSchema = z.object({
  id: z.uuid(),
  organisationId: z.uuid(),
  runId: z.uuid().nullable(),
  step: z.string().nullable(),
  kind: z.enum(["upload", "output"]),
  status: z.enum(["pending", "ready"]),
  name: z.string(),
  contentType: z.string(),
  /** Bytes. */
  size: z.number().int().nonnegative().nullable(),
  sha256: z.string().nullable(),
  path: z.string(),
  createdAt: z.iso.datetime(),
});
export type Artifact = z.infer<typeof artifactSchema>;

/** A message that was sent, or could not be sent, to a person about a run. */
export const notificationSchema = z.object({
  id: z.uuid(),
  runId: z.uuid(),
  channel: channelSchema,
  recipient: z.string(),
  subject: z.string(),
  body: z.string(),
  status: z.enum(["sent", "failed"]),
  providerMessageId: z.string().nullable(),
  error: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type Notification = z.infer<typeof notificationSchema>;
