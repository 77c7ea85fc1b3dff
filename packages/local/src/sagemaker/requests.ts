import { z } from "zod";
import { invalid } from "./errors.js";

const jobName = z.string().regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
const s3Uri = z
  .string()
  .max(1024)
  .regex(/^(https|s3):\/\/([^/]+)\/?(.*)$/);

const channel = z.object({
  ChannelName: z
    .string()
    .regex(/^[A-Za-z0-9.\-_]+$/)
    .max(64),
  DataSource: z.object({
    S3DataSource: z.object({
      S3DataType: z.enum(["S3Prefix"]),
      S3Uri: s3Uri,
      S3DataDistributionType: z.enum(["FullyReplicated", "ShardedByS3Key"]).optional(),
    }),
  }),
  ContentType: z.string().max(256).optional(),
  CompressionType: z.enum(["None"]).optional(),
  InputMode: z.enum(["File"]).optional(),
});

/** Of CreateTrainingJob, what the local cloud has. Source: the API reference of SageMaker. */
export const createSchema = z
  .strictObject({
    TrainingJobName: jobName,
    HyperParameters: z.record(z.string().max(256), z.string().max(2_500)).default({}),
    AlgorithmSpecification: z.strictObject({
      TrainingImage: z.string().max(255),
      TrainingInputMode: z.enum(["File"]),
      MetricDefinitions: z
        .array(z.object({ Name: z.string().min(1).max(255), Regex: z.string().min(1).max(500) }))
        .max(40)
        .default([]),
      EnableSageMakerMetricsTimeSeries: z.boolean().optional(),
    }),
    RoleArn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/),
    InputDataConfig: z.array(channel).min(1).max(20),
    OutputDataConfig: z.object({ S3OutputPath: s3Uri, KmsKeyId: z.string().optional() }),
    ResourceConfig: z.object({
      InstanceType: z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/),
      InstanceCount: z.int().min(1).max(100),
      VolumeSizeInGB: z.int().min(1),
    }),
    StoppingCondition: z.object({
      MaxRuntimeInSeconds: z.int().min(1).max(2_419_200).default(86_400),
      MaxWaitTimeInSeconds: z.int().min(1).optional(),
    }),
    EnableManagedSpotTraining: z.boolean().default(false),
    EnableNetworkIsolation: z.boolean().default(false),
    CheckpointConfig: z
      .object({ S3Uri: s3Uri, LocalPath: z.literal("/opt/ml/checkpoints").optional() })
      .optional(),
    Tags: z
      .array(z.object({ Key: z.string().max(128), Value: z.string().max(256) }))
      .max(50)
      .optional(),
  })
  .superRefine(({ EnableManagedSpotTraining: spot, StoppingCondition: stop }, context) => {
    const { MaxRuntimeInSeconds: run, MaxWaitTimeInSeconds: wait } = stop;
    const wrong =
      spot && wait === undefined
        ? "Managed spot training needs MaxWaitTimeInSeconds."
        : !spot && wait !== undefined
          ? "MaxWaitTimeInSeconds is for managed spot training only."
          : wait !== undefined && wait < run
            ? "MaxWaitTimeInSeconds must be equal to or greater than MaxRuntimeInSeconds."
            : null;
    if (wrong) context.addIssue({ code: "custom", path: ["StoppingCondition"], message: wrong });
  });
export type CreateRequest = z.output<typeof createSchema>;

export const nameSchema = z.object({ TrainingJobName: jobName });

const time = z.number().optional();
export const listSchema = z.object({
  StatusEquals: z.enum(["InProgress", "Completed", "Failed", "Stopping", "Stopped"]).optional(),
  NameContains: z.string().max(63).optional(),
  CreationTimeAfter: time,
  CreationTimeBefore: time,
  SortBy: z.enum(["Name", "CreationTime", "Status"]).default("CreationTime"),
  SortOrder: z.enum(["Ascending", "Descending"]).default("Ascending"),
  MaxResults: z.int().min(1).max(100).default(10),
  NextToken: z.string().max(8192).optional(),
});
export type ListRequest = z.output<typeof listSchema>;

/** @throws AwsError ValidationException that names what is wrong, and what the local cloud does not have. */
export function parsed<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === "unrecognized_keys") {
    throw invalid(`The local cloud does not have ${issue.keys.join(", ")} of CreateTrainingJob.`);
  }
  throw invalid(
    `1 validation error detected: Value at '${issue?.path.map(String).join(".") || "request"}' failed to satisfy constraint: ${issue?.message ?? "not valid"}`,
  );
}
