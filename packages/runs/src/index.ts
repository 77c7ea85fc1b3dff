export { cancelRun } from "./cancel.js";
export { closeRun, statusChangeSchema } from "./close.js";
export type { Caller, RunsDependencies, RunsLogger } from "./dependencies.js";
export { type Dispatched, dispatchQueued } from "./dispatch.js";
export { inputFiles, maxInputBytes } from "./input.js";
export { type QueueMessage, queueMessageSchema, type RunQueue, snsRunQueue } from "./queue.js";
export { type Reconciled, type ReconcileOptions, reconcile } from "./reconcile.js";
export { type InputIssue, type RefusalCode, RunsRefusal } from "./refusal.js";
export { type StartRequest, startRun } from "./start.js";
