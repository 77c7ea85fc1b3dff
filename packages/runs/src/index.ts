export { cancelRun } from "./cancel.js";
export type { Caller, RunsDependencies, RunsLogger } from "./dependencies.js";
export { inputFiles } from "./input.js";
export { type InputIssue, type RefusalCode, RunsRefusal } from "./refusal.js";
export { type StartRequest, startRun } from "./start.js";
