import type { CreateTrainingJobCommandInput } from "@aws-sdk/client-sagemaker";
import type { Simulation } from "../contract.js";

export interface TrainingOrder {
  readonly job: string;
  /** Of the bucket, with a slash at its end. */
  readonly prefix: string;
  readonly epochs: number;
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly spot: boolean;
  readonly maxRuntimeSeconds: number;
  readonly simulation: Simulation | undefined;
}

export interface TrainingPlace {
  readonly bucket: string;
  readonly roleArn: string;
  readonly image: string;
}

const metric = (Name: string, word: string) => ({ Name, Regex: `${word}=([0-9.]+);` });

/** The job of one attempt of a run: its name is the same for each try of the step. */
export const jobName = (runId: string, attempt: number): string => `longhaul-${runId}-${attempt}`;

/** A training job of one version, as SageMaker wants it. */
export function trainingRequest(order: TrainingOrder, place: TrainingPlace): CreateTrainingJobCommandInput {
  const { job, prefix, epochs, spot, maxRuntimeSeconds, simulation } = order;
  const at = (path: string) => `s3://${place.bucket}/${prefix}${path}`;
  return {
    TrainingJobName: job,
    HyperParameters: {
      epochs: String(epochs),
      ...(simulation?.training && { fault: simulation.training }),
      ...(simulation?.paceSeconds !== undefined && { pace_seconds: String(simulation.paceSeconds) }),
    },
    AlgorithmSpecification: {
      TrainingImage: place.image,
      TrainingInputMode: "File",
      MetricDefinitions: [
        metric("epoch", "epoch"),
        metric("train:perplexity", "train_perplexity"),
        metric("validation:perplexity", "validation_perplexity"),
        metric("validation:mrr", "validation_mrr"),
      ],
    },
    RoleArn: place.roleArn,
    InputDataConfig: [
      {
        ChannelName: "training",
        DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: at("documents/") } },
      },
    ],
    OutputDataConfig: { S3OutputPath: at("output") },
    // Kept while it trains: from here an interrupted job goes on, and who watches reads the epochs.
    CheckpointConfig: { S3Uri: at("checkpoints") },
    ResourceConfig: {
      InstanceType: order.instanceType as "ml.m5.large",
      InstanceCount: order.instanceCount,
      VolumeSizeInGB: 10,
    },
    StoppingCondition: {
      MaxRuntimeInSeconds: maxRuntimeSeconds,
      ...(spot && { MaxWaitTimeInSeconds: 2 * maxRuntimeSeconds }),
    },
    ...(spot && { EnableManagedSpotTraining: true }),
  };
}
