import type { StepContext } from "@longhaul/kit/step";
import type { TrainingObjects } from "../training/objects.js";
import { elsewhere, requireOwn } from "../training/own.js";
import { modelIn } from "./archive.js";
import { readModel, type TwinModel } from "./model.js";

/** Models that one process keeps: the last ones that were asked. */
const most = 3;
const kept = new Map<string, Promise<TwinModel>>();

/**
 * The model at an address of S3, from the bucket or from those that were asked before: what a version has left never changes.
 *
 * @throws FatalError TRAINING_ELSEWHERE where it is not the organisation's of `run`; Error where it is not there.
 */
export async function loadModel(
  uri: string,
  objects: TrainingObjects,
  run: StepContext["run"],
): Promise<TwinModel> {
  const key = keyOf(uri, objects);
  requireOwn(key, run);
  const known = kept.get(uri);
  const model = known ?? read(uri, key, objects);
  kept.delete(uri);
  kept.set(uri, model);
  for (const oldest of [...kept.keys()].slice(0, -most)) kept.delete(oldest);
  try {
    return await model;
  } catch (error) {
    kept.delete(uri);
    throw error;
  }
}

function keyOf(uri: string, { bucket }: TrainingObjects): string {
  const start = `s3://${bucket}/`;
  return uri.startsWith(start) ? uri.slice(start.length) : elsewhere();
}

async function read(uri: string, key: string, objects: TrainingObjects): Promise<TwinModel> {
  const bytes = await objects.get(key);
  if (bytes === null) throw new Error(`The model ${uri} is no longer there.`);
  return readModel(await modelIn(bytes));
}
