import type { RetryPolicy } from "../../step/step.js";
import type { Block } from "../draft.js";
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
  "StepBusy",
  "StepLeaseLost",
  "StepStoreFailed",
];

export function retriers(policy: RetryPolicy, never: readonly string[] = ["FatalError", "StepCancelled"]) {
  return [
    { ErrorEquals: never, MaxAttempts: 0 },
    {
      ErrorEquals: platformErrors,
      IntervalSeconds: 1,
      BackoffRate: 2,
      MaxAttempts: 8,
      MaxDelaySeconds: 30,
      JitterStrategy: "FULL",
    },
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

/** The key of a state's checkpoint, and whose run it is: what every payload begins with. */
export function checkpointKey(state: string, block: Block) {
  return {
    run: "{% $states.context.Execution.Input.run %}",
    attempt: "{% $states.context.Execution.Input.attempt %}",
    correlationId: "{% $states.context.Execution.Input.correlationId %}",
    state,
    itemPath: block.itemPath ? expressed(block.itemPath, block) : "",
    visit: 0,
  };
}

export function stepTask({ step, name, input }: StepNode, block: Block): AslState {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: {
      FunctionName: `\${${step.name}}`,
      Payload: { ...checkpointKey(name, block), input: written(input, resolveIn(block)) },
    },
    TimeoutSeconds: step.timeoutSeconds + taskMarginSeconds,
    Retry: retriers(step.retry),
  };
}
