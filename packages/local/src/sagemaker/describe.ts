import type { JobRecord } from "./records.js";

const seconds = (ms: number): number => ms / 1000;

/** A job as DescribeTrainingJob gives it. Times are seconds since 1970. */
export function described(job: JobRecord): object {
  const { request, trainingStarted, ended } = job;
  const spent =
    trainingStarted === null ? null : Math.round(((ended ?? Date.now()) - trainingStarted) / 1000);
  const { Tags: _, ...shown } = request;
  return {
    ...shown,
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondary,
    CreationTime: seconds(job.created),
    LastModifiedTime: seconds(job.modified),
    ...(trainingStarted !== null && { TrainingStartTime: seconds(trainingStarted) }),
    ...(ended !== null && { TrainingEndTime: seconds(ended) }),
    ...(spent !== null && { TrainingTimeInSeconds: spent, BillableTimeInSeconds: spent }),
    ...(job.failure !== null && { FailureReason: job.failure }),
    ...(job.model !== null && { ModelArtifacts: { S3ModelArtifacts: job.model } }),
    SecondaryStatusTransitions: job.transitions.map(({ status, start, end, message }) => ({
      Status: status,
      StartTime: seconds(start),
      ...(end !== null && { EndTime: seconds(end) }),
      StatusMessage: message,
    })),
    FinalMetricDataList: Object.entries(job.metrics).map(([MetricName, { value, at }]) => ({
      MetricName,
      Value: value,
      Timestamp: seconds(at),
    })),
    EnableInterContainerTrafficEncryption: false,
  };
}

/** A job as ListTrainingJobs gives it. */
export function summarised({ name, arn, created, modified, ended, status }: JobRecord): object {
  return {
    TrainingJobName: name,
    TrainingJobArn: arn,
    CreationTime: seconds(created),
    LastModifiedTime: seconds(modified),
    ...(ended !== null && { TrainingEndTime: seconds(ended) }),
    TrainingJobStatus: status,
  };
}
