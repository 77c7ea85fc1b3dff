export { endedError, taskError } from "./failures.js";
export { handlerProblem } from "./handler-problem.js";
export { type StepPayload, stepPayloadSchema } from "./payload.js";
export { type Clock, type Logger, type ObjectStore, systemClock } from "./ports.js";
export {
  type LambdaContext,
  type StepHandler,
  type StepHandlerOptions,
  type StepObservation,
  type StepResult,
  stepHandler,
} from "./step-handler.js";
export type {
  LeaseAnswer,
  LeasedRun,
  LeaseRequest,
  LeaseState,
  RecordAnswer,
  StepEvent,
  StepKey,
  StepLease,
  StepStore,
  StoredArtifact,
} from "./step-store.js";
