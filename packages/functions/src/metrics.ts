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
    const one = metrics.singleMetric();
    one.addDimensions({ workflow: options.workflow, step });
    one.addMetadata("run", run);
    one.addMetadata("attempt", String(attempt));
    one.addMetadata("outcome", outcome);
    one.addMetric(counted(outcome), MetricUnit.Count, 1);
    if (outcome !== "answered") {
      const took = metrics.singleMetric();
      took.addDimensions({ workflow: options.workflow, step });
      took.addMetric("StepDuration", MetricUnit.Milliseconds, milliseconds);
    }
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
