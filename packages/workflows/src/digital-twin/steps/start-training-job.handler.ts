import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import { trainingEnv } from "../training/env.js";
import { type TrainingJobs, trainingJobs } from "../training/jobs.js";
import { requireOwn } from "../training/own.js";
import { jobName, type TrainingPlace, trainingRequest } from "../training/request.js";
import { startTrainingJob } from "./start-training-job.js";

function placeOf(): TrainingPlace {
  const { TRAINING_BUCKET, TRAINING_ROLE_ARN, TRAINING_IMAGE } = trainingEnv();
  return { bucket: TRAINING_BUCKET, roleArn: TRAINING_ROLE_ARN, image: TRAINING_IMAGE };
}

/** @throws FatalError TRAINING_REFUSED, TRAINING_ELSEWHERE; RetryableError TRAINING_LIMIT */
export async function startJob(
  input: StepInput<typeof startTrainingJob>,
  ctx: StepContext,
  jobs: TrainingJobs = trainingJobs(),
  place: TrainingPlace = placeOf(),
): Promise<{ job: string }> {
  requireOwn(input.prefix, ctx.run);
  const job = jobName(ctx.run.id, ctx.attempt);
  await ctx.records.call("twin_training", { job });
  const simulation = ctx.simulation ? input.simulation : undefined;
  await jobs.start(trainingRequest({ ...input, job, simulation }, place));
  // Cancelled meanwhile: without a checkpoint nobody would take it back.
  if (ctx.signal.aborted) await jobs.stop(job);
  ctx.signal.throwIfAborted();
  ctx.log.info(`The training job ${job} has been started.`, { job, instanceType: input.instanceType });
  return { job };
}

export default implement(startTrainingJob, (input, ctx) => startJob(input, ctx));
