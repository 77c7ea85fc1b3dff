export { approvalTask } from "./approval-task.js";
export { decideApproval, deliverDecision } from "./approvals.js";
export { type Bell, lambdaBell } from "./bell.js";
export { cancelRun } from "./cancel.js";
export { closeRun, statusChangeSchema } from "./close.js";
export { compensationsTask } from "./compensate.js";
export { deadLetter, requeue, sendRun } from "./consume.js";
export { registerDefinitions } from "./definitions.js";
export type { Caller, RunsDependencies, RunsLogger, StartDispatcher } from "./dependencies.js";
export {
  type Dispatched,
  type DispatchOptions,
  dispatchNext,
  dispatchQueued,
  holdSeconds,
} from "./dispatch.js";
export { executionArnOf } from "./execution.js";
export { inputFiles, maxInputBytes } from "./input.js";
export { type InvitationRequest, inviteMember, mailInvitationAgain } from "./invitations/invite.js";
export type { Mail } from "./invitations/mail.js";
export {
  type MailedCount,
  forgetInvitationMails,
  mailInvitations,
  type SendMail,
} from "./invitations/send.js";
export { type QueueMessage, queueMessageSchema, type RunQueue, snsRunQueue } from "./queue.js";
export { type Reconciled, type ReconcileOptions, reconcile } from "./reconcile.js";
export { type InputIssue, type RefusalCode, RunsRefusal, toInputIssue } from "./refusal.js";
export { type RerunFromRequest, type RerunRequest, rerun, rerunFrom } from "./rerun.js";
export { type ObjectRemover, type Swept, type SweepOptions, sweepExpired } from "./retention.js";
export { retryRun } from "./retry.js";
export { nextTimes } from "./schedules/cron.js";
export {
  eventBridgeClock,
  firingSchema,
  type ScheduleClock,
} from "./schedules/scheduler.js";
export {
  deleteSchedule,
  fireSchedule,
  pauseSchedule,
  saveSchedule,
  type ScheduleRequest,
  scheduleTag,
} from "./schedules/schedules.js";
export { type AddressRules } from "./webhooks/address.js";
export { type DeliveredCount, deliverWebhooks, forgetDeliveries } from "./webhooks/deliver.js";
export {
  replayDelivery,
  rotateWebhook,
  saveWebhook,
  testWebhook,
  type WebhookRequest,
} from "./webhooks/webhooks.js";
export { type StartRequest, startRun, startRunWith } from "./start.js";
export { type PruneOptions, pruneVersions } from "./versions.js";
