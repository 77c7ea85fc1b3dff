import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import { type TrainingJobs, trainingJobs } from "../training/jobs.js";
import { jobName } from "../training/request.js";
import { handleFailure } from "./handle-failure.js";

/** What may still be at work is stopped: nobody would come for what it makes. */
export async function noteFailure(
  { code, message }: StepInput<typeof handleFailure>,
  ctx: StepContext,
  jobs: TrainingJobs = trainingJobs(),
): Promise<null> {
  for (let attempt = 1; attempt <= ctx.attempt; attempt += 1) await jobs.stop(jobName(ctx.run.id, attempt));
  await ctx.records.call("twin_failed", { outcome: "failed", code, message });
  ctx.log.warn(message, { code });
  return null;
}

export default implement(handleFailure, (input, ctx) => noteFailure(input, ctx));
