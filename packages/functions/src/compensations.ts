import { compensationsTask } from "@longhaul/runs";
import { readHousekeepingEnvironment } from "./env.js";
import { housekeeping } from "./housekeeping.js";

const deps = housekeeping(readHousekeepingEnvironment());
/** What is left for the answer when it has waited in vain. */
const marginMs = 5_000;

/** Called by the machines that undo a cancelled run: what is to be taken back. */
export async function handler(
  payload: unknown,
  lambda: { getRemainingTimeInMillis(): number },
): ReturnType<typeof compensationsTask> {
  return compensationsTask(deps, payload, lambda.getRemainingTimeInMillis() - marginMs);
}
