import { deadLetter } from "@longhaul/runs";
import { readHousekeepingEnvironment } from "./env.js";
import { housekeeping } from "./housekeeping.js";
import { type BatchAnswer, eachMessage } from "./queue-batch.js";

const deps = housekeeping(readHousekeepingEnvironment());

/** Fails the runs whose messages nobody could handle; queueing them again is a person's decision. */
export async function handler(event: unknown): Promise<BatchAnswer> {
  return eachMessage(event, deps.logger, ({ runId, attempt, messageId, receives }) =>
    deadLetter(deps, {
      runId,
      attempt,
      reason: `Message ${messageId} was received ${receives === 1 ? "once" : `${receives} times`} in vain.`,
    }),
  );
}
