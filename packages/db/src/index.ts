export * as approvals from "./approvals.js";
export type {
  ApprovalAnswer,
  ApprovalPage,
  ApprovalRequest,
  Decided,
  ListApprovals,
  RunIsOver,
} from "./approvals.js";
export * as artifacts from "./artifacts.js";
export * as campaigns from "./campaigns.js";
export type { ListedCampaign } from "./campaigns.js";
export * as company from "./company.js";
export { type CompanyFields, type CompanyProfile, type CompanyStep, companySteps } from "./company.js";
export * as connections from "./connections.js";
export type { Connection, Instance, SyncedInstance } from "./connections.js";
export {
  asCaller,
  asDispatcher,
  type ConnectOptions,
  connect,
  type Database,
  type DatabaseCaller,
  DatabaseRefusal,
  type Tx,
} from "./database.js";
export * as deadLetters from "./dead-letters.js";
export type { DeadLetter } from "./dead-letters.js";
export * as definitions from "./definitions.js";
export type { Definition } from "./definitions.js";
export * as dispatch from "./dispatch.js";
export type { Dispatchable, ExecutionEnd, Outcome, RunUnderWay, Started, Taken } from "./dispatch.js";
export * as history from "./history.js";
export * as invitationMails from "./invitation-mails.js";
export type { MailNote, TakenMail } from "./invitation-mails.js";
export * as limits from "./limits.js";
export type { Limits } from "./limits.js";
export * as lives from "./lives.js";
export type { CancelRequest, CheckpointEdit } from "./lives.js";
export * as me from "./me.js";
export type { Me, MeUpdate } from "./me.js";
export * as members from "./members.js";
export type { Invitation, InvitationMail, InvitedRole, OrganisationMember } from "./members.js";
export * as plans from "./plans.js";
export type { Plan } from "./plans.js";
export * as queryTemplates from "./query-templates.js";
export type { ListQueryTemplates, QueryTemplate, QueryTemplateFields } from "./query-templates.js";
export * as retention from "./retention.js";
export * as runs from "./runs.js";
export type { ListRuns, RunFilter, RunPage, StartRun, Taking } from "./runs.js";
export * as schedules from "./schedules.js";
export type { Schedule, ScheduleToCarry } from "./schedules.js";
export * as sqlWorkflows from "./sql-workflows.js";
export type { Execution, SqlWorkflow, SqlWorkflowCard, SqlWorkflowFields } from "./sql-workflows.js";
export { stepStore } from "./step-store.js";
export * as twins from "./twins.js";
export type {
  ListedTwin,
  Twin,
  TwinDocument,
  TwinEpoch,
  TwinState,
  TwinVersion,
} from "./twins.js";
export * as undo from "./undo.js";
export type { Compensation, Undo } from "./undo.js";
export * as watching from "./watching.js";
export type { Watched, WatchedChanges } from "./watching.js";
export * as webhooks from "./webhooks.js";
export type {
  Delivery,
  DeliveryNote,
  DeliveryStatus,
  TakenDelivery,
  Webhook,
  WebhookKind,
} from "./webhooks.js";
export { webhookKinds } from "./webhooks.js";
export { databaseUrlFault } from "./url.js";
