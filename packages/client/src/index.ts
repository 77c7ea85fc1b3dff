export { type Connection, type ConnectionOptions, createConnection, type TokenSource } from "./connection.js";
export { isLasting, LonghaulError, RunFailed, WaitTimeout } from "./errors.js";
export { type LiveHandlers, type LiveSource, openLive } from "./live/open-live.js";
export { newerRun, type RunLog } from "./live/run-log.js";
export type { StreamedText } from "./live/streamed-text.js";
export type { LiveMode, LiveState, LiveStatus, LiveTransport } from "./live/transport.js";
export { createLonghaul, type Longhaul, type LonghaulOptions } from "./longhaul.js";
export { randomKey } from "./start.js";
export type {
  ListOptions,
  RerunFromOptions,
  RerunOptions,
  RunsClient,
  StartedRun,
  StartOptions,
  WorkflowClient,
  WorkflowClients,
} from "./types.js";
export type { WaitOptions } from "./wait.js";
export type { WatchOptions } from "./watch.js";
