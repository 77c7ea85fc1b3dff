import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  SageMakerClient,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { awsCalls, FatalError, RetryableError } from "@longhaul/kit/step";

/** A training job, as far as a step needs to know it. */
export interface TrainingJob {
  readonly name: string;
  readonly status: "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";
  /** What it is at, in SageMaker's word. */
  readonly phase: string;
  readonly reason: string | null;
  /** s3:// of what it has left. */
  readonly model: string | null;
  /** s3:// under which it leaves what it makes. */
  readonly leavesAt: string;
  readonly createdAt: Date;
}

/** SageMaker, as steps see it. */
export interface TrainingJobs {
  /** Starts a job; one of that name that is there already is the same one, of an earlier try. */
  start(request: CreateTrainingJobCommandInput): Promise<void>;
  /** Starts another job with all that an earlier one had. */
  repeat(earlier: string, name: string): Promise<void>;
  /** Null where there is no such job. */
  find(name: string): Promise<TrainingJob | null>;
  /** One that has ended, or was never there, is stopped already. */
  stop(name: string): Promise<void>;
}

let made: TrainingJobs | undefined;

export function trainingJobs(): TrainingJobs {
  made ??= jobsOf(new SageMakerClient({ requestHandler: awsCalls }));
  return made;
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");

/** SageMaker says ValidationException for both: a request that is wrong, and a job that is not there. */
const isUnknown = (error: unknown): boolean =>
  nameOf(error) === "ResourceNotFound" ||
  (error instanceof Error && /resource not found/i.test(error.message));

function jobsOf(client: SageMakerClient): TrainingJobs {
  const describe = async (name: string): Promise<DescribeTrainingJobCommandOutput | null> => {
    try {
      return await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    } catch (error) {
      if (isUnknown(error)) return null;
      throw error;
    }
  };
  const start = async (request: CreateTrainingJobCommandInput): Promise<void> => {
    try {
      await client.send(new CreateTrainingJobCommand(request));
    } catch (error) {
      if (nameOf(error) === "ResourceInUse") return;
      throw problemOf(error);
    }
  };
  return {
    start,
    async repeat(earlier, TrainingJobName) {
      const job = await describe(earlier);
      if (!job)
        throw new FatalError("The training that is to be repeated is no longer known.", {
          code: "TRAINING_GONE",
        });
      const { HyperParameters, AlgorithmSpecification, RoleArn, InputDataConfig, OutputDataConfig } = job;
      const { ResourceConfig, StoppingCondition, CheckpointConfig, EnableManagedSpotTraining } = job;
      await start({
        ...{
          TrainingJobName,
          HyperParameters,
          AlgorithmSpecification,
          RoleArn,
          InputDataConfig,
          OutputDataConfig,
        },
        ...{ ResourceConfig, StoppingCondition, CheckpointConfig, EnableManagedSpotTraining },
      });
    },
    async find(name) {
      const job = await describe(name);
      return job && seen(name, job);
    },
    async stop(TrainingJobName) {
      try {
        await client.send(new StopTrainingJobCommand({ TrainingJobName }));
      } catch (error) {
        if (isUnknown(error) || nameOf(error) === "ValidationException") return;
        throw error;
      }
    },
  };
}

function seen(name: string, job: DescribeTrainingJobCommandOutput): TrainingJob {
  return {
    name,
    status: (job.TrainingJobStatus ?? "InProgress") as TrainingJob["status"],
    phase: job.SecondaryStatus ?? "Starting",
    reason: job.FailureReason ?? null,
    model: job.ModelArtifacts?.S3ModelArtifacts ?? null,
    leavesAt: job.OutputDataConfig?.S3OutputPath ?? "",
    createdAt: job.CreationTime ?? new Date(),
  };
}

/** What a refused job means for the step. */
function problemOf(error: unknown): unknown {
  const name = nameOf(error);
  if (name === "ResourceLimitExceeded") {
    return new RetryableError("The account has no machine of this kind free at the moment.", {
      code: "TRAINING_LIMIT",
      cause: error,
    });
  }
  if (name === "ValidationException" || name === "AccessDeniedException") {
    return new FatalError(`The training could not be started: ${(error as Error).message}`, {
      code: "TRAINING_REFUSED",
      cause: error,
    });
  }
  return error;
}
