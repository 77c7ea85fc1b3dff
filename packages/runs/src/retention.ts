import { asDispatcher, retention } from "@longhaul/db";
import type { RunsDependencies } from "./dependencies.js";

/** The part of Storage that retention needs. */
export interface ObjectRemover {
  /** Removes objects of the artifacts' bucket; those that are not there are removed already. Rejects when any is left. */
  remove(paths: readonly string[]): Promise<void>;
}

export interface SweepOptions {
  /** Begins no batch after this long; the next sweep goes on. */
  maxSeconds?: number;
}

export interface Swept {
  runs: number;
  uploads: number;
  objects: number;
}

/** What one transaction deletes. */
const batch = { runs: 100, events: 5000 };
const objectBatch = { limit: 100, againSeconds: 300 };

/**
 * Deletes what is kept no longer: ended runs, unused uploads, and the files of both. A file's path is kept in the
 * database until Storage has confirmed that it is gone, so that no interruption leaves a file behind.
 */
export async function sweepExpired(
  { db, logger, objects }: Pick<RunsDependencies, "db" | "logger"> & { objects: ObjectRemover },
  { maxSeconds = 60 }: SweepOptions = {},
): Promise<Swept> {
  const until = performance.now() + maxSeconds * 1000;
  const total: Swept = { runs: 0, uploads: 0, objects: 0 };
  while (performance.now() < until) {
    const { runs, uploads } = await asDispatcher(db, (tx) => retention.expire(tx, batch));
    total.runs += runs;
    total.uploads += uploads;
    if (runs + uploads === 0) break;
  }
  while (performance.now() < until) {
    const paths = await asDispatcher(db, (tx) => retention.objectsToRemove(tx, objectBatch));
    if (paths.length === 0) break;
    try {
      await objects.remove(paths);
    } catch (error) {
      logger.warn({ err: error, objects: paths.length }, "objects could not be removed yet");
      break;
    }
    await asDispatcher(db, (tx) => retention.removed(tx, { paths }));
    total.objects += paths.length;
  }
  return total;
}
