import type { RetryPolicy, Step } from "../../step/step.js";
import type { Block } from "../draft.js";
import type { Expression } from "../expression.js";
import type { StepNode } from "../nodes.js";
import type { AslState } from "./asl.js";
import { expressed, resolveIn, written } from "./resolve.js";

/**
 * Time that a Task may take beyond its step's own: a cold start, and the wait for another holder's
 * lease to run out.
 */
const taskMarginSeconds = 30;

// Errors of the platform and of duplicates do not use up the tries that the step's own policy grants.
const platformErrors = [
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
  "StepStoreFailed",
];
/** A handler that blocks its process loses its lease each time: nobody is to wait for thirty of those. */
const duplicateErrors = ["StepBusy", "StepLeaseLost"];
const patience = { IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 30, JitterStrategy: "FULL" } as const;

/** Errors that trying again cannot help. */
const finalErrors = ["FatalError", "StepCancelled"];

export function retriers(policy: RetryPolicy, handledElsewhere: readonly string[] = []) {
  return [
    { ErrorEquals: [...finalErrors, ...handledElsewhere], MaxAttempts: 0 },
    {
      ErrorEquals: platformErrors,
      ...patience,
      // Six minutes and a half on the average, which a failover or a restart of the database has time in.
      MaxAttempts: 30,
    },
    { ErrorEquals: duplicateErrors, ...patience, MaxAttempts: 8 },
    {
      ErrorEquals: ["States.ALL"],
      IntervalSeconds: policy.intervalSeconds,
      BackoffRate: policy.backoffRate,
      MaxAttempts: policy.maxAttempts,
      MaxDelaySeconds: policy.maxDelaySeconds,
      JitterStrategy: "FULL",
    },
  ];
}

/** Whose run it is: what every payload begins with. */
export const runKey = {
  run: "{% $states.context.Execution.Input.run %}",
  attempt: "{% $states.context.Execution.Input.attempt %}",
  correlationId: "{% $states.context.Execution.Input.correlationId %}",
};

/** The key of a state's checkpoint. */
export function checkpointKey(state: string, visit: Expression | null, block: Block) {
  return {
    ...runKey,
    state,
    itemPath: block.itemPath ? expressed(block.itemPath, block) : "",
    visit: visit ? expressed(visit, block) : 0,
  };
}

export function stepTask({ step, name, input, visit }: StepNode, block: Block): AslState {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: {
      FunctionName: `\${${step.name}}`,
      Payload: { ...checkpointKey(name, visit, block), input: written(input, resolveIn(block)) },
    },
    TimeoutSeconds: timeoutOf(step),
    Retry: retriers(step.retry, step.retryAfter ? ["RetryAfter"] : []),
  };
}

export function timeoutOf({ timeoutSeconds }: Pick<Step, "timeoutSeconds">): number {
  return timeoutSeconds + taskMarginSeconds;
}
