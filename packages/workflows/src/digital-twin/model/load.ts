import type { TrainingObjects } from "../training/objects.js";
import { modelIn } from "./archive.js";
import { readModel, type TwinModel } from "./model.js";

/** Models that one process keeps: the last ones that were asked. */
const most = 3;
const kept = new Map<string, Promise<TwinModel>>();

/**
 * The model at an address of S3, from the bucket or from those that were asked before: what a version has left never changes.
 *
 * @throws Error where it is not there, or not in our bucket.
 */
export async function loadModel(uri: string, objects: TrainingObjects): Promise<TwinModel> {
  const known = kept.get(uri);
  const model = known ?? read(uri, objects);
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

async function read(uri: string, objects: TrainingObjects): Promise<TwinModel> {
  const start = `s3://${objects.bucket}/`;
  if (!uri.startsWith(start)) throw new Error(`${uri} is not in the bucket of models.`);
  const bytes = await objects.get(uri.slice(start.length));
  if (bytes === null) throw new Error(`The model ${uri} is no longer there.`);
  return readModel(await modelIn(bytes));
}
