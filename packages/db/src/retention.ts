import type { Tx } from "./database.js";
import { one } from "./one.js";

/**
 * Deletes runs whose time has come with everything they have, and uploads that no run has named for as long. One short
 * transaction's worth of each: call it again until it deletes nothing.
 *
 * @param params at most `runs` runs, and no more of them than have `events` events together (but one always).
 */
export async function expire(
  tx: Tx,
  params: { runs: number; events: number },
): Promise<{ runs: number; uploads: number }> {
  return one(
    await tx<
      { runs: number; uploads: number }[]
    >`select * from longhaul.expire(${params.runs}, ${params.events})`,
  );
}

/**
 * Paths in Storage whose artifacts are gone. What is not confirmed by {@link removed} is handed out again after
 * `againSeconds`.
 */
export async function objectsToRemove(
  tx: Tx,
  params: { limit: number; againSeconds: number },
): Promise<string[]> {
  const rows = await tx<{ path: string }[]>`
    select path from longhaul.take_objects_to_remove(${params.limit}, ${params.againSeconds}) path`;
  return rows.map(({ path }) => path);
}

/** Confirms that Storage has these objects no more. */
export async function removed(tx: Tx, params: { paths: readonly string[] }): Promise<void> {
  await tx`select longhaul.forget_objects(${[...params.paths]}::text[])`;
}

/**
 * Keeps a run for as long as it is pinned, or lets it expire again.
 *
 * @throws DatabaseRefusal RUN_NOT_FOUND, FORBIDDEN (operators and up), ORGANISATION_NOT_FOUND.
 */
export async function pin(
  tx: Tx,
  params: { organisationId: string; runId: string; pinned: boolean },
): Promise<void> {
  await tx`select longhaul.pin_run(${params.organisationId}, ${params.runId}, ${params.pinned})`;
}
