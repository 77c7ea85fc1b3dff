import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import { type TrainingJobs, trainingJobs } from "../training/jobs.js";
import { jobName } from "../training/request.js";
import { stopTrainingJob } from "./stop-training-job.js";

/** Stops the job that was started, and those that later attempts have started in its place. */
export async function stopJob(
  { output }: StepInput<typeof stopTrainingJob>,
  ctx: StepContext,
  jobs: TrainingJobs = trainingJobs(),
): Promise<null> {
  const names = new Set([output.job]);
  for (let attempt = 2; attempt <= ctx.attempt; attempt += 1) names.add(jobName(ctx.run.id, attempt));
  for (const name of names) await jobs.stop(name);
  await ctx.records.call("twin_failed", { outcome: "cancelled" });
  ctx.log.info("The training job was told to stop.");
  return null;
}

export default implement(stopTrainingJob, (input, ctx) => stopJob(input, ctx));
