import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { StepObservation } from "@longhaul/kit/runtime";

/**
 * What CloudWatch counts of a step, written into its log in the embedded metric format: how long its handler took, how
 * often it succeeded, failed, and was answered from its checkpoint, by workflow and step.
 */
export function stepMetrics(options: {
  workflow: string;
  functionName: string;
}): (observation: StepObservation) => void {
  const metrics = new Metrics({ namespace: "Longhaul", serviceName: options.functionName });
  return ({ step, outcome, milliseconds, run, attempt }) => {
    metrics.addDimensions({ workflow: options.workflow, step });
    metrics.addMetadata("run", run);
    metrics.addMetadata("attempt", String(attempt));
    metrics.addMetadata("outcome", outcome);
    metrics.addMetric(counted(outcome), MetricUnit.Count, 1);
    if (outcome !== "answered") metrics.addMetric("StepDuration", MetricUnit.Milliseconds, milliseconds);
    metrics.publishStoredMetrics();
  };
}

function counted(outcome: StepObservation["outcome"]): string {
  switch (outcome) {
    case "succeeded":
      return "StepSucceeded";
    case "answered":
      return "StepAnswered";
    default:
      return "StepFailed";
  }
}
