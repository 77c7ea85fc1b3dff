export { awsCalls, awsMessages, awsTransfers } from "./aws-calls.js";
export { stepEnvironment } from "./environment.js";
export {
  FatalError,
  type FatalErrorOptions,
  RetryableError,
  type RetryableErrorOptions,
  type StepErrorOptions,
} from "./errors.js";
export { refusedForGood } from "./refused-for-good.js";
export {
  type Delivery,
  defineStep,
  implement,
  maxArtifactBytes,
  type OpenArtifact,
  type OpenOptions,
  type Permission,
  type RetryPolicy,
  type StartedBy,
  type Step,
  type StepArtifacts,
  type StepConnections,
  type StepContext,
  type StepDeliveries,
  type StepImplementation,
  type StepInput,
  type StepLog,
  type StepOptions,
  type StepOutput,
  type StepRecords,
  type StepTextStream,
  type WriteOptions,
  type WrittenArtifact,
} from "./step.js";
