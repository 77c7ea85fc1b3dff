export type { AsyncOperationState, KeyValueStore } from "./async-operation.js";
export { LonghaulContext, useLonghaul } from "./context.js";
export type { RunView } from "./run-store.js";
export {
  type AsyncOperationOptions,
  type UsedAsyncOperation,
  useAsyncOperation,
} from "./use-async-operation.js";
export { useLive, useLiveState } from "./use-live.js";
export { type UsedRun, useRun } from "./use-run.js";
