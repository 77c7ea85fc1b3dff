import { FatalError, implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import type { EpochResult } from "../result.js";
import { files } from "../trainer/container.js";
import { type TrainingJob, type TrainingJobs, trainingJobs } from "../training/jobs.js";
import { epochsIn } from "../training/metrics.js";
import { type TrainingObjects, trainingObjects } from "../training/objects.js";
import { elsewhere, requireOwn } from "../training/own.js";
import { jobName } from "../training/request.js";
import { checkTrainingStatus } from "./check-training-status.js";

/** Another attempt of the run starts another job, which goes on from the last epoch. */
const attemptHelps = true;

/** @throws FatalError TRAINING_FAILED, TRAINING_STOPPED, TRAINING_TOO_LONG, TRAINING_GONE, TRAINING_ELSEWHERE */
export async function checkJob(
  { job: started, prefix, epochs: expected }: StepInput<typeof checkTrainingStatus>,
  ctx: StepContext,
  jobs: TrainingJobs = trainingJobs(),
  objects: TrainingObjects = trainingObjects(),
) {
  requireOwn(prefix, ctx.run);
  const place = `s3://${objects.bucket}/${prefix}`;
  const job = await jobOf({ started, place }, ctx, jobs);
  const epochs = epochsIn(await objects.get(`${prefix}checkpoints/${files.metrics}`));
  const known = Number(
    await ctx.records.call("twin_measured", { epochs: epochs.map((epoch) => ({ ...epoch })) }),
  );
  for (const epoch of epochs.slice(known)) ctx.log.info(sentence(epoch), { ...epoch });
  const last = epochs.at(-1) ?? null;
  const share = job.status === "Completed" ? 1 : (last?.epoch ?? 0) / (expected + 1);
  ctx.progress(Math.min(1, share), last ? `Epoch ${last.epoch} of ${expected}` : job.phase);
  refuseBadEnd(job);
  return {
    status: job.status === "Completed" ? ("Completed" as const) : ("InProgress" as const),
    job: job.name,
    model: job.status === "Completed" ? job.model : null,
    last,
    nextCheckSeconds: pause(Date.now() - job.createdAt.getTime()),
  };
}

/**
 * The job that was started; or, where the run is tried again after that one has ended badly, another one in its place,
 * which goes on from the last epoch.
 */
async function jobOf(
  { started, place }: { started: string; place: string },
  ctx: StepContext,
  jobs: TrainingJobs,
): Promise<TrainingJob> {
  const first = await jobs.find(started);
  // A name that was given may be another organisation's job.
  if (first && !first.leavesAt.startsWith(place)) elsewhere();
  const ours = jobName(ctx.run.id, ctx.attempt);
  const over = first === null || first.status === "Failed" || first.status === "Stopped";
  if (!over || started === ours) return first ?? gone();
  const second = await jobs.find(ours);
  if (second) return second;
  await jobs.repeat(started, ours);
  ctx.log.info(`The training job ${ours} has been started in place of ${started}.`);
  return (await jobs.find(ours)) ?? gone();
}

function gone(): never {
  throw new FatalError("SageMaker does not know the training job any more.", {
    code: "TRAINING_GONE",
    attemptHelps,
  });
}

function refuseBadEnd({ status, phase, reason }: TrainingJob): void {
  if (status === "Failed") {
    const why = (reason ?? "no reason was given").replace(/^AlgorithmError: /, "").slice(0, 500);
    throw new FatalError(`The training failed: ${why}`, {
      code: "TRAINING_FAILED",
      cause: reason,
      attemptHelps,
    });
  }
  if (status !== "Stopped") return;
  if (phase === "MaxRuntimeExceeded" || phase === "MaxWaitTimeExceeded") {
    throw new FatalError("The training took longer than it may, and was stopped.", {
      code: "TRAINING_TOO_LONG",
      attemptHelps,
    });
  }
  throw new FatalError("The training was stopped from outside.", { code: "TRAINING_STOPPED", attemptHelps });
}

/** Soon at first; a training of hours is looked after every two minutes, for an execution has a history to keep. */
function pause(ageMs: number): number {
  const minutes = ageMs / 60_000;
  if (minutes < 2) return 2;
  if (minutes < 20) return 10;
  return minutes < 120 ? 60 : 120;
}

function sentence({ epoch, validationPerplexity, validationMrr }: EpochResult): string {
  return `Epoch ${epoch}: perplexity ${validationPerplexity.toFixed(1)}, retrieval ${validationMrr.toFixed(2)}.`;
}

export default implement(checkTrainingStatus, (input, ctx) => checkJob(input, ctx));
