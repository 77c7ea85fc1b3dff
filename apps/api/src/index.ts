export { type Caller, type CallerOptions, createCaller } from "./caller.js";
export { type Clock, systemClock } from "./clock.js";
export type { Services } from "./context.js";
export { type Environment, readEnvironment } from "./env.js";
export type { ErrorCode, ErrorData, InputIssue } from "./errors.js";
export {
  type Doorbell,
  type DoorbellOptions,
  openDoorbell,
  type Ring,
  type TextOfRun,
} from "./feed/doorbell.js";
export { createLogger, type Logger } from "./logger.js";
export type { NumberedSubscription } from "./feed/subscription.js";
export type { OpenApprovals } from "./feed/approvals-view.js";
export type { RunListUpdate } from "./feed/run-list-view.js";
export type { RunMessage, RunTexts, RunUpdate } from "./feed/message.js";
export type { RunText } from "./feed/text.js";
export { type AppRouter, procedureNames } from "./router.js";
export type { ApprovalList } from "./routers/approvals.js";
export type { UploadTarget } from "./routers/artifacts.js";
export type { CamelCase, WorkflowCard, WorkflowDetails } from "./routers/catalogue.js";
export type { Me } from "./routers/me.js";
export type { RunDetails, RunPage } from "./routers/runs.js";
export type { RunOf, RunUpdateOf, Started } from "./routers/workflows.js";
export { type Api, type ApiOptions, createApi, trpcPath } from "./server.js";
export { createServices, type OwnedServices, type ServiceOverrides } from "./services.js";
