export type { LambdaContext, LambdaHandler } from "../handlers/lambda.js";
export { MockConfigError } from "../mocking/config.js";
export type { ExecutionEvent } from "../observe/event.js";
export { type OverrideCall, TaskFailure } from "../ports.js";
export type { Callback } from "./callbacks.js";
export { type MemoryObjects, memoryObjects } from "./memory-objects.js";
export {
  type MachineOptions,
  openForTest,
  type StartOptions,
  type TestEngine,
  type TestOptions,
} from "./open-for-test.js";
export type { StateOverride } from "./overrides.js";
export type { Run } from "./run.js";
export { type RunMachineOptions, runMachine } from "./run-machine.js";
