export { AwsError } from "./aws-error.js";
export { invokeHandlers, type LambdaContext, type LambdaHandler } from "./handlers/lambda.js";
export { type MockConfig, MockConfigError, parseMockConfig } from "./mocking/config.js";
export { overridesFromMocks } from "./mocking/overrides.js";
export { openStepFunctions, type StepFunctions, type StepFunctionsOptions } from "./open.js";
export {
  type LambdaInvoker,
  type LogEntry,
  type Logger,
  type ObjectStore,
  type OverrideCall,
  type Overrides,
  type ServiceCall,
  type ServiceInvoker,
  type StatusChangeEvent,
  TaskFailure,
} from "./ports.js";
export { type Clock, systemClock, VirtualClock } from "./shell/clock.js";
export {
  DataDirectoryDamagedError,
  DataDirectoryFormatError,
  DataDirectoryInUseError,
  DataDirectoryWriteError,
} from "./store/errors.js";
