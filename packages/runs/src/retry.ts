import { asCaller, lives } from "@longhaul/db";
import type { Caller, RunsDependencies } from "./dependencies.js";

/**
 * Runs an ended run again, as its next attempt: from the top, answered from the checkpoints up to where it failed. It
 * waits for its turn as every queued run does, and goes to the version of its workflow that it was sent to first: the
 * checkpoints are that one's. Where that is gone the attempt fails with VERSION_GONE.
 *
 * @throws DatabaseRefusal RUN_NOT_FOUND, RUN_NOT_ENDED, RUN_SUCCEEDED, FORBIDDEN, ORGANISATION_NOT_FOUND
 */
export async function retryRun(
  { db, logger }: Pick<RunsDependencies, "db" | "logger">,
  caller: Caller,
  { runId }: { runId: string },
): Promise<{ attempt: number }> {
  const { organisationId, userId } = caller;
  const { attempt } = await asCaller(db, caller, (tx) => lives.retry(tx, { organisationId, runId }));
  logger.info({ runId, attempt, userId }, "a run is tried again");
  return { attempt };
}
