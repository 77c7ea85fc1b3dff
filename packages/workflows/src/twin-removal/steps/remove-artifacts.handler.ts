import { implement, RetryableError, type StepContext, type StepInput } from "@longhaul/kit/step";
import { z } from "zod";
import { type TrainingJobs, trainingJobs } from "../../digital-twin/training/jobs.js";
import { type TrainingObjects, trainingObjects } from "../../digital-twin/training/objects.js";
import { removeArtifacts } from "./remove-artifacts.js";

const begunSchema = z
  .object({ name: z.string(), prefix: z.string().min(36), jobs: z.array(z.string()) })
  .nullable();
const removedSchema = z.object({ uploads: z.number() });

/** A repeat goes on where the first try has ended; a twin that is gone has nothing left. */
export async function removeTwin(
  { twinId }: StepInput<typeof removeArtifacts>,
  ctx: StepContext,
  objects: TrainingObjects = trainingObjects(),
  jobs: TrainingJobs = trainingJobs(),
) {
  const begun = begunSchema.parse(await ctx.records.call("twin_removal_began", { twin: twinId }));
  if (begun === null) return { name: "The twin", objects: 0, uploads: 0 };
  for (const job of begun.jobs) {
    await jobs.stop(job);
    const found = await jobs.find(job);
    // One that goes on would write again what is deleted now.
    if (found?.status === "InProgress" || found?.status === "Stopping") {
      throw new RetryableError("A training of the twin has still to stop.", { code: "TRAINING_NOT_STOPPED" });
    }
  }
  const count = await objects.removeAll(begun.prefix);
  const { uploads } = removedSchema.parse(await ctx.records.call("twin_removed", { twin: twinId }));
  ctx.log.info(`${begun.name} is deleted: ${count} objects and ${uploads} uploads.`);
  return { name: begun.name, objects: count, uploads };
}

export default implement(removeArtifacts, (input, ctx) => removeTwin(input, ctx));
