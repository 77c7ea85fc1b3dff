import { appendFile, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { modelFile, writeModel } from "../model/model.js";
import { epochsIn } from "../training/metrics.js";
import type { TrainingDocument } from "./corpus.js";
import { type Epoch, type Progress, train } from "./train.js";

/** What a training job's settings may be: SageMaker hands them over as text. */
const hyperparameters = z.object({
  epochs: z.coerce.number().int().min(1).max(100).default(12),
  /** Seconds of rest after each epoch. */
  pace_seconds: z.coerce.number().min(0).max(600).default(0),
  /** For rehearsals: fails after two epochs, or works on without an end. */
  fault: z.enum(["none", "fail", "hang"]).default("none"),
});

const manifest = z.object({ documents: z.array(z.object({ file: z.string(), name: z.string() })).min(1) });

/** Names of files that the job and who follows it agree on. */
export const files = { manifest: "documents.json", metrics: "metrics.jsonl", state: "state.json" } as const;

/**
 * Trains as SageMaker wants of a container: settings and texts are found under `root`, each epoch is told on the output
 * and kept under checkpoints, the model is left under model, and a failure is written down.
 * Source: "How Amazon SageMaker Provides Training Information" and "Use checkpoints in Amazon SageMaker".
 *
 * @returns the exit code.
 */
export async function runContainer(root: string, say: (line: string) => void): Promise<number> {
  try {
    await work(root, say);
    return 0;
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    await mkdir(path.join(root, "output"), { recursive: true });
    await writeFile(path.join(root, "output/failure"), sentence.slice(0, 1_024));
    say(`failed: ${sentence}`);
    return 1;
  }
}

async function work(root: string, say: (line: string) => void): Promise<void> {
  const given: unknown = JSON.parse(
    await readFile(path.join(root, "input/config/hyperparameters.json"), "utf8"),
  );
  const { epochs, pace_seconds: pace, fault } = hyperparameters.parse(given);
  const checkpoints = path.join(root, "checkpoints");
  await mkdir(checkpoints, { recursive: true });
  const documents = await readDocuments(path.join(root, "input/data/training"));
  const from = await readProgress(checkpoints);
  if (from) await tellTheRest(checkpoints, from);
  say(`documents=${documents.length}; epochs=${epochs}; from_epoch=${from?.epochs.length ?? 0};`);
  const { model } = await train(documents, {
    epochs,
    from,
    async onEpoch(progress) {
      const last = progress.epochs.at(-1) as Epoch;
      await keep(checkpoints, progress, last);
      say(lineOf(last));
      if (fault === "fail" && last.epoch === 2) throw new Error("The training was told to fail.");
      if (pace > 0) await setTimeout(pace * 1_000);
      // Works on: a process with nothing to wait for would end.
      while (fault === "hang") await setTimeout(1_000);
    },
  });
  await mkdir(path.join(root, "model"), { recursive: true });
  await writeFile(path.join(root, "model", modelFile), writeModel(model));
}

/** One line an epoch, which the job's metric definitions read. */
function lineOf({ epoch, trainPerplexity, validationPerplexity, validationMrr }: Epoch): string {
  return `epoch=${epoch}; train_perplexity=${trainPerplexity}; validation_perplexity=${validationPerplexity}; validation_mrr=${validationMrr};`;
}

async function readDocuments(folder: string): Promise<TrainingDocument[]> {
  const listed = JSON.parse(await readFile(path.join(folder, files.manifest), "utf8")) as unknown;
  const there = new Set(await readdir(folder));
  const { documents } = manifest.parse(listed);
  const read: TrainingDocument[] = [];
  for (const { file, name } of documents) {
    if (!there.has(file)) throw new Error(`The text of "${name}" is not there.`);
    read.push({ name, text: await readFile(path.join(folder, file), "utf8") });
  }
  return read;
}

async function readProgress(folder: string): Promise<Progress | null> {
  const text = await readFile(path.join(folder, files.state), "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as Progress);
}

/** The state first, and then what is told of it: of what was not told before the job was killed, the next one tells. */
async function keep(folder: string, progress: Progress, last: Epoch): Promise<void> {
  const draft = path.join(folder, `.${files.state}`);
  await writeFile(draft, JSON.stringify(progress));
  await rename(draft, path.join(folder, files.state));
  await tell(folder, last);
}

/** Tells of the epochs that the state knows and nobody was told of; the last line may be half of one. */
async function tellTheRest(folder: string, { epochs }: Progress): Promise<void> {
  const told = await readFile(path.join(folder, files.metrics)).catch(() => null);
  if (told?.length && told.at(-1) !== 10) await appendFile(path.join(folder, files.metrics), "\n");
  const known = new Set(epochsIn(told).map(({ epoch }) => epoch));
  for (const epoch of epochs) if (!known.has(epoch.epoch)) await tell(folder, epoch);
}

async function tell(folder: string, epoch: Epoch): Promise<void> {
  const line = JSON.stringify({ ...epoch, at: new Date().toISOString() });
  await appendFile(path.join(folder, files.metrics), `${line}\n`);
}
