import { sendRun } from "@longhaul/runs";
import { readHousekeepingEnvironment } from "./env.js";
import { housekeeping } from "./housekeeping.js";
import { type BatchAnswer, eachMessage } from "./queue-batch.js";

const deps = housekeeping(readHousekeepingEnvironment());

/** The end of the queued lane: sends the runs whose messages have come. */
export async function handler(event: unknown): Promise<BatchAnswer> {
  return eachMessage(event, deps.logger, (message) => sendRun(deps, message));
}
